"""Sitemaps as sitemaps.org and news search engines want them: from rows to bytes."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from app.core.clock import wire_time
from app.core.language import pick
from app.feeds.xml import add, root_of, written
from app.site.policies import SiteSettings

_MAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def index(base_url: str, rows: Iterable[tuple[int, datetime, int]]) -> bytes:
    """The list of sitemaps that have something; the first has the front page at least."""
    root = root_of(_map("sitemapindex"), {None: _MAPS})
    shown = {number: changed for number, changed, pieces in rows if pieces}
    for number in sorted({1, *shown}):
        sitemap = add(root, _map("sitemap"))
        add(sitemap, _map("loc"), f"{base_url}/sitemaps/{number}.xml")
        if number in shown:
            add(sitemap, _map("lastmod"), wire_time(shown[number]))
    return written(root)


def sitemap(rows: Sequence[Any], home: str | None, default_locale: str) -> bytes:
    """Addresses of pieces with those of their other languages; pieces whose canonical address is elsewhere are left
    to that site.
    """
    root = root_of(_map("urlset"), {None: _MAPS, "xhtml": _XHTML})
    if home is not None:
        add(add(root, _map("url")), _map("loc"), home)
    for id_, languages in groupby(rows, key=lambda row: row[0]):
        at_home = [row for row in languages if row[5]]
        own = next((row for row in at_home if row[2] == id_), None)
        if own is not None:
            url = add(root, _map("url"))
            add(url, _map("loc"), _address(own))
            add(url, _map("lastmod"), wire_time(own[1]))
            if len(at_home) > 1:
                _add_alternates(url, at_home, default_locale)
    return written(root)


def _add_alternates(url: Any, languages: Iterable[Any], default_locale: str) -> None:
    for row in languages:
        for name in (row[3], "x-default") if row[3] == default_locale else (row[3],):
            attributes = {"rel": "alternate", "hreflang": name, "href": _address(row)}
            add(url, f"{{{_XHTML}}}link", None, attributes)


def _address(row: Any) -> str:
    address: str = json.loads(row[4])["url"]
    return address


def news(rows: Iterable[Any], settings: SiteSettings) -> bytes:
    """The newest stories with the name of the magazine in their language."""
    root = root_of(_map("urlset"), {None: _MAPS, "news": _NEWS})
    for published_at, locale, title, link in rows:
        url = add(root, _map("url"))
        add(url, _map("loc"), json.loads(link)["url"])
        story = add(url, f"{{{_NEWS}}}news")
        publication = add(story, f"{{{_NEWS}}}publication")
        add(publication, f"{{{_NEWS}}}name", pick(settings.name, locale, settings.default_locale))
        add(publication, f"{{{_NEWS}}}language", news_language(locale))
        add(story, f"{{{_NEWS}}}publication_date", wire_time(published_at))
        add(story, f"{{{_NEWS}}}title", title)
    return written(root)


def news_language(locale: str) -> str:
    """Two or three letters (ISO 639); of Chinese alone they want to know which."""
    language, *rest = locale.split("-")
    if language != "zh":
        return language
    return "zh-tw" if {"Hant", "TW", "HK", "MO"} & set(rest) else "zh-cn"


def _map(name: str) -> str:
    return f"{{{_MAPS}}}{name}"
