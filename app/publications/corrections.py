"""The reader's door to all corrections of the magazine."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, Uuid, bindparam, func, select, tuple_
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.clock import wire_time
from app.core.columns import table_of
from app.core.db import Prepared, Row, as_time, as_uuid
from app.core.errors import Invalid
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, PageQuery, next_link, page_of
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.keyset import decode_cursor, encode_cursor
from app.core.language import Locale, direction
from app.publications import upcoming
from app.publications.models import Correction, Publication
from app.publications.queries import visible
from app.publications.schemas import CorrectionShown, Direction
from app.site import queries as site_queries
from app.site.policies import offered_locale

PATH = "/v1/corrections"
router = APIRouter(prefix=PATH, tags=["stories"], route_class=HotRoute)

C, P = table_of(Correction).c, table_of(Publication).c
_NOW = bindparam("now", type_=UTCDateTime())


class CorrectedStory(BaseModel):
    """Which story is meant."""

    id: UUID
    slug: str
    url: str
    title: str


class CorrectionItem(CorrectionShown):
    """A correction with the story below which it stands."""

    locale: Annotated[str, Field(examples=["ar"])]
    dir: Direction
    post: CorrectedStory


class CorrectionQuery(PageQuery):
    """Which language the stories are in."""

    locale: Annotated[Locale | None, Field(description="a locale of the site; without it all")] = None


def _shown(localised: bool) -> Select[Any]:
    """Corrections of stories that are public now."""
    statement = select(C.id, C.kind, C.text, C.at, C.locale, P.id.label("story"), P.link)
    statement = statement.join(table_of(Publication), P.id == C.post_id).where(visible(_NOW))
    return statement.where(C.locale == bindparam("locale")) if localised else statement


def _newest(localised: bool, paging: bool) -> Select[Any]:
    """In the order of an index."""
    statement = _shown(localised)
    if paging:
        last = tuple_(bindparam("last_at", type_=UTCDateTime()), bindparam("last_id", type_=Uuid()))
        statement = statement.where(tuple_(C.at, C.id) < last)
    return statement.order_by(C.at.desc(), C.id.desc()).limit(bindparam("limit"))


NEWEST = Prepared(_newest)
TOTAL = Prepared(lambda localised: select(func.count()).select_from(_shown(localised).subquery()))


@router.get("", operation_id="listCorrections", response_model=Page[CorrectionItem], responses=problems(Invalid))
async def list_corrections(db: Db, at: Now, query: Annotated[CorrectionQuery, Query()]) -> Ready:
    """What the magazine had to put right, newest first; only below stories that are public now."""
    await upcoming.settle(db, at)
    if query.locale is not None:
        offered_locale(await site_queries.fast_settings(db), query.locale)
    scope = f"{PATH}?locale={query.locale}"
    parameters: dict[str, Any] = {"now": at, "locale": query.locale, "limit": query.limit + 1}
    if query.cursor is not None:
        parameters["last_at"], parameters["last_id"] = decode_cursor(query.cursor, scope, (datetime, UUID))
    rows = await db.fast(NEWEST, parameters, query.locale is not None, query.cursor is not None)
    shown, cursor = page_of(rows, query.limit, lambda last: encode_cursor(scope, (as_time(last[3]), as_uuid(last[0]))))
    items = [_item(row) for row in shown]
    page: dict[str, Any] = {"items": items, "next": cursor}
    if query.count:
        page["total"] = (await db.fast(TOTAL, parameters, query.locale is not None))[0][0]
    body = json.dumps(page, ensure_ascii=False).encode()
    stories = dict.fromkeys(f"post-{item['post']['id']}" for item in items)
    return Ready(body, ("site", "posts", *stories), headers=next_link(PATH, query, cursor))


def _item(row: Row) -> dict[str, Any]:
    id_, kind, text, at, locale, story, link = row
    said = {"id": str(as_uuid(id_)), "kind": kind, "text": text, "at": wire_time(as_time(at))}
    post = {"id": str(as_uuid(story)), **json.loads(link)}
    return {**said, "locale": locale, "dir": direction(locale), "post": post}
