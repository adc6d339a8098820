"""Series as readers see them: the list, and one with its parts in order."""

from typing import Annotated, Any
from unicodedata import normalize

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.core.db import Database, Row, as_uuid
from app.core.errors import Invalid
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, PageQuery, next_link
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.keyset import decode_cursor, encode_cursor
from app.core.language import Direction, direction
from app.publications import splice, upcoming
from app.publications.front_queries import ALL_SERIES, ONE_SERIES, PARTS, SERIES_TOTAL
from app.publications.schemas import StorySummary
from app.publications.term_schemas import TermQuery, Tongue, WantedLocale
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.taxonomy.errors import TermNotFound

router = APIRouter(prefix="/v1/series", tags=["terms"], route_class=HotRoute)


class SeriesQuery(PageQuery):
    """A page of series, by slug."""

    locale: WantedLocale = None


class SeriesSummary(BaseModel):
    """A series in one language; `locale` and `dir` are those of its name, another language where it has none."""

    id: Annotated[str, Field(json_schema_extra={"format": "uuid"})]
    slug: Annotated[str, Field(examples=["sea-stories"])]
    locale: Annotated[str, Field(examples=["ar"])]
    dir: Direction
    name: Annotated[str, Field(examples=["قصص البحر"])]
    description: str
    part_count: Annotated[int, Field(description="parts that are public in the language asked for")]


class SeriesPublic(SeriesSummary):
    """A series with its parts in order, at most 200: those that are public in the language asked for."""

    parts: list[StorySummary]


@router.get("", operation_id="listSeries", response_model=Page[SeriesSummary], responses=problems(Invalid))
async def list_series(db: Db, at: Now, query: Annotated[SeriesQuery, Query()]) -> Ready:
    """Series by slug."""
    await upcoming.settle(db, at)
    tongue = await _tongue(db, query.locale)
    scope = f"/v1/series?locale={query.locale}"
    parameters: dict[str, Any] = {"now": at, "locale": tongue.locale, "limit": query.limit + 1}
    if query.cursor is not None:
        (parameters["after"],) = decode_cursor(query.cursor, scope, (str,))
    rows = await db.fast(ALL_SERIES, parameters, query.cursor is not None)
    following = encode_cursor(scope, (rows[query.limit - 1][1],)) if len(rows) > query.limit else None
    page = Page[SeriesSummary](items=[_of(row, tongue) for row in rows[: query.limit]], next=following)
    page.total = (await db.fast(SERIES_TOTAL, {}))[0][0] if query.count else None
    keys = ("site", "posts", *(f"series-{series.id}" for series in page.items))
    body = page.model_dump_json(exclude=None if query.count else {"total"}).encode()
    return Ready(body, keys, headers=next_link("/v1/series", query, following))


@router.get("/{slug}", operation_id="getSeries", response_model=SeriesPublic, responses=problems(Invalid, TermNotFound))
async def get_series(db: Db, at: Now, slug: str, query: Annotated[TermQuery, Query()]) -> Ready:
    """One series with its parts in order."""
    await upcoming.settle(db, at)
    tongue = await _tongue(db, query.locale)
    asked: dict[str, Any] = {"now": at, "locale": tongue.locale}
    rows = await db.fast(ONE_SERIES, {**asked, "slug": normalize("NFC", slug)})
    if not rows:
        raise TermNotFound("no series has this slug")
    series = _of(rows[0], tongue)
    parts = await db.fast(PARTS, {**asked, "series": as_uuid(rows[0][0])})
    body = f'{series.model_dump_json()[:-1]},"parts":[{splice.items_text(parts, None)}]}}'
    return Ready(body.encode(), ("site", "posts", f"series-{series.id}", *splice.item_keys(parts)))


async def _tongue(db: Database, asked: str | None) -> Tongue:
    settings = await site_queries.fast_settings(db)
    return Tongue(offered_locale(settings, asked), settings.default_locale)


def _of(row: Row, tongue: Tongue) -> SeriesSummary:
    id_, slug, names, descriptions, count = row
    name, locale = tongue.text(names)
    description, _ = tongue.text(descriptions)
    return SeriesSummary(
        id=str(as_uuid(id_)),
        slug=slug,
        locale=locale,
        dir=direction(locale),
        name=name,
        description=description,
        part_count=count,
    )
