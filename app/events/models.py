"""One row a change of state."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, false, text
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, Json

_UNPLACED = text("position IS NULL")
_SOMEBODY = text("actor_id IS NOT NULL")


class Event(SQLModel, table=True):
    """What happened to what, by whom and when; never text, names or e-mail of readers.

    `position` is given after the commit, so that who reads on from one misses nothing; private events get theirs when
    their day is over.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_unplaced", "at", "id", sqlite_where=_UNPLACED, postgresql_where=_UNPLACED),
        Index("ix_event_position", "position", unique=True),
        Index("ix_event_newest", "at", "id"),
        Index("ix_event_named", "name", "at", "id"),
        Index("ix_event_subject", "subject_id", "at", "id"),
        Index("ix_event_actor", "actor_id", "at", "id", sqlite_where=_SOMEBODY, postgresql_where=_SOMEBODY),
        {"sqlite_with_rowid": False},  # a rising rowid would place a tip between dated neighbours
    )

    id: UUID = Field(primary_key=True)
    name: str = Field(max_length=64)
    subject_id: UUID | None = None
    actor_id: UUID | None = None
    origin: str = Field(max_length=16)
    request_id: str = Field(default="", max_length=64)
    data: Json = Field(sa_type=JSON_TYPE)
    at: datetime
    private: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    position: int | None = Field(default=None, sa_type=BigInteger)
