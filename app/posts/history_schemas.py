"""Revisions and what changed between them, on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.diff import Op
from app.core.numbers import MOST_NUMBER
from app.posts.models import BodyFormat
from app.posts.schemas import Strict
from app.publications.models import CommentsMode


class Mark(StrEnum):
    """What a revision is, or was once."""

    NEWEST = "newest"
    LIVE = "live"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    APPROVED = "approved"
    SUBMITTED = "submitted"


class RevisionItem(BaseModel):
    """A revision in the list: everything but its content."""

    number: int
    title: str
    created_at: datetime
    created_by: UUID | None
    created_by_name: str | None
    autosave: bool
    restored_from: Annotated[int | None, Field(description="the older revision of which it has the content")]
    marks: Annotated[list[Mark], Field(description="what it is, or was once; `published` stays for ever")]


class RevisionContent(RevisionItem):
    """A revision whole. Terms that were deleted since are left out."""

    dir: Literal["ltr", "rtl"]
    slug: str
    dek: str
    excerpt: str
    body: str
    body_html: str
    body_format: BodyFormat
    section: str | None
    tags: list[str]
    authors: list[str]
    cover: UUID | None = None
    cover_alt: str
    featured: bool
    comments: CommentsMode | None
    seo: dict[str, Any]


class HunkShown(BaseModel):
    """A piece of a text that stayed, came or went."""

    op: Op
    text: str


class FieldDiff(BaseModel):
    """One member that changed: a text in `hunks` of whole words, anything else as `before` and `after`."""

    field: str
    before: Any = None
    after: Any = None
    hunks: Annotated[
        list[HunkShown] | None,
        Field(description="without the insertions the text before, without the deletions the text after"),
    ] = None


class RevisionDiff(BaseModel):
    """What changed from one revision to another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 2,
                    "against": 1,
                    "fields": [
                        {
                            "field": "title",
                            "before": None,
                            "after": None,
                            "hunks": [
                                {"op": "equal", "text": "أصوات "},
                                {"op": "insert", "text": "من "},
                                {"op": "equal", "text": "الميناء"},
                            ],
                        }
                    ],
                }
            ]
        }
    )

    number: int
    against: Annotated[int | None, Field(description="null when there is none before: all is new")]
    fields: Annotated[list[FieldDiff], Field(description="what did not change is not listed")]


class DiffQuery(Strict):
    """Against which other revision; the one before it unless said."""

    against: Annotated[int | None, Field(ge=1, le=MOST_NUMBER)] = None
