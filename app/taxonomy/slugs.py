"""The slugs of terms: unique within their kind, also when two editors think of the same one at once."""

from itertools import count
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core.folding import search_text
from app.core.ids import new_id
from app.core.slugs import MAX_SLUG_LENGTH, slugify
from app.site.policies import SiteSettings, Slugs
from app.taxonomy.errors import SlugTaken
from app.taxonomy.models import Author, Section, Series, Tag

TermT = TypeVar("TermT", Section, Tag, Author, Series)


def add(
    session: Session, kind: type[TermT], asked: str | None, name: str, settings: SiteSettings, columns: dict[str, Any]
) -> TermT:
    """A new term with the slug asked for (raises SlugTaken), else with one made from its name, `-2` … when taken."""
    if asked is not None:
        term = try_to_add(session, kind, asked, columns)
        if term is None:
            raise SlugTaken()
        return term
    base = slugify(name, transliterate=settings.slugs is Slugs.TRANSLITERATED)
    for number in count(1):
        suffix = "" if number == 1 else f"-{number}"
        slug = base[: MAX_SLUG_LENGTH - len(suffix)].rstrip("-") + suffix
        if term := try_to_add(session, kind, slug, columns):
            return term
    raise AssertionError


def try_to_add(session: Session, kind: type[TermT], slug: str, columns: dict[str, Any]) -> TermT | None:
    """The new term, or None when the slug is taken; every other reference in `columns` must be sound."""
    term = kind(id=new_id(), slug=slug, search_text=search_text(slug, *columns["names"].values()), **columns)
    try:
        with session.begin_nested():
            session.add(term)
    except IntegrityError:
        return None
    return term


def rename(session: Session, term: Section | Tag | Author | Series, slug: str) -> None:
    """Give a term another slug. Raises SlugTaken."""
    try:
        with session.begin_nested():
            term.slug = slug
    except IntegrityError:
        raise SlugTaken() from None


def spellings(item: str, settings: SiteSettings) -> tuple[str, ...]:
    """The slugs that an item of `tags` may stand for: the one the site would make of it first."""
    native = slugify(item)
    if settings.slugs is Slugs.NATIVE:
        return (native,)
    return (slugify(item, transliterate=True), native)
