"""The reader's doors: lists of stories, one story, and pages."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any
from unicodedata import normalize
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.db import Database, Prepared, Row
from app.core.errors import Invalid
from app.core.folding import search_terms
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, next_link
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.keyset import decode_cursor, encode_cursor
from app.publications import absent, queries, splice, upcoming
from app.publications.around import AROUND, tag_parameters
from app.publications.errors import StoryNotFound, Withdrawn
from app.publications.models import Kind
from app.publications.schemas import Sort, Story, StoryItem, StoryQuery
from app.site import queries as site_queries
from app.site.policies import check_locales

router = APIRouter(prefix="/v1/posts", tags=["stories"], route_class=HotRoute)
pages_router = APIRouter(prefix="/v1/pages", tags=["stories"], route_class=HotRoute)

MOVED: dict[int | str, dict[str, Any]] = {301: {"description": "The story lives under a newer slug."}}


@router.get("", operation_id="listPosts", response_model=Page[StoryItem], responses=problems(Invalid))
async def list_posts(db: Db, at: Now, query: Annotated[StoryQuery, Query()]) -> Ready:
    """Published stories, newest first unless `sort` says otherwise."""
    return await _list(db, Kind.ARTICLE, "/v1/posts", query, at)


@pages_router.get("", operation_id="listPages", response_model=Page[StoryItem], responses=problems(Invalid))
async def list_pages(db: Db, at: Now, query: Annotated[StoryQuery, Query()]) -> Ready:
    """Published pages, such as About and Imprint."""
    return await _list(db, Kind.PAGE, "/v1/pages", query, at)


@router.get(
    "/{slug}", operation_id="getPost", response_model=Story, responses=problems(StoryNotFound, Withdrawn) | MOVED
)
async def get_post(db: Db, at: Now, slug: str) -> Ready:
    """One story with its neighbours, translations and thread status; an old slug leads to the new one."""
    return await _story(db, Kind.ARTICLE, "/v1/posts", slug, at)


@pages_router.get(
    "/{slug}", operation_id="getPage", response_model=Story, responses=problems(StoryNotFound, Withdrawn) | MOVED
)
async def get_page(db: Db, at: Now, slug: str) -> Ready:
    """One page."""
    return await _story(db, Kind.PAGE, "/v1/pages", slug, at)


async def _story(db: Database, kind: Kind, tree: str, slug: str, at: datetime) -> Ready:
    wanted = normalize("NFC", slug)
    rows = await upcoming.look(db, queries.STORY, {"slug": wanted, "kind": kind.value, "now": at})
    if not rows:
        await absent.refuse(db, kind, wanted)
    row = rows[0]
    id_, present, group_id, locale, published_at, section_id, tag_ids = row[:7]
    if present != wanted:
        location = f"{tree}/{quote(present, safe='')}".encode()
        return Ready(b"", ("site", "posts"), 301, ((b"location", location),))
    here = {
        "id": id_,
        "group_id": group_id,
        "section_id": section_id,
        "kind": kind.value,
        "locale": locale,
        "published_at": published_at,  # these go back as the driver handed them out
        "now": at,
    }
    tags = tag_parameters(tag_ids)
    around = await db.fast(AROUND, here | tags, len(tags))
    id_text = splice.id_text(row[7])
    thread = (f"thread-{id_text}",) if kind is Kind.ARTICLE else ()
    keys = ("site", "posts", f"post-{id_text}", *thread, f"locale-{locale}")
    return Ready(splice.story_bytes(kind, row, around, at=at), keys)


async def _list(db: Database, kind: Kind, path: str, query: StoryQuery, at: datetime) -> Ready:
    words = search_terms(query.q) if query.q else ()
    if query.q and not words:  # nothing but punctuation begins no word
        return Ready(splice.page_bytes("", None, 0 if query.count else None), ("site", "posts"))
    if query.locale:
        check_locales(await site_queries.fast_settings(db), query.locale)
    shape = queries.shape_of(query, len(words))
    parameters = _parameters(query, words) | {"kind": kind.value, "now": at, "limit": query.limit + 1}
    scope = _cursor_scope(path, query)
    if query.cursor is not None:
        kinds = (int if query.sort is Sort.COMMENTED else datetime, UUID)
        parameters["last_key"], parameters["last_id"] = decode_cursor(query.cursor, scope, kinds)
    rows = await _rows(db, queries.LIST, parameters, shape)
    total = (await _rows(db, queries.TOTAL, parameters, shape))[0][0] if query.count else None
    cursor = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        cursor = encode_cursor(scope, (splice.last_key(rows[-1][1]), splice.id_text(rows[-1][2])))
    body = splice.page_bytes(splice.items_text(rows, query.fields), cursor, total)
    return Ready(body, ("site", "posts", *splice.item_keys(rows)), headers=next_link(path, query, cursor))


@lru_cache(maxsize=1024)
def _cursor_scope(path: str, query: StoryQuery) -> str:
    """What a cursor belongs to: route, filters and sort."""
    return query.bound_to(path, "fields", "include")


async def _rows(db: Database, statement: Prepared, parameters: dict[str, Any], shape: queries.Shape) -> list[Row]:
    """Lists that search words read every text, so they leave the event loop."""
    if not shape.words:
        return await upcoming.look(db, statement, parameters, shape)
    await upcoming.settle(db, parameters["now"])
    return await db.study(queries.run_prepared, statement, parameters, shape)


def _parameters(query: StoryQuery, words: tuple[str, ...]) -> dict[str, Any]:
    many = {"locale": query.locale, "section": query.section, "tag": query.tag, "author": query.author, "id": query.ids}
    values = {f"{name}_{number}": value for name, given in many.items() for number, value in enumerate(given or ())}
    values |= {f"word_{number}": f"% {_literal(word)}%" for number, word in enumerate(words)}
    single = ("featured", "published_after", "published_before", "updated_after")
    return values | {name: value for name in single if (value := getattr(query, name)) is not None}


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
