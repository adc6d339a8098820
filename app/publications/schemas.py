"""Stories on the wire, as every front end reads them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core.clock import Moment
from app.core.http.filters import AnyOf, Words, split_values
from app.core.http.paging import PageQuery
from app.publications.models import CorrectionKind, Kind
from app.publications.sharing import for_script

MOST_WITH_BODY = 50

Direction = Literal["ltr", "rtl"]


class TermReference(BaseModel):
    """A section, tag or byline, named in the story's language."""

    slug: Annotated[str, Field(examples=["culture"])]
    name: Annotated[str, Field(examples=["Culture"])]


class Cover(BaseModel):
    """The picture above a story."""

    url: str
    alt: str
    credit: str
    width: int
    height: int


class StorySummary(BaseModel):
    """A story in lists."""

    id: UUID
    kind: Kind
    slug: Annotated[str, Field(examples=["أصوات-الميناء"])]
    url: Annotated[str, Field(description="the address in the front end")]
    locale: Annotated[str, Field(examples=["ar"])]
    dir: Direction
    title: Annotated[str, Field(examples=["أصوات الميناء"])]
    dek: str
    excerpt: str
    published_at: datetime
    updated_at: Annotated[datetime, Field(description="when it was last published")]
    section: TermReference | None
    tags: list[TermReference]
    authors: list[TermReference]
    cover: Cover | None
    featured: bool
    reading_minutes: int
    comment_count: int


class StoryItem(StorySummary):
    """A summary, with the body when `include=body` asks for it."""

    body_html: str | None = None


class StoryLink(BaseModel):
    """A neighbouring story."""

    slug: str
    url: str
    title: str


class Translation(BaseModel):
    """The same story in another language."""

    locale: str
    slug: str
    url: str


class LanguageLink(BaseModel):
    """For a `link rel="alternate"` of the page: this story in that language."""

    hreflang: Annotated[str, Field(description="a language, or `x-default`", examples=["ar"])]
    url: str


class CorrectionShown(BaseModel):
    """What was wrong, or is to be added, said in public."""

    id: UUID
    kind: CorrectionKind
    text: Annotated[str, Field(examples=["الرصيف بُني عام 1931، لا 1913."])]
    at: datetime


class ThreadSummary(BaseModel):
    """Whether readers may comment, and how many have; of pages `hidden`."""

    status: Literal["open", "closed", "hidden"]
    count: int


class Seo(BaseModel):
    """What search engines and previews are told."""

    title: str
    description: str
    canonical_url: str


class SeriesPlace(BaseModel):
    """A series that the story is a part of, and where it stands among the parts public in its language."""

    slug: str
    name: Annotated[str, Field(examples=["قصص البحر"])]
    position: Annotated[int, Field(description="counted from 1")]
    total: int
    previous: StoryLink | None
    next: StoryLink | None


class Story(StorySummary):
    """A whole story."""

    body_html: str
    body_text: str
    word_count: int
    corrections: Annotated[list[CorrectionShown], Field(description="oldest first")]
    translations: list[Translation]
    hreflang: Annotated[
        list[LanguageLink],
        Field(description="every public language of the story, its own too; `x-default` is the site's default one"),
    ]
    previous: Annotated[StoryLink | None, Field(description="the next older piece of this kind and language")]
    next: Annotated[StoryLink | None, Field(description="the next newer one")]
    previous_in_section: Annotated[StoryLink | None, Field(description="the next older piece of its section")]
    next_in_section: Annotated[StoryLink | None, Field(description="the next newer one")]
    series: list[SeriesPlace]
    related: Annotated[
        list[StorySummary],
        Field(description="most shared tags first, then the section and those below, then the newest; a minute old"),
    ]
    comments: ThreadSummary
    seo: Seo
    json_ld: Annotated[
        dict[str, Any], Field(description="schema.org, ready for a script element: every `<` is written as `\\u003c`")
    ]
    open_graph: Annotated[
        dict[str, str | list[str]],
        Field(
            description="properties of ogp.me by name, ready for `meta` elements; one element for each item of a list",
            examples=[{"og:title": "أصوات الميناء", "og:type": "article", "article:tag": ["الميناء"]}],
        ),
    ]

    def wire(self) -> str:
        """As it is sent, with a `json_ld` that can be printed as it stands."""
        return for_script(self.model_dump_json())


BY_HAND = "redirect"


class Resolved(BaseModel):
    """What became of a path of the front end."""

    type: Annotated[Kind | Literal["redirect"], Field(description="`redirect`: what an editor said leads to no piece")]
    slug: Annotated[str, Field(description="empty when there is no piece")]
    url: str
    status: Annotated[Literal[200, 301, 410], Field(description="301: it lives under `url` now")]


class Sort(StrEnum):
    """How stories are ordered."""

    NEWEST = "-published_at"
    OLDEST = "published_at"
    UPDATED = "-updated_at"
    COMMENTED = "-comments"


class Include(StrEnum):
    """What may be added to a summary."""

    BODY = "body"


class StoryFilters(PageQuery):
    """Filters combine as and; commas within one mean any of."""

    locale: AnyOf | None = None
    section: Annotated[AnyOf | None, Field(description="slugs; subsections are included")] = None
    tag: AnyOf | None = None
    author: AnyOf | None = None
    featured: bool | None = None
    ids: Annotated[tuple[UUID, ...] | None, BeforeValidator(split_values), Field(min_length=1, max_length=100)] = None
    published_after: Annotated[Moment | None, Field(description="inclusive")] = None
    published_before: Annotated[Moment | None, Field(description="exclusive")] = None
    updated_after: Annotated[Moment | None, Field(description="inclusive")] = None


class StoryQuery(StoryFilters):
    """What a list of stories takes."""

    q: Annotated[Words | None, Field(description="every word must begin a word of title, dek or body")] = None
    sort: Sort = Sort.NEWEST
    include: Annotated[Include | None, Field(description="`body` adds `body_html`; `limit` is then at most 50")] = None
    fields: Annotated[AnyOf | None, Field(description="members to pick; `id` always comes")] = None

    @field_validator("include")
    @classmethod
    def _check_limit(cls, include: Include | None, info: ValidationInfo) -> Include | None:
        if include and info.data.get("limit", 0) > MOST_WITH_BODY:
            raise PydanticCustomError("limit", "with include=body, limit is at most {most}", {"most": MOST_WITH_BODY})
        return include

    @field_validator("fields")
    @classmethod
    def _check_fields(cls, fields: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        return check_fields(fields, StoryItem if info.data.get("include") else StorySummary)


def check_fields(fields: tuple[str, ...] | None, item: type[BaseModel]) -> tuple[str, ...] | None:
    """The members that were picked, all of which the item must have."""
    known = item.model_fields
    if not known.keys() >= set(fields or ()):
        raise PydanticCustomError("fields", "must be among: {known}", {"known": ", ".join(known)})
    return fields
