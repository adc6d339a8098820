"""A feed as a value, whatever it is written as; JSON Feed 1.1 on the wire."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field


class Person(NamedTuple):
    """Who wrote it, with a page where the front end has one."""

    name: str
    url: str | None


class Category(NamedTuple):
    """A section or tag."""

    slug: str
    name: str


class Entry(NamedTuple):
    """A story with its whole text; `id` never changes."""

    id: str
    url: str
    locale: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    authors: tuple[Person, ...]
    categories: tuple[Category, ...]


class Feed(NamedTuple):
    """What is said of the whole, and its stories, newest first."""

    address: str
    home: str
    locale: str
    title: str
    description: str
    publisher: Person
    logo: str | None
    updated: datetime
    entries: tuple[Entry, ...]


class JsonFeedAuthor(BaseModel):
    """Who wrote it."""

    name: Annotated[str, Field(examples=["ليلى حداد"])]
    url: str | None = None


class JsonFeedItem(BaseModel):
    """A story with its whole text."""

    id: Annotated[str, Field(description="never changes", examples=["urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91"])]
    url: str
    title: Annotated[str, Field(examples=["أصوات الميناء"])]
    content_html: str
    summary: str
    date_published: datetime
    date_modified: Annotated[datetime, Field(description="when it was last published or corrected")]
    authors: list[JsonFeedAuthor] | None = None
    tags: list[str] | None = None
    language: Annotated[str, Field(examples=["ar"])]


class JsonFeed(BaseModel):
    """JSON Feed 1.1; what there is not is left out."""

    version: Literal["https://jsonfeed.org/version/1.1"] = "https://jsonfeed.org/version/1.1"
    title: Annotated[str, Field(examples=["ترويسة"])]
    home_page_url: str
    feed_url: str
    description: str | None = None
    icon: str | None = None
    authors: list[JsonFeedAuthor]
    language: Annotated[str, Field(examples=["ar"])]
    items: list[JsonFeedItem]
