"""Where the feeds of the magazine are: for those who point to them, and for the feeds themselves."""

from enum import StrEnum
from typing import Annotated, NamedTuple
from urllib.parse import quote

from pydantic import BaseModel, Field


class FeedFile(StrEnum):
    """In which format."""

    RSS = "rss.xml"
    ATOM = "atom.xml"
    JSON = "feed.json"


MEDIA_TYPES = {
    FeedFile.RSS: "application/rss+xml",
    FeedFile.ATOM: "application/atom+xml",
    FeedFile.JSON: "application/feed+json",
}


class FeedPlace(NamedTuple):
    """What a feed is about: a kind such as `sections` and a slug or code, or all stories."""

    kind: str = ""
    slug: str = ""

    def address(self, file: FeedFile, base_url: str) -> str:
        """The whole address on this server."""
        steps = ["feeds", *filter(None, self), file]
        return base_url + "".join(f"/{quote(step, safe='')}" for step in steps)


class FeedLink(BaseModel):
    """For a `link rel="alternate"` of a page."""

    type: Annotated[str, Field(examples=["application/rss+xml"])]
    url: Annotated[str, Field(examples=["https://api.news.example/feeds/locales/ar/rss.xml"])]


def feed_links(place: FeedPlace, base_url: str) -> list[FeedLink]:
    """One a format."""
    return [FeedLink(type=MEDIA_TYPES[file], url=place.address(file, base_url)) for file in FeedFile]
