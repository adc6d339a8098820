"""Redirects on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.http.filters import Words
from app.core.http.paging import PageQuery
from app.core.merge_patch import Patch
from app.core.text import Line
from app.publications.redirects_models import Redirect
from app.site import addresses

Path = Annotated[
    Annotated[str, Line(1_000)],
    AfterValidator(addresses.front_path),
    Field(
        description="of the front end, percent-encoded or not; it is kept decoded", examples=["/2017/05/harbour.html"]
    ),
]
Target = Annotated[
    Annotated[str, Line(1_000), AfterValidator(addresses.front_path_or_web_address)] | None,
    Field(
        description="a path of the front end or a web address; null: the path is gone (410)",
        examples=["/ar/أصوات-الميناء"],
    ),
]


class RedirectQuery(PageQuery):
    """A page of redirects, by path."""

    q: Annotated[Words | None, Field(description="stands in the path or in the target")] = None


class RedirectCreate(BaseModel):
    """A path that nothing public has, and where it leads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    target: Target


class RedirectPatch(Patch):
    """What to change."""

    path: Path = ""
    target: Target = None


class RedirectEditor(BaseModel):
    """One redirect; `target` is where it leads in the end, if it was sent to a path that is redirected itself."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    path: str
    target: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, redirect: Redirect) -> "RedirectEditor":
        """A redirect as editors see it."""
        return cls.model_validate(redirect)
