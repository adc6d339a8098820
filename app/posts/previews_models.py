"""Links with which people without an account read one revision, and what they say to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import LONG_TEXT, enum_text


class Verdict(StrEnum):
    """What an outside reader says: recorded for editors, it moves nothing."""

    APPROVE = "approve"
    COMMENT = "comment"


class Preview(SQLModel, table=True):
    """One shared link. Its token is derived from the id, so none stands here; the id is random, since it is in the
    token and need not tell when it was made.
    """

    __tablename__ = "preview"
    __table_args__ = (
        Index("ix_preview_newest", "post_id", "created_at", "id"),
        Index("ix_preview_pinned", "post_id", "revision"),
    )

    id: UUID = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id", ondelete="CASCADE")
    revision: int
    reader: str = Field(default="", max_length=200)
    may_answer: bool = True
    created_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class PreviewAnswer(SQLModel, table=True):
    """What someone outside said to the revision of a preview."""

    __tablename__ = "preview_answer"
    __table_args__ = (Index("ix_preview_answer_said", "preview_id", "at", "id"),)

    id: UUID = Field(primary_key=True)
    preview_id: UUID = Field(foreign_key="preview.id", ondelete="CASCADE")
    verdict: Verdict = Field(sa_type=enum_text(Verdict))
    name: str = Field(max_length=120)
    text: str = Field(default="", sa_type=LONG_TEXT)
    at: datetime
