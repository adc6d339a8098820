"""Sign-in on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.core.actor import Actor
from app.staff.tokens import ACCESS_LIFE


class TokenAnswer(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: Annotated[int, Field(description="seconds", examples=[600])] = int(ACCESS_LIFE.total_seconds())
    refresh_token: str
    scope: Annotated[
        str, Field(description="the permissions of your role", examples=["posts.read.own posts.write.own"])
    ]


class Me(BaseModel):
    """The person behind a token."""

    id: UUID
    name: str
    role: Annotated[str, Field(examples=["editor"])]
    permissions: list[str]

    @classmethod
    def of(cls, actor: Actor) -> "Me":
        """What a person may know of themselves."""
        assert actor.id is not None
        return cls(id=actor.id, name=actor.name, role=actor.role, permissions=sorted(actor.permissions))
