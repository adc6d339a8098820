"""Accounts and their sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import enum_text


class Role(StrEnum):
    """The five roles of the newsroom, from least to most."""

    CONTRIBUTOR = "contributor"
    AUTHOR = "author"
    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class User(SQLModel, table=True):
    """A person with an account; disabled, never deleted, so that history keeps its names."""

    __tablename__ = "staff_user"

    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=120)
    role: Role = Field(sa_type=enum_text(Role))
    password_hash: str = Field(max_length=255)
    created_at: datetime
    disabled_at: datetime | None = None
    version: int = 1
    updated_at: datetime
    updated_by: UUID | None = None


class StaffSession(SQLModel, table=True):
    """One sign-in and the family of its refresh tokens: only the newest `generation` is good."""

    __tablename__ = "staff_session"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True)
    salt: bytes = Field(max_length=16)
    generation: int = 0
    created_at: datetime
    rotated_at: datetime
    expires_at: datetime = Field(index=True)
    ended_at: datetime | None = None
    client: str = Field(default="", max_length=40)
