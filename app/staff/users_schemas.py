"""Accounts on the wire, as admins write and read them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from app.core.email import MAX_EMAIL_LENGTH, Email
from app.core.http.filters import Words
from app.core.http.paging import PageQuery
from app.core.merge_patch import Patch
from app.core.text import Line
from app.staff.models import Role, User
from app.staff.queries import fold_email


def _fits_folded(email: str) -> str:
    """Folding makes three letters of some single ones."""
    if len(fold_email(email)) > MAX_EMAIL_LENGTH:
        raise ValueError(f"must have at most {MAX_EMAIL_LENGTH} characters in lower case")
    return email


StaffEmail = Annotated[Email, AfterValidator(_fits_folded)]
PersonName = Annotated[Annotated[str, Line(120)], Field(examples=["ليلى حداد"])]


class UserQuery(PageQuery):
    """A page of accounts."""

    role: Annotated[Role | None, Field(description="only people with this role")] = None
    disabled: Annotated[bool | None, Field(description="true: closed accounts only, false: open ones only")] = None
    q: Annotated[Words | None, Field(description="beginnings of words in the name or the address")] = None


class UserPatch(Patch):
    """What to change of an account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "author"}, {"disabled": True}]})

    name: PersonName = ""
    email: StaffEmail = ""
    role: Role = Role.CONTRIBUTOR
    disabled: Annotated[StrictBool, Field(description="true closes the account, false opens it again")] = False


class UserEditor(BaseModel):
    """An account as admins see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: Annotated[str, Field(examples=["leila@news.example"])]
    name: Annotated[str, Field(examples=["ليلى حداد"])]
    role: Role
    disabled: bool
    disabled_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserEditor":
        """An account with whether it is closed."""
        shared = user.model_dump(include=set(cls.model_fields) - {"disabled"})
        return cls(**shared, disabled=user.disabled_at is not None)
