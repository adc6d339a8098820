"""A feed as RSS 2.0, with the modules that readers know: whole texts, names of authors, when it was changed."""

from email.utils import format_datetime
from typing import Any

from app.core.clock import wire_time
from app.feeds.schemas import Entry, Feed
from app.feeds.xml import add, root_of, written

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def rss(feed: Feed) -> bytes:
    """The document."""
    root = root_of("rss", {"atom": _ATOM, "content": _CONTENT, "dc": _DUBLIN_CORE}, {"version": "2.0"})
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home)
    add(channel, "description", feed.description or feed.title)
    add(channel, "language", feed.locale)
    add(channel, "lastBuildDate", format_datetime(feed.updated, usegmt=True))
    add(channel, "generator", "Masthead")
    add(channel, f"{{{_ATOM}}}link", None, {"href": feed.address, "rel": "self", "type": "application/rss+xml"})
    if feed.logo is not None:
        image = add(channel, "image")
        add(image, "url", feed.logo)
        add(image, "title", feed.title)
        add(image, "link", feed.home)
    for entry in feed.entries:
        _add_item(channel, entry)
    return written(root)


def _add_item(channel: Any, entry: Entry) -> None:
    item = add(channel, "item")
    add(item, "title", entry.title)
    add(item, "link", entry.url)
    add(item, "guid", entry.id, {"isPermaLink": "false"})
    add(item, "pubDate", format_datetime(entry.published, usegmt=True))
    add(item, f"{{{_ATOM}}}updated", wire_time(entry.updated))
    for author in entry.authors:
        add(item, f"{{{_DUBLIN_CORE}}}creator", author.name)
    for category in entry.categories:
        add(item, "category", category.name)
    add(item, f"{{{_DUBLIN_CORE}}}language", entry.locale)
    add(item, "description", entry.summary)
    add(item, f"{{{_CONTENT}}}encoded", entry.html)
