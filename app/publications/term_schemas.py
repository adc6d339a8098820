"""Sections, tags and bylines on the wire, as every front end reads them."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.db import Row, as_uuid
from app.core.http.paging import PageQuery
from app.core.language import Direction, Locale, direction, pick
from app.publications.schemas import TermReference

WantedLocale = Annotated[Locale | None, Field(description="a locale of the site: its names, and counts of its stories")]


class TermQuery(BaseModel):
    """In which language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: WantedLocale = None


class TermsQuery(PageQuery):
    """A page of terms, by slug."""

    locale: WantedLocale = None


class Tongue(NamedTuple):
    """The language asked for and the one to fall back to."""

    locale: str
    default: str

    def text(self, texts: str) -> tuple[str, str]:
        """A text from a stored JSON object, and its locale."""
        choice: dict[str, str] = json.loads(texts)
        text = pick(choice, self.locale, self.default)
        codes = sorted(code for code in choice if choice[code] == text)
        return text, self.locale if not codes or self.locale in codes else codes[0]


class PublicTerm(BaseModel):
    """A term in one language; `locale` and `dir` are those of its name, another language where it has none."""

    id: UUID
    slug: Annotated[str, Field(examples=["culture"])]
    locale: Annotated[str, Field(examples=["ar"])]
    dir: Direction
    name: Annotated[str, Field(examples=["ثقافة"])]
    description: str
    post_count: Annotated[int, Field(description="published stories, in the language asked for")]

    @classmethod
    def of(cls, row: Row, tongue: Tongue, **more: Any) -> Self:
        """From a row of `term_queries`."""
        id_, slug, names, descriptions, count = row[:5]
        name, locale = tongue.text(names)
        description, _ = tongue.text(descriptions)
        return cls(
            id=as_uuid(id_),
            slug=slug,
            locale=locale,
            dir=direction(locale),
            name=name,
            description=description,
            post_count=count,
            **more,
        )


class PublicSection(PublicTerm):
    """A section with those below it; its count includes theirs."""

    parent: TermReference | None
    children: list["PublicSection"]


def tree_of(rows: Sequence[Row], tongue: Tongue) -> dict[str, PublicSection]:
    """Every section by its slug, each holding its children, in the order of the rows."""
    sections = {as_uuid(row[0]): PublicSection.of(row, tongue, parent=None, children=[]) for row in rows}
    for row in rows:
        if row[5] is not None:
            section, parent = sections[as_uuid(row[0])], sections[as_uuid(row[5])]
            section.parent = TermReference(slug=parent.slug, name=parent.name)
            parent.children.append(section)
    return {section.slug: section for section in sections.values()}
