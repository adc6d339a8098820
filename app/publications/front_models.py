"""What editors put in order for front pages: pinned stories of a place, and the parts of a series."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

WHOLE_SITE = UUID(int=0)


class Front(SQLModel, table=True):
    """The front of one place in one language: a section, or the whole site under an id that nothing else has."""

    __tablename__ = "front"

    place_id: UUID = Field(primary_key=True)
    locale: str = Field(primary_key=True, max_length=35)
    version: int = 0
    updated_at: datetime
    updated_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class Pin(SQLModel, table=True):
    """A story that stands at a fixed position of a front while the public may see it."""

    __tablename__ = "pin"

    place_id: UUID = Field(primary_key=True)
    locale: str = Field(primary_key=True, max_length=35)
    position: int = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id", index=True, ondelete="CASCADE")


class SeriesPart(SQLModel, table=True):
    """A part of a series in all its languages: `post_id` is the dossier that was named, the group what readers get."""

    __tablename__ = "series_part"
    __table_args__ = (UniqueConstraint("series_id", "group_id"),)

    series_id: UUID = Field(primary_key=True, foreign_key="series.id", ondelete="CASCADE")
    position: int = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id", index=True, ondelete="CASCADE")
    group_id: UUID = Field(index=True)
