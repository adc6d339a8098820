"""API keys: what programs come in with."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE


class ApiKey(SQLModel, table=True):
    """A program may act for the person who made it; the secret is derived from the id, so no copy is kept."""

    __tablename__ = "api_key"

    id: UUID = Field(primary_key=True)
    name: str = Field(max_length=120)
    permissions: list[str] = Field(sa_type=JSON_TYPE)
    created_by: UUID = Field(foreign_key="staff_user.id", index=True)
    version: int = 1
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None
