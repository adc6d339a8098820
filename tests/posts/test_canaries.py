"""What is not public is in no public answer, whatever state it is in: words that no other text has are looked for."""

from typing import Any

import pytest

from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

SLUG = "kanarischer-titel"
WORDS: dict[str, Any] = {
    "title": "kanarischer Titel", "dek": "canarydek", "body": "canarybody كناري", "tags": ["canarytag"],
    "excerpt": "canaryexcerpt", "seo": {"title": "canaryseo", "description": "canaryseo"}, "section": "books",
    "featured": True,
}  # fmt: skip
CANARIES = ("kanarischer", "canarydek", "canarybody", "canaryexcerpt", "canaryseo", "كناري")
FUTURE = "2126-01-01T00:00:00Z"
PUBLISH, WITHDRAW = ("PUT", "/publication", None), ("PUT", "/withdrawal", {"reason": "canaryreason"})
UNPUBLISH, SUBMIT = ("DELETE", "/publication", None), ("POST", "/transitions", {"action": "submit"})
Step = tuple[str, str, Any]
STATES: dict[str, list[Step]] = {
    "draft": [],
    "autosaved": [("PATCH", "?autosave=true", {"dek": "canarydek 2"})],
    "in review": [SUBMIT],
    "sent back": [SUBMIT, ("POST", "/transitions", {"action": "request_changes", "note": "canarynote"})],
    "approved": [SUBMIT, ("POST", "/transitions", {"action": "approve"})],
    "scheduled": [("PUT", "/schedule", {"publish_at": FUTURE})],
    "under embargo": [("PUT", "/schedule", {"publish_at": FUTURE, "embargoed": True})],
    "previewed": [("POST", "/previews", {})],
    "translated": [("POST", "/translations", {"locale": "ar", "title": "كناري"})],
    "trashed": [("DELETE", "", None)],
    "unpublished": [PUBLISH, UNPUBLISH],
    "unpublished and trashed": [PUBLISH, UNPUBLISH, ("DELETE", "", None)],
    "to return": [PUBLISH, UNPUBLISH, ("PUT", "/schedule", {"publish_at": FUTURE})],
    "withdrawn": [PUBLISH, WITHDRAW],
    "reinstated": [PUBLISH, WITHDRAW, ("DELETE", "/withdrawal", None)],
}
FILES = ("rss.xml", "atom.xml", "feed.json")
# all that shows stories, with every filter and order that might find this one
PATHS = (
    "/v1/posts?include=body", "/v1/posts?q=canarybody&count=true", "/v1/posts?sort=-updated_at&tag=canarytag",
    "/v1/posts?sort=-comments", "/v1/posts?locale=en", "/v1/posts?sort=published_at", "/v1/posts?featured=true",
    "/v1/posts?section=books", "/v1/posts?ids={id}", "/v1/posts/neighbour", "/v1/pages", "/v1/tags", "/v1/sections",
    "/v1/search?q=canarybody&count=true", "/v1/search?q=Kanarischer",
    "/v1/search?q=كناري", "/v1/search?q=canarydek", "/v1/search?q=canarytag", "/v1/search?q=neighbour",
    "/v1/front", "/v1/sections/books/front", "/v1/archive", "/v1/series", "/v1/corrections", "/v1/site",
    *(f"/feeds{place}/{file}" for place in ("", "/sections/books", "/locales/en") for file in FILES), "/sitemap.xml",
    "/sitemaps/1.xml", "/news-sitemap.xml",
)  # fmt: skip


async def in_state(desk: Desk, steps: list[Step]) -> str:
    """A dossier full of canaries; its id."""
    post = await opened(desk, **WORDS)
    for method, path, body in steps:
        answer = await desk.request(method, f"{POSTS}/{post['id']}{path}", json=body, headers={"If-Match": "*"})
        assert answer.is_success, (method, path, answer.text)
    return str(post["id"])


@pytest.mark.parametrize("state", STATES)
async def test_what_is_not_public_is_nowhere(newsroom: Newsroom, state: str) -> None:
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "Books"}, "slug": "books"})
    await published(desk, title="Neighbour", section="books")
    post_id = await in_state(desk, STATES[state])
    pinned = await desk.put("/v1/editor/pins?locale=en", json={"items": [post_id]}, headers={"If-Match": "*"})
    assert pinned.is_success, pinned.text
    await newsroom.night()
    for path in PATHS:
        answer = await newsroom.reader.get(path.format(id=post_id))
        assert answer.status_code == 200, (path, answer.text)
        never_out = () if PUBLISH in STATES[state] else ("canarytag",)
        leaks = [word for word in (*CANARIES, *never_out) if word in answer.text]
        assert not leaks, (path, leaks)
    gone = 410 if state == "withdrawn" else 404
    for path in (f"/v1/posts/{SLUG}", f"/v1/posts/{SLUG}/comments", f"/embed/posts/{SLUG}/comments"):
        answer = await newsroom.reader.get(path)
        assert answer.status_code == gone, path
        assert not [word for word in (*CANARIES, "canaryreason", "canarynote") if word in answer.text], path
    counted = await newsroom.reader.post("/v1/comments/counts", json={"slugs": [SLUG]})
    assert counted.json() == {"counts": {SLUG: 0}}
    assert (await newsroom.reader.get("/v1/posts?q=canarybody&count=true")).json()["total"] == 0
    for path in ("/v1/tags/canarytag", *(f"/feeds/tags/canarytag/{file}" for file in FILES)):
        tag = await newsroom.reader.get(path)
        assert tag.status_code == (200 if PUBLISH in STATES[state] else 404), path
        assert not [word for word in CANARIES if word in tag.text], path


async def test_the_canaries_are_heard_when_it_is_public(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "Books"}, "slug": "books"})
    post_id = await in_state(desk, [PUBLISH])
    lists = ("/v1/posts?include=body", "/v1/posts?featured=true", "/v1/front", f"/v1/posts?ids={post_id}")
    feeds = [path for path in PATHS if path.startswith(("/feeds", "/sitemaps", "/news"))]
    for path in (*lists, *feeds, "/feeds/tags/canarytag/rss.xml"):
        assert "kanarischer" in (await newsroom.reader.get(path)).text, path
    story = (await newsroom.reader.get(f"/v1/posts/{SLUG}")).text
    assert [word for word in CANARIES if word not in story] == []
