"""The moves of the review, as they were made."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import LONG_TEXT, enum_text


class Move(StrEnum):
    """What can be done to what is written."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    RECALL = "recall"


class Transition(SQLModel, table=True):
    """One move: who made it, to which revision, and what they wrote to the others."""

    __tablename__ = "transition"
    __table_args__ = (
        Index("ix_transition_post_at", "post_id", "at", "id"),
        Index("ix_transition_post_revision", "post_id", "revision"),
    )

    id: UUID = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id", ondelete="CASCADE")
    revision: int
    action: Move = Field(sa_type=enum_text(Move))
    before: str = Field(max_length=16)
    after: str = Field(max_length=16)
    note: str = Field(default="", sa_type=LONG_TEXT)
    moved_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    at: datetime
