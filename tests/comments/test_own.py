"""The writer's own comment: what the edit token shows, changes and deletes, and for how long."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.publications import service as publications_service
from app.publications.models import Publication
from tests.comments.talk import NOON, THREAD, bearer, decide, events, one, open_thread, plant, say, set_policy, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


def url(answer: Any) -> str:
    return f"/v1/comments/{answer.json()['comment']['id']}"


async def test_its_writer_sees_it_while_it_is_held(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    mine = await say(newsroom)
    found = await newsroom.reader.get(url(mine), headers=bearer(mine))
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    post = {"id": str(post_id), "slug": "harbour", "title": "Voices of the harbour"}
    added = {"post": {**post, "url": "https://news.example/en/harbour"}, "hold_reasons": ["site_policy"]}
    assert found.json() == mine.json()["comment"] | added
    assert (await newsroom.reader.get(url(mine))).status_code == 404


SEEN = [
    ("approve", {}, "published"),
    ("reject", {"reason": "abusive"}, "rejected"),
    ("spam", {}, "pending"),
]


@pytest.mark.parametrize(("action", "more", "told"), SEEN)
async def test_what_its_writer_is_told(newsroom: Newsroom, action: str, more: dict[str, str], told: str) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    await decide(await newsroom.staff("moderator"), mine.json()["comment"]["id"], action, **more)
    found = await newsroom.reader.get(url(mine), headers=bearer(mine))
    assert (found.status_code, found.json()["status"], found.headers["cache-control"]) == (200, told, "no-store")
    assert found.json().get("hold_reasons", []) == (["site_policy"] if told == "pending" else [])


async def test_a_tombstone_of_ones_own(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await say(newsroom)
    await plant(newsroom, post_id, "An answer.", parent_id=(await stored(newsroom))[0].id)
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine))).status_code == 204
    found = await newsroom.reader.get(url(mine), headers=bearer(mine))
    assert (found.status_code, found.json()["status"]) == (200, "deleted")
    assert set(found.json()) == {"id", "number", "parent_id", "status", "created_at", "replies", "hold_reasons"}
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine))).status_code == 404
    assert (await newsroom.reader.get(url(mine))).status_code == 404


async def test_the_token_shows_it_for_thirty_days(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    found = []
    for age in (timedelta(days=30) - timedelta(seconds=1), timedelta(days=30)):
        newsroom.set_clock(NOON + age)
        found.append((await newsroom.reader.get(url(mine), headers=bearer(mine))).status_code)
    assert found == [200, 404]


async def test_the_story_is_named_only_while_it_is_public(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await say(newsroom)
    await newsroom.db.write(publications_service.take_back, post_id, at=NOON)
    found = await newsroom.reader.get(url(mine), headers=bearer(mine))
    assert (found.status_code, found.json()["post"]) == (200, None)
    assert (await newsroom.reader.get(url(mine))).status_code == 404


METHODS = ["GET", "PATCH", "DELETE"]


@pytest.mark.parametrize("method", METHODS)
async def test_other_tokens(newsroom: Newsroom, method: str) -> None:
    await open_thread(newsroom)
    mine, other = await say(newsroom, "Mine."), await say(newsroom, "Other.")
    token = mine.json()["edit_token"]
    desk = await newsroom.staff("admin")
    wrong = [
        bearer(other)["Authorization"],
        f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        f"Bearer {token}=",
        f"Basic {token}",
        "Bearer",
        "Bearer \u00e9",
        desk.headers["Authorization"],
        f"Bearer {newsroom.app.state.keys.token('contact-receipt', (await stored(newsroom))[0].id)}",
    ]
    body = {"json": {"body": "Changed."}} if method == "PATCH" else {}
    for value in wrong:
        headers = {"Authorization": value.encode("latin-1")}
        answer = await newsroom.reader.request(method, url(mine), headers=headers, **body)  # type: ignore[arg-type]
        assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True), value
        unknown = await newsroom.reader.request(method, f"/v1/comments/{uuid4()}", headers=headers, **body)  # type: ignore[arg-type]
        assert unknown.status_code == (404 if value == wrong[0] else 401), value
    missing = await newsroom.reader.request(method, f"/v1/comments/{uuid4()}", headers=bearer(mine), **body)  # type: ignore[arg-type]
    assert missing.status_code == 404
    if method != "GET":
        assert (await newsroom.reader.request(method, url(mine), content=b"{")).status_code == 401
    assert [row.body for row in await stored(newsroom)] == ["Mine.", "Other."]


async def test_the_window(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, edit_window_minutes=5)
    mine = await say(newsroom)
    found = []
    for age in (timedelta(minutes=5) - timedelta(seconds=1), timedelta(minutes=5)):
        newsroom.set_clock(NOON + age)
        change = {"body": f"At {age}."}
        found.append((await newsroom.reader.patch(url(mine), json=change, headers=bearer(mine))).status_code)
    late = await newsroom.reader.patch(url(mine), content=b"{", headers=bearer(mine))
    assert (late.status_code, late.json()["type"]) == (403, "/problems/window-closed")
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine))).status_code == 403
    assert found == [202, 403]


# policy, what a moderator did before, new text → status, what is told, what is recorded
EDITS: list[tuple[str, str | None, str, int, list[str], str]] = [
    ("premoderate", None, "Changed.", 202, ["site_policy"], "comment.edited"),
    ("premoderate", "approve", "Changed.", 202, ["site_policy"], "comment.held_again"),
    ("premoderate", "spam", "Changed.", 202, ["site_policy"], "comment.edited"),
    ("postmoderate", None, "Changed.", 200, [], "comment.edited"),
    ("postmoderate", None, "See https://shop.example", 202, ["link"], "comment.held_again"),
    ("postmoderate", "unpublish", "Changed.", 202, [], "comment.edited"),
    ("sometimes", "approve", "Changed.", 200, [], "comment.edited"),
    ("sometimes", None, "See https://shop.example", 202, ["first_comment", "link"], "comment.edited"),
]


@pytest.mark.parametrize(("policy", "action", "body", "status", "reasons", "event"), EDITS)
async def test_edits(
    newsroom: Newsroom, policy: str, action: str | None, body: str, status: int, reasons: list[str], event: str
) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, policy)
    mine = await say(newsroom)
    if action:
        await decide(await newsroom.staff("moderator"), mine.json()["comment"]["id"], action)
    newsroom.set_clock(NOON + timedelta(minutes=1))
    answer = await newsroom.reader.patch(url(mine), json={"body": body}, headers=bearer(mine))
    told = answer.json()
    assert (answer.status_code, told["hold_reasons"]) == (status, reasons)
    assert (told["status"], told["edited_at"]) == (
        "published" if status == 200 else "pending",
        "2026-11-22T12:01:00Z",
    )
    assert (await events(newsroom))[-1] == event
    row = await one(newsroom, told["id"])
    assert row is not None
    assert (row.body, row.revision) == (body, 2)
    page = (await newsroom.reader.get(THREAD)).json()
    shown = [item["body_html"] for item in page["items"]]
    assert (shown, page["thread"]["count"]) == (([f"<p>{body}</p>"], 1) if status == 200 else ([], 0))


async def test_an_edit_counts_as_a_post(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    change = [{"body": f"Version {number}."} for number in range(11)]
    found = [(await newsroom.reader.patch(url(mine), json=body, headers=bearer(mine))).status_code for body in change]
    assert found == [202] * 9 + [429] * 2


@pytest.mark.parametrize(("policy", "status"), [("premoderate", 202), ("postmoderate", 200)])
async def test_if_match_names_what_its_writer_read(newsroom: Newsroom, policy: str, status: int) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, policy)
    mine = await say(newsroom)
    read = (await newsroom.reader.get(url(mine), headers=bearer(mine))).headers["etag"]
    fresh, stale = bearer(mine) | {"If-Match": read}, bearer(mine) | {"If-Match": '"stale"'}
    refused = await newsroom.reader.patch(url(mine), json={"body": "Changed."}, headers=stale)
    assert (refused.status_code, refused.json()["current"]) == (412, {"etag": read, "revision": 1})
    changed = await newsroom.reader.patch(url(mine), json={"body": "Changed."}, headers=fresh)
    assert changed.status_code == status
    read = (await newsroom.reader.get(url(mine), headers=bearer(mine))).headers["etag"]
    assert changed.headers["etag"] == read
    assert (await newsroom.reader.delete(url(mine), headers=fresh)).status_code == 412
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine) | {"If-Match": read})).status_code == 204


async def test_nothing_changed_is_no_edit(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await say(newsroom, "As it is.")
    answer = await newsroom.reader.patch(url(mine), json={"body": "As it is.\r\n"}, headers=bearer(mine))
    assert (answer.status_code, answer.json()["edited_at"]) == (200, None)
    assert "comment.edited" not in await events(newsroom)


async def test_what_was_rejected_cannot_be_changed_but_deleted(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    await decide(await newsroom.staff("moderator"), mine.json()["comment"]["id"], "reject", reason="other")
    answer = await newsroom.reader.patch(url(mine), json={"body": "Please."}, headers=bearer(mine))
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["delete"])
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine))).status_code == 204
    assert await stored(newsroom) == []
    assert (await events(newsroom))[-1] == "comment.deleted"


BODIES: list[tuple[Any, int]] = [
    ({}, 422),
    ({"body": ""}, 422),
    ({"body": "a" * 10_001}, 422),
    ({"body": "A.", "author_name": "Other"}, 422),
    ([], 422),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
async def test_only_the_text_can_be_changed(newsroom: Newsroom, body: Any, status: int) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    assert (await newsroom.reader.patch(url(mine), json=body, headers=bearer(mine))).status_code == status


async def test_deleting_works_on_closed_threads_too(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom)
    await newsroom.db.write(lambda session: session.execute(update(Publication).values(comments_mode="closed")))
    assert (await say(newsroom, "More.")).status_code == 403
    assert (await newsroom.reader.delete(url(mine), headers=bearer(mine))).status_code == 204
    assert await stored(newsroom) == []
