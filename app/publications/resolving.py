"""Where a path of the front end leads now, whatever stood there: pieces, their old addresses, redirects by hand."""

import json
from datetime import datetime
from typing import Annotated
from unicodedata import normalize
from urllib.parse import unquote

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.core.db import Database, Row
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.publications import absent, queries, redirects_queries, upcoming
from app.publications.errors import StoryNotFound
from app.publications.schemas import BY_HAND, Resolved
from app.site import queries as site_queries

router = APIRouter(prefix="/v1/resolve", tags=["stories"], route_class=HotRoute)


class PathQuery(BaseModel):
    """Which path to look up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1, max_length=1000, examples=["/en/voices-of-the-harbour"])]


@router.get("", operation_id="resolvePath", response_model=Resolved, responses=problems(StoryNotFound))
async def resolve_path(db: Db, at: Now, query: Annotated[PathQuery, Query()]) -> Ready:
    """Where a path of the front end leads now: 200 as it is, 301 to `url`, 410 to nothing any more since the piece was
    withdrawn or editors said so; 404 for what never was public. What is public there now comes first, then the
    redirects that editors made, then old addresses.
    """
    path = normalize("NFC", unquote(query.path))
    rows = await _look(db, path, at)
    if rows and rows[0][2] == path:
        return _piece(rows[0], 200)
    by_hand = await db.fast(redirects_queries.BY_PATH, {"path": path})
    if by_hand:
        return await _led(db, path, by_hand[0][0], at)
    return _piece(rows[0], 301) if rows else await absent.resolved(db, path)


async def _look(db: Database, path: str, at: datetime) -> list[Row]:
    return await upcoming.look(db, queries.RESOLVE, {"path": path, "now": at})


async def _led(db: Database, path: str, target: str | None, at: datetime) -> Ready:
    """A path leads to the piece that had it, wherever that is now."""
    if target is not None and not target.startswith("/"):
        return _answer(BY_HAND, "", target, 301)
    if target is not None and (rows := await _look(db, target, at)):
        return _piece(rows[0], 301)
    addresses = await site_queries.fast_addresses(db)
    return _answer(BY_HAND, "", addresses.url(target or path), 410 if target is None else 301)


def _piece(row: Row, status: int) -> Ready:
    kind, slug, _, link = row
    return _answer(kind, slug, json.loads(link)["url"], status)


def _answer(type_: str, slug: str, url: str, status: int) -> Ready:
    document = {"type": type_, "slug": slug, "url": url, "status": status}
    return Ready(json.dumps(document, ensure_ascii=False).encode(), ("site", "posts"))
