"""The reader's door to search."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated

import structlog
from fastapi import APIRouter, Query

from app.core.db import Database
from app.core.errors import Invalid
from app.core.folding import search_terms
from app.core.http.deps import Db, Now
from app.core.http.paging import next_link
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.publications import upcoming
from app.search import queries, results, service
from app.search.schemas import SearchPage, SearchQuery
from app.site import queries as site_queries
from app.site.policies import check_locales

log = structlog.get_logger("masthead")

PATH = "/v1/search"

router = APIRouter(prefix=PATH, tags=["stories"], route_class=HotRoute)


@router.get("", operation_id="searchPosts", response_model=SearchPage, responses=problems(Invalid))
async def search_posts(db: Db, at: Now, query: Annotated[SearchQuery, Query()]) -> Ready:
    """Stories that have every word of `q`, best first: a title counts more than a dek or the name of a tag or byline,
    these more than the body. The newest matches are ranked; `/v1/posts?q=` lists all of them by date.
    """
    await upcoming.settle(db, at)
    await _catch_up(db, at)
    if query.locale:
        check_locales(await site_queries.fast_settings(db), query.locale)
    found = await db.delve(results.find, query, search_terms(query.q), _scope(query), at)
    return Ready(found.body, ("site", "posts", *found.keys), headers=next_link(PATH, query, found.cursor))


async def _catch_up(db: Database, at: datetime) -> None:
    """What was published a moment ago is found; when more waits, after an upgrade, the night shift reads it alone."""
    waiting = await db.fast(queries.WAITING, {"most": service.BATCH})
    if not 0 < len(waiting) < service.BATCH:
        return
    try:
        await db.write(service.catch_up, at=at)
    except Exception:  # the reader gets what is in the index, the log the reason; the job tries again
        log.exception("not_indexed")


@lru_cache(maxsize=1024)
def _scope(query: SearchQuery) -> str:
    """What a cursor belongs to."""
    return query.bound_to(PATH, "fields")
