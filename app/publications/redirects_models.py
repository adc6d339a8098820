"""Addresses of the front end that editors lead elsewhere by hand; those that pieces had lead to them by themselves."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Redirect(SQLModel, table=True):
    """Where one path leads: to another path of the front end, to a web address, or nowhere any more (None)."""

    __tablename__ = "redirect"

    id: UUID = Field(primary_key=True)
    path: str = Field(max_length=1000, unique=True)
    target: str | None = Field(default=None, max_length=1000, index=True)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    updated_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
