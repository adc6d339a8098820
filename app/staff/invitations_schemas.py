"""Invitations on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.http.paging import PageQuery
from app.core.inputs import Forgiving
from app.staff.invitations_models import Invitation
from app.staff.models import Role, User
from app.staff.users_schemas import PersonName, StaffEmail


class Standing(StrEnum):
    """What an invitation is still good for."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @classmethod
    def of(cls, invitation: Invitation, at: datetime) -> "Standing":
        """Whether its link still opens an account."""
        if invitation.accepted_at is not None:
            return cls.ACCEPTED
        if invitation.revoked_at is not None:
            return cls.REVOKED
        return cls.EXPIRED if at >= invitation.expires_at else cls.OPEN


class InvitationQuery(PageQuery):
    """A page of invitations."""

    status: Annotated[Standing | None, Field(description="only those that stand so")] = None


class InvitationCreate(Forgiving):
    """Whom to invite, and as what."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "omar@news.example", "role": "author", "name": "عمر سعيد"}]}
    )

    email: StaffEmail
    role: Role
    name: Annotated[PersonName | None, Field(description="proposed to the person, who may write another")] = None


class InvitationEditor(BaseModel):
    """An invitation as admins see it: never its link, which only the letter carries."""

    id: UUID
    email: str
    name: str | None
    role: Role
    status: Standing
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, invitation: Invitation, at: datetime) -> "InvitationEditor":
        """As it stands now."""
        shared = invitation.model_dump(include=set(cls.model_fields))
        return cls(**shared, status=Standing.of(invitation, at))


class Acceptance(Forgiving):
    """What an invited person says."""

    model_config = ConfigDict(frozen=True)

    token: Annotated[str, Field(max_length=200, description="the last part of the address in the letter")]
    name: Annotated[PersonName | None, Field(description="needed unless the invitation proposes one")] = None
    password: Annotated[str, Field(max_length=4_096, json_schema_extra={"format": "password"})]


class NewAccount(BaseModel):
    """The account that was opened; sign in with it at `/v1/auth/token`."""

    id: UUID
    email: str
    name: str
    role: Role

    @classmethod
    def of(cls, user: User) -> "NewAccount":
        """What its owner knows already."""
        return cls(id=user.id, email=user.email, name=user.name, role=user.role)
