"""One row a change of state."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, Json


class Event(SQLModel, table=True):
    """What happened to what, by whom and when; never text, names or e-mail of readers."""

    __tablename__ = "event"
    __table_args__ = {"sqlite_with_rowid": False}  # a rising rowid would place a tip between dated neighbours

    id: UUID = Field(primary_key=True)
    name: str = Field(max_length=64, index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    actor_id: UUID | None = None
    origin: str = Field(max_length=16)
    request_id: str = Field(default="", max_length=64)
    data: Json = Field(sa_type=JSON_TYPE)
    at: datetime = Field(index=True)
