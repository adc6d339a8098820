"""Submissions and the notes that their readers leave."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, LONG_TEXT, enum_text


class MessageKind(StrEnum):
    """What a reader writes about."""

    MESSAGE = "message"
    CORRECTION = "correction"
    TIP = "tip"
    ADVERTISING = "advertising"
    ABUSE = "abuse"


class MessageState(StrEnum):
    """Where a message stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    SPAM = "spam"
    PURGED = "purged"


_WITH_NETWORK = text("network IS NOT NULL")


class Submission(SQLModel, table=True):
    """One message. Ids are random; tips carry no address, no network, no fingerprint and no finer time than the day.

    `fingerprint` is the same for the same words of the same sender, `search_text` holds the folded words of every text,
    `moved_at` says since when it has been in its state.
    """

    __tablename__ = "contact_submission"
    __table_args__ = (
        Index("ix_contact_submission_newest", "received_at", "id"),
        Index("ix_contact_submission_state", "state", "received_at", "id"),
        Index("ix_contact_submission_retention", "state", "moved_at"),
        Index("ix_contact_submission_twin", "fingerprint", "received_at"),
        Index(
            "ix_contact_submission_networks",
            "received_at",
            sqlite_where=_WITH_NETWORK,
            postgresql_where=_WITH_NETWORK,
        ),
        {"sqlite_with_rowid": False},  # a rising rowid would place a tip between dated neighbours
    )

    id: UUID = Field(primary_key=True)
    reference: str = Field(max_length=32, unique=True)
    kind: MessageKind = Field(sa_type=enum_text(MessageKind))
    state: MessageState = Field(sa_type=enum_text(MessageState))
    flags: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    name: str = Field(default="", max_length=120)
    email: str | None = Field(default=None, max_length=254, index=True)
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", sa_type=LONG_TEXT)
    sealed: str | None = Field(default=None, sa_type=LONG_TEXT)
    fingerprint: str | None = Field(default=None, max_length=64)
    locale: str = Field(max_length=35)
    search_text: str = Field(default="", sa_type=LONG_TEXT)
    network: str | None = Field(default=None, max_length=64)
    received_at: datetime
    moved_at: datetime
    assignee_id: UUID | None = Field(default=None, foreign_key="staff_user.id", index=True)
    snoozed_until: datetime | None = None
    version: int = 1


class Note(SQLModel, table=True):
    """A remark that only the newsroom sees; those about a tip carry the day alone, `place` keeps their order."""

    __tablename__ = "contact_note"
    __table_args__ = ({"sqlite_with_rowid": False},)  # a rising rowid would place a tip between dated neighbours

    id: UUID = Field(primary_key=True)
    submission_id: UUID = Field(foreign_key="contact_submission.id", index=True)
    place: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    author_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    body: str = Field(sa_type=LONG_TEXT)
    written_at: datetime


class Reply(SQLModel, table=True):
    """A turn of the conversation after the first message: of the newsroom (`author_id`), or of the sender (none).

    `mail_id` is the letter in which a reply went out, or in which the newsroom was told of a sender's turn. A sender's
    turn may be sealed.
    """

    __tablename__ = "contact_reply"
    __table_args__ = (
        Index("ix_contact_reply_submission", "submission_id", "written_at", "place"),
        {"sqlite_with_rowid": False},  # a rising rowid would place a tip between dated neighbours
    )

    id: UUID = Field(primary_key=True)
    submission_id: UUID = Field(foreign_key="contact_submission.id")
    place: int
    author_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    body: str = Field(default="", sa_type=LONG_TEXT)
    sealed: str | None = Field(default=None, sa_type=LONG_TEXT)
    mail_id: UUID | None = None
    written_at: datetime
