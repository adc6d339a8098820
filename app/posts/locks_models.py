"""Who writes in a dossier just now."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Field, SQLModel


class PostLock(SQLModel, table=True):
    """A sign at the dossier, no bolt: it says who writes, and ends by itself."""

    __tablename__ = "post_lock"

    post_id: UUID = Field(primary_key=True, foreign_key="post.id", ondelete="CASCADE")
    holder_id: UUID = Field(foreign_key="staff_user.id")
    since: datetime
    expires_at: datetime


class Held(NamedTuple):
    """A lock that has not ended, with the name of its holder."""

    holder_id: UUID
    holder_name: str
    since: datetime
    expires_at: datetime
