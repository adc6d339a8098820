"""Front pages: what editors pinned, then what they featured, then the newest; no story twice."""

from datetime import datetime
from typing import Annotated
from unicodedata import normalize

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.core.db import Database, Row, as_uuid
from app.core.errors import Invalid
from app.core.http.deps import Db, Now
from app.core.http.paging import LimitParam
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.language import Locale
from app.publications import splice, upcoming
from app.publications.front_models import WHOLE_SITE
from app.publications.front_queries import FRONT, SECTION_ID
from app.publications.schemas import StorySummary
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.taxonomy.errors import TermNotFound

router = APIRouter(prefix="/v1", tags=["stories"], route_class=HotRoute)

MOST_PINNED, MOST_FEATURED = 20, 5


class FrontQuery(BaseModel):
    """Which language, and how many stories."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Annotated[Locale | None, Field(description="a locale of the site; else the default one")] = None
    limit: LimitParam = 20


class FrontPage(BaseModel):
    """The stories of a front page: first the pinned, then the featured, then others."""

    items: list[StorySummary]
    pinned: Annotated[int, Field(description="so many at the beginning stand in the order that editors gave them")]
    featured: Annotated[int, Field(description="so many after these are featured, at most five, newest first")]


@router.get("/front", operation_id="getFront", response_model=FrontPage, responses=problems(Invalid))
async def get_front(db: Db, at: Now, query: Annotated[FrontQuery, Query()]) -> Ready:
    """The front page of the whole site in one language."""
    return await _front(db, None, query, at)


@router.get(
    "/sections/{slug}/front",
    operation_id="getSectionFront",
    response_model=FrontPage,
    responses=problems(Invalid, TermNotFound),
)
async def get_section_front(db: Db, at: Now, slug: str, query: Annotated[FrontQuery, Query()]) -> Ready:
    """The front page of a section, subsections included."""
    return await _front(db, normalize("NFC", slug), query, at)


async def _front(db: Database, section: str | None, query: FrontQuery, at: datetime) -> Ready:
    await upcoming.settle(db, at)
    locale = offered_locale(await site_queries.fast_settings(db), query.locale)
    place = WHOLE_SITE
    keys: tuple[str, ...] = ("site", "posts", f"locale-{locale}")
    if section is not None:
        found = await db.fast(SECTION_ID, {"slug": section})
        if not found:
            raise TermNotFound("no section has this slug")
        place = as_uuid(found[0][0]) or WHOLE_SITE
        keys += (f"section-{place}",)
    asked = {
        "place": place,
        "locale": locale,
        "now": at,
        "yes": True,
        # those that stand above already are passed over, so as many more are asked for
        "featured_limit": MOST_FEATURED + MOST_PINNED,
        "limit": query.limit + MOST_FEATURED + MOST_PINNED,
    }
    rows, numbers = _arranged(await db.fast(FRONT, asked, section is not None), query.limit)
    body = f'{{"items":[{splice.items_text(rows, None)}],"pinned":{numbers[0]},"featured":{numbers[1]}}}'
    return Ready(body.encode(), (*keys, *splice.item_keys(rows)))


def _arranged(rows: list[Row], limit: int) -> tuple[list[Row], tuple[int, int]]:
    """The rows of a page, each story where it comes first, and how many are pinned and featured."""
    shown: dict[object, Row] = {}
    numbers = {"pinned": 0, "featured": 0, "newest": 0}
    for row in rows:
        full = len(shown) == limit or (row[1] == "featured" and numbers["featured"] == MOST_FEATURED)
        if row[0] not in shown and not full:
            shown[row[0]] = row
            numbers[row[1]] += 1
    return list(shown.values()), (numbers["pinned"], numbers["featured"])
