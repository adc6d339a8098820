"""Requests for a new password."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class PasswordReset(SQLModel, table=True):
    """What was typed, until the night shift has looked whose it is; then whose account the link in the letter opens.
    The token of the link is derived from the random id.
    """

    __tablename__ = "password_reset"

    id: UUID = Field(primary_key=True)
    email: str | None = Field(default=None, max_length=762)  # folded; one letter may become three
    user_id: UUID | None = Field(default=None, foreign_key="staff_user.id", index=True)
    expires_at: datetime = Field(index=True)
    spent_at: datetime | None = None
