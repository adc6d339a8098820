"""A feed as JSON Feed 1.1."""

from collections.abc import Iterable

from app.feeds.schemas import Entry, Feed, JsonFeed, JsonFeedAuthor, JsonFeedItem, Person


def json_feed(feed: Feed) -> bytes:
    """The document."""
    document = JsonFeed(
        title=feed.title,
        home_page_url=feed.home,
        feed_url=feed.address,
        description=feed.description or None,
        icon=feed.logo,
        authors=_authors([feed.publisher]),
        language=feed.locale,
        items=[_item(entry) for entry in feed.entries],
    )
    return document.model_dump_json(exclude_none=True).encode()


def _item(entry: Entry) -> JsonFeedItem:
    return JsonFeedItem(
        id=entry.id,
        url=entry.url,
        title=entry.title,
        content_html=entry.html,
        summary=entry.summary,
        date_published=entry.published,
        date_modified=entry.updated,
        authors=_authors(entry.authors) or None,
        tags=[category.name for category in entry.categories] or None,
        language=entry.locale,
    )


def _authors(people: Iterable[Person]) -> list[JsonFeedAuthor]:
    return [JsonFeedAuthor(name=person.name, url=person.url) for person in people]
