"""Schedules and embargoes on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.core.clock import Moment
from app.core.http.filters import AnyOf
from app.core.http.paging import PageQuery
from app.core.inputs import Forgiving
from app.posts.models import Life
from app.publications.models import Kind
from app.publications.schemas import Story


class ScheduleInput(Forgiving):
    """When the newest revision appears, when the piece ends: in the future, with an offset, at least one of them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"publish_at": "2027-03-01T06:00:00+02:00", "embargoed": True}]}
    )

    publish_at: Annotated[Moment | None, Field(description="pins the newest revision until then")] = None
    unpublish_at: Annotated[Moment | None, Field(description="the piece leaves the public by itself")] = None
    embargoed: Annotated[StrictBool, Field(description="until it appears, holders of `embargo.read` may read it")] = (
        False
    )


class What(StrEnum):
    """What will happen: a piece comes out, a live one gets its new version, a live one ends."""

    PUBLISH = "publish"
    UPDATE = "update"
    UNPUBLISH = "unpublish"


class PostHead(BaseModel):
    """A dossier by the revision that it is about."""

    id: UUID
    kind: Kind
    locale: str
    dir: Literal["ltr", "rtl"]
    life: Life
    revision: int
    slug: str
    title: str
    dek: str
    section: str | None


class Scheduled(BaseModel):
    """One thing that is coming."""

    at: datetime
    what: What
    embargoed: bool
    post: PostHead


class ScheduleQuery(PageQuery):
    """Filters combine as and; commas within one mean any of."""

    locale: AnyOf | None = None
    section: Annotated[AnyOf | None, Field(description="slugs")] = None


class Embargo(PostHead):
    """A piece that partners may read before its time."""

    embargo_until: datetime


class EmbargoedStory(Story):
    """The story as it will appear: the document of the scheduled revision, without what stands around it in public."""

    embargo_until: datetime
