"""What the stack remembers for a day: sketches of texts, to know them again, and challenges that were used up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from app.core.columns import enum_text
from app.core.render_tokens import FormKind


class Trace(SQLModel, table=True):
    """The sketch of one text: four keyed bands from which no word can be read; none for the shortest texts.

    No foreign key: what wrote it stands on a higher floor, and takes its trace away when a text is deleted.
    """

    __tablename__ = "abuse_trace"
    __table_args__ = (
        Index("ix_abuse_trace_first", "first_band", "seen_at"),
        Index("ix_abuse_trace_second", "second_band", "seen_at"),
        Index("ix_abuse_trace_third", "third_band", "seen_at"),
        Index("ix_abuse_trace_fourth", "fourth_band", "seen_at"),
    )

    id: UUID = Field(primary_key=True)
    form: FormKind = Field(sa_type=enum_text(FormKind))
    seen_at: datetime = Field(index=True)
    first_band: int | None = Field(default=None, sa_type=BigInteger)
    second_band: int | None = Field(default=None, sa_type=BigInteger)
    third_band: int | None = Field(default=None, sa_type=BigInteger)
    fourth_band: int | None = Field(default=None, sa_type=BigInteger)


class SpentChallenge(SQLModel, table=True):
    """A challenge that was solved once; kept to the end of a day, so that it tells no hour of a tip."""

    __tablename__ = "abuse_spent_challenge"
    __table_args__ = ({"sqlite_with_rowid": False},)  # a rising rowid would tell the order in which tips came

    key: str = Field(primary_key=True, max_length=64)
    until: datetime = Field(index=True)
