"""Terms on the wire, as editors write and read them."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr
from pydantic.config import JsonDict

from app.core.http.filters import Words
from app.core.http.paging import PageQuery
from app.core.merge_patch import Patch
from app.core.slugs import Slug
from app.core.text import Line, Prose
from app.taxonomy.models import Author, Section, Series, Tag

MOST_TEXTS = 100

Name = Annotated[str, Line(120)]
Description = Annotated[str, Prose(2_000)]
Position = Annotated[StrictInt, Field(ge=0, le=1_000_000, description="orders siblings, lowest first")]
ParentSlug = Annotated[Annotated[str, Line(160)] | None, Field(description="the section above; null at the top")]
Account = Annotated[UUID | None, Field(description="the staff member whose byline this is")]

_IN_TWO_LANGUAGES: JsonDict = {"examples": [{"names": {"en": "Harbour", "ar": "الميناء"}}]}


class TermQuery(PageQuery):
    """A page of terms, by slug."""

    q: Annotated[Words | None, Field(description="beginnings of words in a name or in the slug")] = None


class TagCreate(BaseModel):
    """A new keyword; the slug is made from the name in the site's default language unless given."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_IN_TWO_LANGUAGES)

    names: Annotated[dict[StrictStr, Name], Field(min_length=1, max_length=MOST_TEXTS, description="a name per locale")]
    slug: Slug | None = None
    descriptions: Annotated[dict[StrictStr, Description], Field(max_length=MOST_TEXTS)] = {}


class SectionCreate(TagCreate):
    """A new department."""

    parent: ParentSlug = None
    position: Position = 0


class AuthorCreate(TagCreate):
    """A new byline."""

    user_id: Account = None


class TagPatch(Patch):
    """What to change; a text of null removes that language."""

    names: Annotated[dict[StrictStr, Name | None], Field(max_length=MOST_TEXTS)] = Field(default_factory=dict)
    slug: Slug = ""
    descriptions: Annotated[dict[StrictStr, Description | None] | None, Field(max_length=MOST_TEXTS)] = None


class SectionPatch(TagPatch):
    """What to change of a section; the sections below move with it."""

    parent: ParentSlug = None
    position: Position = 0


class AuthorPatch(TagPatch):
    """What to change of a byline."""

    user_id: Account = None


class TermEditor(BaseModel):
    """What all terms have: texts in all languages."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    names: dict[str, str]
    descriptions: dict[str, str]
    created_at: datetime
    updated_at: datetime


class TagEditor(TermEditor):
    """A keyword with its texts in all languages, and whether readers see it."""

    public: Annotated[
        bool,
        Field(description="false while only drafts name it: no editor made or changed it, no story brought it out"),
    ]

    @classmethod
    def of(cls, tag: Tag) -> "TagEditor":
        """A tag as editors see it."""
        return cls.model_validate(tag)


class SeriesEditor(TermEditor):
    """A series with its texts in all languages."""

    @classmethod
    def of(cls, series: Series) -> "SeriesEditor":
        """A series as editors see it."""
        return cls.model_validate(series)


class AuthorEditor(TermEditor):
    """A byline, and the account that it belongs to."""

    user_id: UUID | None

    @classmethod
    def of(cls, author: Author) -> "AuthorEditor":
        """A byline as editors see it."""
        return cls.model_validate(author)


class Filed(NamedTuple):
    """A section with the slug of the one above."""

    section: Section
    parent: str | None


class SectionEditor(TermEditor):
    """A department and its place in the tree."""

    parent: str | None
    position: int

    @classmethod
    def of(cls, filed: Filed) -> "SectionEditor":
        """A section as editors see it."""
        section, parent = filed
        return cls(**section.model_dump(include=set(cls.model_fields) - {"parent"}), parent=parent)
