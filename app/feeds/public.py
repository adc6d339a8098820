"""The doors of feeds: all stories, or those of a section, tag, byline or language, in three formats."""

from datetime import datetime
from typing import Any
from unicodedata import normalize

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.convertors import Convertor, register_url_convertor

from app.core.db import Database, as_uuid
from app.core.http.conditional import last_modified
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.feeds.errors import FeedNotFound
from app.feeds.gathering import WRITERS, Head, write
from app.feeds.queries import HEAD, SHAPES, STORIES, Place
from app.feeds.schemas import JsonFeed
from app.publications import queries as publications_queries
from app.publications import splice, upcoming
from app.publications.models import Kind
from app.site.feed_links import MEDIA_TYPES, FeedFile, FeedPlace
from app.taxonomy.errors import TermNotFound


class _File(Convertor[str]):
    """`{file:feed}`: the three names, so that others are no address at all."""

    regex = "rss\\.xml|atom\\.xml|feed\\.json"

    def convert(self, value: str) -> str:
        """Text as it stands."""
        return value

    def to_string(self, value: str) -> str:
        """The same."""
        return value


register_url_convertor("feed", _File())


class _JsonFeedResponse(JSONResponse):
    media_type = MEDIA_TYPES[FeedFile.JSON]


def _sample(text: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "example": text}


_RSS_SAMPLE = (
    '<rss version="2.0"><channel><title>ترويسة</title><link>https://news.example/</link>'
    "<description>ترويسة</description></channel></rss>"
)
_ATOM_SAMPLE = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><id>https://news.example/feeds/atom.xml</id>'
    "<title>ترويسة</title><updated>2026-11-22T18:00:00Z</updated></feed>"
)
_FORMATS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA_TYPES[FeedFile.RSS]: _sample(_RSS_SAMPLE),
            MEDIA_TYPES[FeedFile.ATOM]: _sample(_ATOM_SAMPLE),
        }
    }
}
router = APIRouter(
    prefix="/feeds",
    tags=["feeds"],
    route_class=HotRoute,
    default_response_class=_JsonFeedResponse,
    responses=_FORMATS,
)
_OF_TERM = problems(TermNotFound)


@router.get("/{file:feed}", operation_id="getFeed", response_model=JsonFeed)
async def get_feed(db: Db, at: Now, file: FeedFile) -> Ready:
    """The newest stories in all languages, with their whole text: `rss.xml`, `atom.xml` or `feed.json`."""
    return await _feed(db, Place.SITE, FeedPlace(), file, at)


@router.get("/sections/{slug}/{file:feed}", operation_id="getSectionFeed", response_model=JsonFeed, responses=_OF_TERM)
async def get_section_feed(db: Db, at: Now, slug: str, file: FeedFile) -> Ready:
    """The newest stories of a section, subsections included."""
    return await _feed(db, Place.SECTION, FeedPlace("sections", normalize("NFC", slug)), file, at)


@router.get("/tags/{slug}/{file:feed}", operation_id="getTagFeed", response_model=JsonFeed, responses=_OF_TERM)
async def get_tag_feed(db: Db, at: Now, slug: str, file: FeedFile) -> Ready:
    """The newest stories under a tag."""
    return await _feed(db, Place.TAG, FeedPlace("tags", normalize("NFC", slug)), file, at)


@router.get("/authors/{slug}/{file:feed}", operation_id="getAuthorFeed", response_model=JsonFeed, responses=_OF_TERM)
async def get_author_feed(db: Db, at: Now, slug: str, file: FeedFile) -> Ready:
    """The newest stories of a byline."""
    return await _feed(db, Place.AUTHOR, FeedPlace("authors", normalize("NFC", slug)), file, at)


@router.get(
    "/locales/{code}/{file:feed}",
    operation_id="getLocaleFeed",
    response_model=JsonFeed,
    responses=problems(FeedNotFound),
)
async def get_locale_feed(db: Db, at: Now, code: str, file: FeedFile) -> Ready:
    """The newest stories in a language of the site, whose name stands in that language too."""
    return await _feed(db, Place.LOCALE, FeedPlace("locales", code), file, at)


async def _feed(db: Database, kind: Place, place: FeedPlace, file: str, at: datetime) -> Ready:
    asked = {"now": at, "kind": Kind.ARTICLE.value, "limit": STORIES, f"{kind.value}_0": place.slug}
    rows = await upcoming.look(db, publications_queries.LIST, asked, SHAPES[kind])
    found = await db.fast(HEAD, {"now": at, "slug": place.slug}, kind)
    if not found:
        raise TermNotFound(f"no {kind.value} has this slug")
    head = Head.of(found[0])
    locale = place.slug if kind is Place.LOCALE else head.settings.default_locale
    if locale not in head.settings.locales:
        raise FeedNotFound(f"the site's locales are {', '.join(head.settings.locales)}")
    chosen, base_url = FeedFile(file), db.info["base_url"]
    facts = {
        "address": place.address(chosen, base_url),
        "locale": locale,
        "base_url": base_url,
        "author": place.slug if kind is Place.AUTHOR else None,
    }
    body, changed = await WRITERS.do(write, chosen, head, rows, facts)
    about = f"locale-{locale}" if kind is Place.LOCALE else f"{kind.value}-{as_uuid(found[0][3])}"
    keys = ("site", "posts", *(() if kind is Place.SITE else (about,)), *splice.item_keys(rows))
    media_type = MEDIA_TYPES[chosen] + ("" if chosen is FeedFile.JSON else "; charset=utf-8")
    return Ready(body, keys, headers=(last_modified(changed),), media_type=media_type.encode())
