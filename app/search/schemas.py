"""What is found, on the wire: summaries of stories, each with its highlights, and how the matches are spread."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, field_validator

from app.core.http.filters import AnyOf, Words
from app.core.http.paging import Page
from app.core.text import is_blank
from app.publications.schemas import StoryFilters, StorySummary, check_fields
from app.search.workflow import MOST_CANDIDATES

MARK = "with what was found in `mark` elements; all else is escaped, so that it can be shown as it stands"


class Highlights(BaseModel):
    """Where the words were found, as HTML."""

    title: Annotated[str, Field(description=f"the whole title, {MARK}", examples=["أصوات <mark>الميناء</mark>"])]
    dek: Annotated[str, Field(description=f"the whole dek, {MARK}")]
    body: Annotated[
        list[str],
        Field(
            description=f"up to two passages of the text in which they are first found, {MARK}",
            examples=[["قبل الفجر في <mark>الميناء</mark> القديم."]],
        ),
    ]


class FoundStory(StorySummary):
    """A story that answers the query."""

    highlights: Highlights


class TermFacet(BaseModel):
    """How many of the matches stand under a term."""

    slug: Annotated[str, Field(examples=["culture"])]
    name: Annotated[str, Field(description="in the language of the newest of them", examples=["Culture"])]
    count: Annotated[int, Field(examples=[7])]


class LocaleFacet(BaseModel):
    """How many of the matches are in a language."""

    code: Annotated[str, Field(examples=["ar"])]
    count: Annotated[int, Field(examples=[7])]


class Facets(BaseModel):
    """How the matches are spread, the most first; at most twenty of each. A section counts what is below it too."""

    sections: list[TermFacet]
    tags: list[TermFacet]
    authors: list[TermFacet]
    locales: list[LocaleFacet]


class SearchPage(Page[FoundStory]):
    """One page of what was found."""

    total: Annotated[
        int | None, Field(description=f"with `count=true`; the newest {MOST_CANDIDATES} matches are looked at")
    ] = None
    facets: Annotated[Facets, Field(description="over all matches that are looked at, not over this page")]


class SearchSort(StrEnum):
    """How what was found is ordered."""

    RELEVANCE = "relevance"
    NEWEST = "-published_at"


def _told(value: str) -> str:
    if is_blank(value):
        raise ValueError("must have a word to look for")
    return value


class SearchQuery(StoryFilters):
    """Filters are those of `/v1/posts`."""

    q: Annotated[
        Words,
        AfterValidator(_told),
        Field(
            description="every word must begin a word of title, dek, body, or of the name of a tag or byline",
            examples=["الميناء"],
        ),
    ]
    sort: Annotated[SearchSort, Field(description="of equals the newer comes first")] = SearchSort.RELEVANCE
    fields: Annotated[AnyOf | None, Field(description="members to pick; `id` always comes")] = None

    @field_validator("fields")
    @classmethod
    def _check_fields(cls, fields: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return check_fields(fields, FoundStory)
