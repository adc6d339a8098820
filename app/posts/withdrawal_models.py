"""Why a piece was withdrawn, and what the public is told."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import LONG_TEXT


class Withdrawal(SQLModel, table=True):
    """The takedown that is in force for a dossier: the reason is the newsroom's, the notice the public's."""

    __tablename__ = "withdrawal"

    post_id: UUID = Field(primary_key=True, foreign_key="post.id", ondelete="CASCADE")
    reason: str = Field(sa_type=LONG_TEXT)
    notice: str = Field(default="", sa_type=LONG_TEXT)
    at: datetime
    withdrawn_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
