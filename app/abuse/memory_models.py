"""What the stack remembers for longer: proven addresses, names that are taken, judged words, bans, the flood."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, enum_text


class VerifiedAddress(SQLModel, table=True):
    """A reader has proved by a mailed link that an address is theirs; both columns are keyed hashes.

    `writer` is of reader and address together, `address` of the address alone, by which a person is forgotten.
    """

    __tablename__ = "verified_address"

    writer: str = Field(primary_key=True, max_length=64)
    address: str = Field(max_length=64, index=True)
    verified_at: datetime = Field(index=True)


class ProtectedName(SQLModel, table=True):
    """A name that no guest may borrow unseen: of a byline, of a colleague, of the site, without what eyes overlook."""

    __tablename__ = "protected_name"

    skeleton: str = Field(primary_key=True, max_length=300)


class Label(StrEnum):
    """What moderators said of a text."""

    HAM = "ham"
    SPAM = "spam"


class BayesWord(SQLModel, table=True):
    """In how many texts of either kind a word stood; the empty word stands in every text and counts them."""

    __tablename__ = "bayes_word"

    language: str = Field(primary_key=True, max_length=35)
    word: str = Field(primary_key=True, max_length=32)
    ham: int = 0
    spam: int = 0


class TrainedText(SQLModel, table=True):
    """As what a comment or message was counted, and with which words: so it can be taken back exactly."""

    __tablename__ = "trained_text"

    id: UUID = Field(primary_key=True)
    label: Label = Field(sa_type=enum_text(Label))
    language: str = Field(max_length=35)
    words: list[str] = Field(sa_type=JSON_TYPE)


class Target(StrEnum):
    """Whom a sanction is about."""

    READER = "reader"
    ADDRESS = "address"
    NETWORK = "network"


class Sanction(SQLModel, table=True):
    """Somebody may write no comments until then, and is told so. `subject` is a keyed hash, of a network the day's."""

    __tablename__ = "sanction"
    __table_args__ = (
        Index("ix_sanction_subject", "subject", "ends_at"),
        Index("ix_sanction_newest", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    target: Target = Field(sa_type=enum_text(Target))
    subject: str = Field(max_length=64)
    comment_id: UUID
    reason: str = Field(default="", max_length=1_000)
    notice: str = Field(max_length=1_000)
    created_at: datetime
    created_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    ends_at: datetime = Field(index=True)
    lifted_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class Flood(SQLModel, table=True):
    """One row: how many comments were held in the minute that was counted last, and the flood, if there is one.

    `since` is when it began, `high_at` when it was last seen high.
    """

    __tablename__ = "flood"

    id: int = Field(default=1, primary_key=True)
    minute: int = 0
    held: int = 0
    since: datetime | None = None
    high_at: datetime | None = None
