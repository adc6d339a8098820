"""A feed as Atom (RFC 4287): each entry says in which language it is."""

from typing import Any

from app.core.clock import wire_time
from app.feeds.schemas import Entry, Feed, Person
from app.feeds.xml import XML_SPACE, add, root_of, written

_ATOM = "http://www.w3.org/2005/Atom"
_LANG = f"{{{XML_SPACE}}}lang"


def atom(feed: Feed) -> bytes:
    """The document; stories without a byline are the publisher's."""
    root = root_of(_tag("feed"), {None: _ATOM}, {_LANG: feed.locale})
    add(root, _tag("id"), feed.address)
    add(root, _tag("title"), feed.title)
    if feed.description:
        add(root, _tag("subtitle"), feed.description)
    add(root, _tag("updated"), wire_time(feed.updated))
    add(root, _tag("link"), None, {"rel": "self", "type": "application/atom+xml", "href": feed.address})
    add(root, _tag("link"), None, {"rel": "alternate", "type": "text/html", "href": feed.home})
    _add_person(root, feed.publisher)
    add(root, _tag("generator"), "Masthead")
    if feed.logo is not None:
        add(root, _tag("logo"), feed.logo)
    for entry in feed.entries:
        _add_entry(root, entry)
    return written(root)


def _add_entry(root: Any, entry: Entry) -> None:
    element = add(root, _tag("entry"), None, {_LANG: entry.locale})
    add(element, _tag("id"), entry.id)
    add(element, _tag("title"), entry.title)
    add(element, _tag("link"), None, {"rel": "alternate", "type": "text/html", "href": entry.url})
    add(element, _tag("published"), wire_time(entry.published))
    add(element, _tag("updated"), wire_time(entry.updated))
    for author in entry.authors:
        _add_person(element, author)
    for category in entry.categories:
        add(element, _tag("category"), None, {"term": category.slug, "label": category.name})
    add(element, _tag("summary"), entry.summary)
    add(element, _tag("content"), entry.html, {"type": "html"})


def _add_person(parent: Any, person: Person) -> None:
    author = add(parent, _tag("author"))
    add(author, _tag("name"), person.name)
    if person.url is not None:
        add(author, _tag("uri"), person.url)


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
