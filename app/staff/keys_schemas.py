"""API keys on the wire."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.core.clock import Moment
from app.core.http.paging import PageQuery
from app.core.inputs import Forgiving
from app.core.text import Line
from app.staff.keys_models import ApiKey
from app.staff.permissions import KEYS_CARRY, Permission


class KeyState(StrEnum):
    """What a key is still good for."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @classmethod
    def of(cls, key: ApiKey, at: datetime) -> "KeyState":
        """Whether it still opens doors."""
        if key.revoked_at is not None:
            return cls.REVOKED
        return cls.EXPIRED if key.expires_at is not None and at >= key.expires_at else cls.ACTIVE


def _for_keys(permission: Permission) -> Permission:
    if permission not in KEYS_CARRY:
        raise PydanticCustomError("not_for_keys", "is for people only: no API key may carry it")
    return permission


def _once_each(permissions: list[Permission]) -> list[Permission]:
    return [permission for permission in Permission if permission in permissions]


_Carried = Annotated[
    Permission,
    AfterValidator(_for_keys),
    WithJsonSchema({"type": "string", "enum": [one.value for one in Permission if one in KEYS_CARRY]}),
]
Carried = Annotated[
    list[_Carried],
    Field(
        min_length=1,
        max_length=len(Permission),
        description="never more than your own; `activity.read` and `jobs.manage` open doors for reading alone",
        examples=[["posts.read.any", "events.read"]],
    ),
    AfterValidator(_once_each),
]


class KeyQuery(PageQuery):
    """A page of keys."""

    state: Annotated[KeyState | None, Field(description="only those that stand so")] = None


class KeyCreate(Forgiving):
    """What a program is called, what it may do, and until when."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "مولّد الموقع", "permissions": ["posts.read.any", "events.read"]}]}
    )

    name: Annotated[str, Line(120), Field(description="by which you know it again", examples=["مولّد الموقع"])]
    permissions: Carried
    expires_at: Annotated[Moment | None, Field(description="in the future; null: it is ended by hand only")] = None


class KeyEditor(BaseModel):
    """An API key as admins see it: never its secret."""

    id: UUID
    name: Annotated[str, Field(examples=["مولّد الموقع"])]
    permissions: Annotated[list[str], Field(examples=[["posts.read.any", "events.read"]])]
    state: KeyState
    created_by: Annotated[UUID, Field(description="for whom it acts")]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: Annotated[date | None, Field(description="the last day (UTC) on which it was let in")]

    @classmethod
    def of(cls, key: ApiKey, at: datetime) -> "KeyEditor":
        """As it stands now."""
        return cls(**key.model_dump(include=set(cls.model_fields)), state=KeyState.of(key, at))


class KeyWithSecret(KeyEditor):
    """The same with the secret that a program sends as `Authorization: Bearer mh_…`: shown now, never again."""

    secret: Annotated[str, Field(examples=["mh_AQGTsKfcyHVKmx1SLUUyoJEUq2Zl8Y8kR0mJb5o3nV0aT1kq9C7xwzY"])]
