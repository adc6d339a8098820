"""From rows to a feed: names in its language, addresses of the front end, texts that read the right way anywhere."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, NamedTuple

from app.core.aside import Aside
from app.core.db import Row, as_time
from app.core.language import pick
from app.feeds.schemas import Category, Entry, Feed, Person
from app.site import queries as site_queries
from app.site.feed_links import FeedFile
from app.site.policies import Addresses, SiteSettings

WRITERS = Aside(2)  # a few long texts take longer to write than the event loop may wait

# of an empty feed of a site that nobody has set up: Atom wants a time, and now would be another one each time
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Head(NamedTuple):
    """What `queries.HEAD` found: the site, and the term that the feed is about."""

    settings: SiteSettings
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    changes: Sequence[datetime]

    @classmethod
    def of(cls, row: Row) -> "Head":
        """From the row."""
        settings, site_changed, left, _, names, descriptions, term_changed = row
        changes = [as_time(moment) for moment in (site_changed, left, term_changed) if moment is not None]
        return cls(site_queries.parsed(settings), json.loads(names or "{}"), json.loads(descriptions or "{}"), changes)


def gathered(head: Head, rows: Sequence[Row], *, address: str, locale: str, base_url: str, author: str | None) -> Feed:
    """The feed; `author` is the slug of the byline that it is about."""
    settings = head.settings
    addresses = Addresses.of(settings, base_url)

    def text(texts: Mapping[str, str]) -> str:
        return pick(texts, locale, settings.default_locale)

    entries = tuple(_entry(row, addresses) for row in rows)
    home = addresses.url("/")
    page = addresses.author_url(locale, author) if author is not None else None
    site_name = text(settings.name)
    return Feed(
        address=address,
        home=page or home,
        locale=locale,
        title=" – ".join(filter(None, (site_name, text(head.names)))),
        description=text(head.descriptions) or text(settings.tagline),
        publisher=Person(text(settings.publisher) or site_name, home),
        logo=settings.logo,
        updated=max((*head.changes, *(entry.updated for entry in entries)), default=_NEVER),
        entries=entries,
    )


def _entry(row: Row, addresses: Addresses) -> Entry:
    story: dict[str, Any] = json.loads(f"{row[2]},{row[4]}}}")
    locale = story["locale"]
    terms = [*([story["section"]] if story["section"] else []), *story["tags"]]
    return Entry(
        id=f"urn:uuid:{story['id']}",
        url=story["url"],
        locale=locale,
        title=story["title"],
        summary=story["dek"] or story["excerpt"],
        # readers show texts of all magazines in one page, whose direction is not ours
        html=f'<div lang="{escape(locale)}" dir="{story["dir"]}">{story["body_html"]}</div>',
        published=datetime.fromisoformat(story["published_at"]),
        updated=datetime.fromisoformat(story["updated_at"]),
        authors=tuple(Person(one["name"], addresses.author_url(locale, one["slug"])) for one in story["authors"]),
        categories=tuple(Category(term["slug"], term["name"]) for term in terms),
    )


def write(file: FeedFile, head: Head, rows: Sequence[Row], facts: Mapping[str, Any]) -> tuple[bytes, datetime]:
    """The document and when its content last changed."""
    feed = gathered(head, rows, **facts)
    if file is FeedFile.JSON:
        from app.feeds.json_feed import json_feed

        return json_feed(feed), feed.updated
    if file is FeedFile.ATOM:
        from app.feeds.atom import atom

        return atom(feed), feed.updated
    from app.feeds.rss import rss

    return rss(feed), feed.updated
