"""Feeds and sitemaps as their readers see them."""

from typing import Any

import httpx
from lxml import etree

from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS

SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}
ANY = {"If-Match": "*"}


async def fetched(newsroom: Newsroom, path: str) -> httpx.Response:
    """A 200."""
    answer = await newsroom.reader.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer


async def tree(newsroom: Newsroom, path: str) -> Any:
    """The root element of a document that a strict parser takes."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring((await fetched(newsroom, path)).content, parser)


def texts(root: Any, path: str) -> list[str]:
    """Of all elements or attributes that are found."""
    return [found if isinstance(found, str) else found.text or "" for found in root.xpath(path, namespaces=SPACES)]


async def setup(newsroom: Newsroom, **members: Any) -> None:
    """Settings of the magazine."""
    answer = await (await newsroom.staff("admin")).patch("/v1/editor/site", json=members, headers=ANY)
    assert answer.status_code == 200, answer.text


async def done(desk: Desk, method: str, post: dict[str, Any], path: str = "", body: Any = None) -> None:
    """Something done to a dossier."""
    answer = await desk.request(method, f"{POSTS}/{post['id']}{path}", json=body, headers=ANY)
    assert answer.is_success, answer.text
