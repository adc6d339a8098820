"""Opening and publishing dossiers through the editor's doors, for every test that needs some."""

from typing import Any

from tests.newsroom import Desk

POSTS = "/v1/editor/posts"


async def opened(desk: Desk, **facts: Any) -> dict[str, Any]:
    """A new dossier, with its ETag beside its members."""
    draft = {"title": "Voices of the harbour", "locale": "en", "body": "Before dawn.", **facts}
    answer = await desk.post(POSTS, json=draft)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}


async def published(desk: Desk, **facts: Any) -> dict[str, Any]:
    """A new dossier, published."""
    post = await opened(desk, **facts)
    answer = await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": post["etag"]})
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}
