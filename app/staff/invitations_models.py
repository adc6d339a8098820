"""Letters that open an account."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import enum_text
from app.staff.models import Role


class Invitation(SQLModel, table=True):
    """Somebody may open an account, once; the token of the link is derived from the random id, so no copy is kept."""

    __tablename__ = "invitation"

    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, index=True)
    name: str | None = Field(default=None, max_length=120)
    role: Role = Field(sa_type=enum_text(Role))
    invited_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    version: int = 1
    created_at: datetime = Field(index=True)
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None
