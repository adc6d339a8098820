"""Links in letters, who is written to about which thread, and how far a round of letters has come."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import enum_text


class LinkAction(StrEnum):
    """The one thing that a link in a letter does."""

    CONFIRM = "confirm"
    EXPORT = "export"
    ERASE = "erase"
    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"


class MailLink(SQLModel, table=True):
    """One link of one letter: its token is derived from the random id, so no copy is kept.

    `about` is a comment; `revision` and `staff_id` bind decisions, `email` binds what a person asks about their data.
    `letter_id` is what the letter is about, by which it is forgotten with its links.
    """

    __tablename__ = "mail_link"
    __table_args__ = (Index("ix_mail_link_about", "about", "staff_id"), {"sqlite_with_rowid": False})

    id: UUID = Field(primary_key=True)
    action: LinkAction = Field(sa_type=enum_text(LinkAction))
    about: UUID | None = None
    revision: int | None = None
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    email: str | None = Field(default=None, max_length=762, index=True)  # folded; one letter may become three
    letter_id: UUID = Field(index=True)
    locale: str = Field(max_length=35)
    created_at: datetime
    expires_at: datetime = Field(index=True)
    spent_at: datetime | None = None


class Correspondent(SQLModel, table=True):
    """An address that asked for letters and proved it; it goes with its last subscription."""

    __tablename__ = "correspondent"

    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=762, unique=True)


class Scope(StrEnum):
    """What is written about: answers to one comment, or all that is said below one story."""

    REPLIES = "replies"
    THREAD = "thread"


class Subscription(SQLModel, table=True):
    """One reason to write to somebody; `about` is a comment or a story, as the scope says."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_listener", "about", "correspondent_id", unique=True),)

    id: UUID = Field(primary_key=True)
    correspondent_id: UUID = Field(foreign_key="correspondent.id", ondelete="CASCADE", index=True)
    scope: Scope = Field(sa_type=enum_text(Scope))
    about: UUID
    locale: str = Field(max_length=35)
    confirmed_at: datetime


class Announcement(SQLModel, table=True):
    """A comment of which not all listeners are told yet; those up to `after` are. Gone when all are."""

    __tablename__ = "announcement"

    comment_id: UUID = Field(primary_key=True)
    after: UUID | None = None
