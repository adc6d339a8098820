"""The doors for crawlers: the index of sitemaps, each of them, the one of news, and what is to be left alone."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from fastapi.responses import PlainTextResponse, Response

from app.core.db import Row
from app.core.http.conditional import last_modified
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.feeds.errors import SitemapNotFound
from app.feeds.gathering import WRITERS
from app.feeds.queries import NEWS, SITEMAP, SITEMAPS, URLS_IN_SITEMAP
from app.publications import upcoming
from app.publications.queries import run_prepared
from app.site import queries as site_queries
from app.site.policies import Addresses, SiteSettings

NEWS_AGE = timedelta(hours=48)
XML, TEXT = "application/xml", "text/plain"
KEYS = ("site", "posts")
_NUMBER = r"^[1-9][0-9]{0,4}$"

# Doors of writers, and those behind links that were given to one person: a crawler that was handed such a link must not
# open it. Everything else stays open, above all what is under `/v1`: a front end that runs in the browser asks there,
# and so does a search engine that looks at its pages. What people read is on the front end, whose own file this is not.
LEFT_ALONE = (
    *("/v1/editor/", "/v1/auth/", "/v1/previews/", "/v1/contact/", "/previews/"),
    *("/comments/links", "/comments/unsubscribe", "/staff/"),
)


class _Xml(Response):
    media_type = XML


def _sample(text: str, media_type: str = XML) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"example": text}}}}


_INDEX_SAMPLE = (
    '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
    "<loc>https://api.news.example/sitemaps/1.xml</loc><lastmod>2026-11-22T18:00:00Z</lastmod></sitemap></sitemapindex>"
)
_SITEMAP_SAMPLE = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://news.example/ar/harbour</loc>'
    "<lastmod>2026-11-22T18:00:00Z</lastmod></url></urlset>"
)
_NEWS_SAMPLE = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example/ar/harbour</loc>'
    "<news:news><news:publication><news:name>ترويسة</news:name><news:language>ar</news:language></news:publication>"
    "<news:publication_date>2026-11-22T18:00:00Z</news:publication_date><news:title>أصوات الميناء</news:title>"
    "</news:news></url></urlset>"
)
_ROBOTS_SAMPLE = "User-agent: *\nDisallow: /v1/editor/\n\nSitemap: https://api.news.example/sitemap.xml\n"
router = APIRouter(tags=["feeds"], route_class=HotRoute, default_response_class=_Xml)


@router.get("/sitemap.xml", operation_id="getSitemapIndex", response_model=str, responses=_sample(_INDEX_SAMPLE))
async def get_sitemap_index(db: Db, at: Now) -> Ready:
    """The list of sitemaps with when something in each last changed."""
    await upcoming.settle(db, at)
    rows = await db.study(run_prepared, SITEMAPS, {"now": at})
    body = await WRITERS.do(_index, db.info["base_url"], rows)
    return _xml(body, [changed for _, changed, _ in rows])


@router.get(
    "/sitemaps/{number}.xml",
    operation_id="getSitemap",
    response_model=str,
    responses=_sample(_SITEMAP_SAMPLE) | problems(SitemapNotFound),
)
async def get_sitemap(db: Db, at: Now, number: Annotated[str, Path(pattern=_NUMBER, examples=["1"])]) -> Ready:
    """At most 1,000 stories and pages, oldest first, each with its languages; the first has the front page too."""
    if not re.fullmatch(_NUMBER, number):
        raise SitemapNotFound()
    await upcoming.settle(db, at)
    skip = (int(number) - 1) * URLS_IN_SITEMAP
    rows = await db.study(run_prepared, SITEMAP, {"now": at, "skip": skip}, db.name)
    if not rows and skip:
        raise SitemapNotFound()
    settings = await site_queries.fast_settings(db)
    home = None if skip else Addresses.of(settings, db.info["base_url"]).url("/")
    return _xml(await WRITERS.do(_sitemap, rows, home, settings.default_locale))


@router.get("/news-sitemap.xml", operation_id="getNewsSitemap", response_model=str, responses=_sample(_NEWS_SAMPLE))
async def get_news_sitemap(db: Db, at: Now) -> Ready:
    """Stories of the last 48 hours, newest first, at most 1,000."""
    await upcoming.settle(db, at)
    rows = await db.study(run_prepared, NEWS, {"now": at, "since": at - NEWS_AGE}, db.name)
    return _xml(await WRITERS.do(_news, rows, await site_queries.fast_settings(db)))


@router.get(
    "/robots.txt",
    operation_id="getRobots",
    response_model=str,
    response_class=PlainTextResponse,
    responses=_sample(_ROBOTS_SAMPLE, TEXT),
)
async def get_robots(db: Db) -> Ready:
    """What crawlers leave alone on this server, and where its sitemaps are."""
    base_url: str = db.info["base_url"]
    above = urlsplit(base_url).path
    lines = ["User-agent: *", *(f"Disallow: {above}{path}" for path in LEFT_ALONE), ""]
    lines += [f"Sitemap: {base_url}/{file}" for file in ("sitemap.xml", "news-sitemap.xml")]
    return Ready("\n".join([*lines, ""]).encode(), KEYS[:1], media_type=b"text/plain; charset=utf-8")


def _xml(body: bytes, changes: Sequence[datetime] = ()) -> Ready:
    headers = (last_modified(max(changes)),) if changes else ()
    return Ready(body, KEYS, headers=headers, media_type=XML.encode())


def _index(base_url: str, rows: Sequence[Row]) -> bytes:
    from app.feeds.sitemap_files import index

    return index(base_url, rows)


def _sitemap(rows: Sequence[Row], home: str | None, default_locale: str) -> bytes:
    from app.feeds.sitemap_files import sitemap

    return sitemap(rows, home, default_locale)


def _news(rows: Sequence[Row], settings: SiteSettings) -> bytes:
    from app.feeds.sitemap_files import news

    return news(rows, settings)
