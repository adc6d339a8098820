"""Sections, tags and bylines as readers see them, with counts of live stories: these the taxonomy cannot know."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from unicodedata import normalize

from fastapi import APIRouter, Query

from app.core.db import Database
from app.core.errors import Invalid
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, next_link
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.keyset import decode_cursor, encode_cursor
from app.publications import term_queries, upcoming
from app.publications.queries import run_prepared
from app.publications.term_schemas import PublicSection, PublicTerm, TermQuery, TermsQuery, Tongue, tree_of
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.taxonomy.errors import TermNotFound
from app.taxonomy.models import Author, Tag

router = APIRouter(prefix="/v1", tags=["terms"], route_class=HotRoute)

_PAGE = problems(Invalid)
_ONE = problems(TermNotFound, Invalid)


@router.get("/sections", operation_id="listSections", response_model=Page[PublicSection], responses=_PAGE)
async def list_sections(db: Db, at: Now, query: Annotated[TermQuery, Query()]) -> Ready:
    """All sections as a tree, in the order that the editors gave them; the list is never cut into pages."""
    tree = await _tree(db, query, at)
    page = Page[PublicSection](items=[section for section in tree.values() if section.parent is None])
    return Ready(page.model_dump_json(exclude={"total"}).encode(), _keys("section", tree.values()))


@router.get("/sections/{slug}", operation_id="getSection", response_model=PublicSection, responses=_ONE)
async def get_section(db: Db, at: Now, slug: str, query: Annotated[TermQuery, Query()]) -> Ready:
    """One section with all below it."""
    section = (await _tree(db, query, at)).get(normalize("NFC", slug))
    if section is None:
        raise TermNotFound("no section has this slug")
    return Ready(section.model_dump_json().encode(), _keys("section", [section]))


@router.get("/tags", operation_id="listTags", response_model=Page[PublicTerm], responses=_PAGE)
async def list_tags(db: Db, at: Now, query: Annotated[TermsQuery, Query()]) -> Ready:
    """Tags by slug; one that only drafts name is not among them before the first of these stories is published."""
    return await _list(db, Tag, "/v1/tags", query, at)


@router.get("/tags/{slug}", operation_id="getTag", response_model=PublicTerm, responses=_ONE)
async def get_tag(db: Db, at: Now, slug: str, query: Annotated[TermQuery, Query()]) -> Ready:
    """One tag."""
    return await _one(db, Tag, slug, query, at)


@router.get("/authors", operation_id="listAuthors", response_model=Page[PublicTerm], responses=_PAGE)
async def list_authors(db: Db, at: Now, query: Annotated[TermsQuery, Query()]) -> Ready:
    """Bylines by slug."""
    return await _list(db, Author, "/v1/authors", query, at)


@router.get("/authors/{slug}", operation_id="getAuthor", response_model=PublicTerm, responses=_ONE)
async def get_author(db: Db, at: Now, slug: str, query: Annotated[TermQuery, Query()]) -> Ready:
    """One byline."""
    return await _one(db, Author, slug, query, at)


async def _tongue(db: Database, asked: str | None) -> Tongue:
    settings = await site_queries.fast_settings(db)
    return Tongue(offered_locale(settings, asked), settings.default_locale)


async def _tree(db: Database, query: TermQuery, at: datetime) -> dict[str, PublicSection]:
    await upcoming.settle(db, at)
    tongue = await _tongue(db, query.locale)
    parameters = {"now": at, "locale": query.locale}
    # counting reads one index entry a story, too many for the event loop on a large site
    rows = await db.study(run_prepared, term_queries.TREE, parameters, query.locale is not None)
    return tree_of(rows, tongue)


async def _list(db: Database, kind: type[Tag | Author], path: str, query: TermsQuery, at: datetime) -> Ready:
    await upcoming.settle(db, at)
    tongue = await _tongue(db, query.locale)
    scope = f"{path}?locale={query.locale}"
    parameters: dict[str, Any] = {"now": at, "locale": query.locale, "limit": query.limit + 1}
    if query.cursor is not None:
        (parameters["after"],) = decode_cursor(query.cursor, scope, (str,))
    shape = (query.locale is not None, query.cursor is not None)
    rows = await db.study(run_prepared, term_queries.PAGES[kind], parameters, *shape)
    following = encode_cursor(scope, (rows[query.limit - 1][1],)) if len(rows) > query.limit else None
    terms = [PublicTerm.of(row, tongue) for row in rows[: query.limit]]
    total = (await db.fast(term_queries.TOTALS[kind], {}))[0][0] if query.count else None
    page = Page[PublicTerm](items=terms, next=following, total=total)
    body = page.model_dump_json(exclude=None if query.count else {"total"}).encode()
    return Ready(body, _keys(kind.__name__.lower(), terms), headers=next_link(path, query, following))


async def _one(db: Database, kind: type[Tag | Author], slug: str, query: TermQuery, at: datetime) -> Ready:
    await upcoming.settle(db, at)
    tongue = await _tongue(db, query.locale)
    parameters = {"now": at, "locale": query.locale, "slug": normalize("NFC", slug)}
    rows = await db.study(run_prepared, term_queries.ONES[kind], parameters, query.locale is not None)
    if not rows:
        raise TermNotFound(f"no {kind.__name__.lower()} has this slug")
    term = PublicTerm.of(rows[0], tongue)
    return Ready(term.model_dump_json().encode(), _keys(kind.__name__.lower(), [term]))


def _keys(kind: str, terms: Iterable[PublicTerm]) -> tuple[str, ...]:
    """Counts move with every publication, names with the terms."""
    return ("site", "posts", *(f"{kind}-{term.id}" for term in terms))
