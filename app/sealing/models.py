"""Public keys; the private ones never come here."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class SealingKey(SQLModel, table=True):
    """One public key of the newsroom, offered to sources until it is retired."""

    __tablename__ = "sealing_key"

    id: UUID = Field(primary_key=True)
    key_id: str = Field(max_length=32, unique=True)
    public_key: str = Field(max_length=128)
    label: str = Field(default="", max_length=120)
    created_at: datetime
    created_by: UUID | None = None
    retired_at: datetime | None = None
