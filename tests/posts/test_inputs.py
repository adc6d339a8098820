"""What the desk's doors take: null for what may be left out, a key to repeat with, and errors that name the member."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.core.clock import now
from app.events.models import Event
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANY = {"If-Match": "*"}
NULLS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("PUT", "/withdrawal", {"reason": "r"}, ["notice"]),
    ("PUT", "/schedule", {"publish_at": (now() + timedelta(days=1)).isoformat()}, ["unpublish_at", "embargoed"]),
    ("PUT", "/lock", {}, ["take_over"]),
    ("PUT", "/publication", {}, ["revision", "published_at"]),
    ("PUT", "/translated-revision", {}, ["revision"]),
    ("POST", "/previews", {}, ["expires_in", "revision", "reader", "may_answer"]),
    ("POST", "/transitions", {"action": "request_changes"}, ["note", "revision"]),
    ("POST", "/translations", {"locale": "ar"}, ["title", "copy"]),
]


@pytest.mark.parametrize(("method", "path", "wish", "optional"), NULLS)
async def test_null_is_what_is_left_out(
    newsroom: Newsroom, method: str, path: str, wish: dict[str, Any], optional: list[str]
) -> None:
    desk = await newsroom.staff("editor")
    posts = [await published(desk, title=title) for title in ("Left out", "Null")]
    plain, nulled = [
        await desk.request(method, f"{POSTS}/{post['id']}{path}", json=body, headers=ANY)
        for post, body in zip(posts, (wish, wish | dict.fromkeys(optional)), strict=True)
    ]
    assert nulled.status_code == plain.status_code, nulled.text
    if path != "/translated-revision":  # these are originals
        assert plain.is_success, plain.text
    for member in wish:
        missing = await desk.request(method, f"{POSTS}/{posts[1]['id']}{path}", json=wish | {member: None}, headers=ANY)
        assert missing.status_code == 422, missing.text
        assert [error["pointer"] for error in missing.json()["errors"]] == [f"/body/{member}"]


async def test_a_draft_of_nulls_is_an_empty_draft(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    contract = (await newsroom.reader.get("/openapi.json")).json()["components"]["schemas"]["PostCreate"]
    optional = [name for name in contract["properties"] if name not in contract["required"]]
    assert len(optional) > 10
    assert all({"type": "null"} in contract["properties"][name]["anyOf"] for name in optional)
    plain = await opened(desk, body="")
    nulled = await opened(desk, **dict.fromkeys(optional))
    own = ("id", "slug", "etag", "created_at", "updated_at")
    assert {name: nulled[name] for name in nulled if name not in own} == {
        name: plain[name] for name in plain if name not in own
    }


async def test_a_merge_patch_still_takes_values_back(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk, dek="Morning.")
    url = f"{POSTS}/{post['id']}"
    assert (await desk.patch(url, json={"dek": None}, headers=ANY)).json()["dek"] == ""
    assert (await desk.patch(url, json={"title": None}, headers=ANY)).status_code == 422


async def test_a_restoration_can_be_repeated(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}"
    assert (await desk.delete(url, headers=ANY)).status_code == 204
    key = {"Idempotency-Key": "out-of-the-trash"}
    first, again = [await desk.post(f"{url}/restoration", headers=key) for _ in range(2)]
    assert (first.status_code, first.json()["life"], first.headers["etag"]) == (200, "unpublished", '"3"')
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), '"3"')
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (await desk.post(f"{url}/restoration")).status_code == 409
    told = await newsroom.stored(
        lambda session: session.exec(select(Event.id).where(col(Event.name) == "post.restored")).all()
    )
    assert len(told) == 1


@pytest.mark.parametrize("words", [{}, {"text": ""}, {"text": " "}, {"text": None}])
async def test_a_comment_on_a_preview_needs_a_text(newsroom: Newsroom, words: dict[str, Any]) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    preview = (await desk.post(f"{POSTS}/{post['id']}/previews")).json()
    url = f"/v1/previews/{preview['token']}/answers"
    answer = await newsroom.reader.post(url, json={"verdict": "comment", "name": "Salma", **words})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == ("/body/text", "a comment needs a text")
    approved = await newsroom.reader.post(url, json={"verdict": "approve", "name": "Salma", **words})
    assert approved.status_code == 201, approved.text


async def test_a_picture_alone_is_a_story(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk, body="![The quay](https://img.example/quay.jpg)")
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert (story["body_text"], "quay.jpg" in story["body_html"]) == ("", True)
