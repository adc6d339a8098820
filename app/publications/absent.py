"""What is said of a piece that is not there: that it was withdrawn, with the newsroom's notice; else 404."""

import json
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Select, bindparam, select

from app.core.clock import wire_time
from app.core.columns import table_of
from app.core.db import Database, Prepared, as_time
from app.core.http.ready import Ready
from app.publications.errors import StoryNotFound, Withdrawn
from app.publications.models import Kind, Publication, PublicPath, Slug
from app.publications.queries import holder_of_slug
from app.site import queries as site_queries
from app.site.policies import Addresses

P = table_of(Publication).c
PATH = table_of(PublicPath).c
SLUG = table_of(Slug).c


def _withdrawn(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(table_of(Publication)).where(P.withdrawn_at.is_not(None))


def _by_slug() -> Select[Any]:
    mine = (P.id == holder_of_slug(), P.kind == bindparam("kind"))
    return _withdrawn(P.notice, P.locale, P.withdrawn_at).where(*mine)


def _by_path() -> Select[Any]:
    """Every slug of the piece: which of them stands in the path is for us to find, the others are nobody's business."""
    place = PATH.path == bindparam("path")
    found = _withdrawn(P.kind, SLUG.slug).join(table_of(PublicPath), PATH.post_id == P.id)
    return found.join(table_of(Slug), SLUG.post_id == P.id).where(place)


BY_SLUG = Prepared(_by_slug)
BY_PATH = Prepared(_by_path)


async def refuse(db: Database, kind: Kind, slug: str) -> NoReturn:
    """There is no such piece in public. Raises Withdrawn under every slug that a withdrawn one had, StoryNotFound."""
    rows = await db.fast(BY_SLUG, {"slug": slug, "kind": kind.value})
    if not rows:
        raise StoryNotFound()
    notice, locale, withdrawn_at = rows[0]
    raise Withdrawn(members={"notice": notice, "locale": locale, "withdrawn_at": wire_time(as_time(withdrawn_at))})


async def resolved(db: Database, path: str) -> Ready:
    """Where a path leads that leads to nothing public: 410 for a withdrawn piece, and nothing that was not asked with.
    Raises StoryNotFound.
    """
    rows = await db.fast(BY_PATH, {"path": path})
    if not rows:
        raise StoryNotFound("nothing public ever had this path")
    slugs = [slug for _, slug in rows if slug in path]
    settings = await site_queries.fast_settings(db)
    addresses = Addresses.of(settings, db.info["base_url"])
    slug = max(slugs, key=len, default="")
    document = {"type": rows[0][0], "slug": slug, "url": addresses.url(path), "status": 410}
    return Ready(json.dumps(document, ensure_ascii=False).encode(), ("site", "posts"))
