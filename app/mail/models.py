"""One row a recipient, from the transaction that owes the letter to what the mail server said."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, Json, enum_text


class MailState(StrEnum):
    """What became of a letter: `refused` by the receiving server, `bounced` after it, `parked` after the last try."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    BOUNCED = "bounced"
    PARKED = "parked"


class Mail(SQLModel, table=True):
    """One letter to one person. What the template needs (`args`) is dropped as soon as the letter is out.

    A `private` letter is about a tip: random id, and of its times the day alone.
    """

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_recipient", "recipient_key", "created_at"),
        Index("ix_mail_created_at", "created_at", "id"),
        {"sqlite_with_rowid": False},  # a rising rowid would place a tip between dated neighbours
    )

    id: UUID = Field(primary_key=True)
    template: str = Field(max_length=64)
    locale: str = Field(max_length=35)
    recipient: str = Field(max_length=254)
    recipient_key: str = Field(max_length=762)  # folded; one letter may become three
    args: Json = Field(sa_type=JSON_TYPE)
    about: UUID | None = Field(default=None, index=True)
    state: MailState = Field(default=MailState.QUEUED, sa_type=enum_text(MailState))
    attempts: int = 0
    response: str = Field(default="", max_length=500)
    message_id: str = Field(max_length=255, unique=True)
    in_reply_to: str | None = Field(default=None, max_length=255)
    private: bool = False
    created_at: datetime
    sent_at: datetime | None = None
