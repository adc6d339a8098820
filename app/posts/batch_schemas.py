"""One action on many dossiers."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.http.problems import Problem
from app.posts.models import Life, State
from app.posts.schemas import SectionSlug, Strict, Tags

MOST_ITEMS = 100


class BatchAction(StrEnum):
    """What can be done to many at once."""

    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    TAG = "tag"
    UNTAG = "untag"
    MOVE = "move"
    TRASH = "trash"
    RESTORE = "restore"


class BatchItem(Strict):
    """One dossier; with `etag` only in the version that you read."""

    id: UUID
    etag: Annotated[str | None, Field(max_length=100, pattern=r'^(W/)?"[^"]*"$', examples=['"3"'])] = None


class Batch(Strict):
    """Each item stands or falls alone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "action": "tag",
                    "tags": ["الميناء"],
                    "items": [{"id": "01998f2e-6d1c-7c3a-9d5e-0d9a4f6b2c11", "etag": '"3"'}],
                }
            ]
        },
    )

    action: BatchAction
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=MOST_ITEMS)]
    tags: Annotated[Tags | None, Field(description="to `tag` and `untag`: slugs or names")] = None
    section: Annotated[SectionSlug | None, Field(description="to `move`: a slug, or null for no section")] = None


class BatchDone(BaseModel):
    """An item to which it was done, in its new version."""

    id: UUID
    state: State
    life: Life
    revision: int
    etag: str


class BatchRefused(BaseModel):
    """An item to which nothing was done, and why."""

    id: UUID
    problem: Problem


class BatchAnswer(BaseModel):
    """What became of each item, in the order in which they were sent."""

    results: list[BatchDone | BatchRefused]
