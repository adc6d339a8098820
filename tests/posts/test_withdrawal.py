"""A withdrawn piece is gone from every public answer, and where it was a notice says so."""

from typing import Any
from uuid import UUID

import pytest

from app.core.clock import wire_time
from tests.comments.talk import NOON, plant
from tests.newsroom import Desk, Newsroom
from tests.posts.clockwork import ANY, desk_view, edit, in_hours, plan, told
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

CANARY = "cormorant"
NOTICE = "سُحب هذا النص لأنه تضمّن معلومات خاطئة."
WISH = {"reason": "Names the wrong person.", "notice": NOTICE}


async def take_down(desk: Desk, post: dict[str, Any], **more: str) -> dict[str, Any]:
    answer = await desk.put(f"{POSTS}/{post['id']}/withdrawal", json=WISH | more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_gone_everywhere_with_a_notice(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    group = await published(desk, title="Original", slug="original", tags=["sea"], section=None)
    post = await published(desk, title=CANARY, locale="ar", slug="old", tags=["sea"], translation_of=group["id"])
    await edit(desk, post, slug=f"{CANARY}-new")
    assert (await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)).status_code == 200
    comment = await plant(newsroom, UUID(post["id"]), "A thought.")
    assert (await newsroom.reader.get(f"/v1/comments/{comment}")).status_code == 200
    await plan(desk, post, publish=1, end=2)
    found = await take_down(desk, post)
    assert (found["life"], found["publish_at"], found["unpublish_at"]) == ("withdrawn", None, None)
    assert found["withdrawal"] == {
        **WISH,
        "at": wire_time(NOON),
        "by": str(desk.user_id),
    }
    for moment in (NOON, in_hours(3)):
        newsroom.set_clock(moment)
        for slug in ("old", f"{CANARY}-new"):
            for call in ("", "/comments"):
                answer = await newsroom.reader.get(f"/v1/posts/{slug}{call}")
                problem = answer.json()
                assert (answer.status_code, problem["notice"], problem["locale"]) == (410, NOTICE, "ar")
                assert problem["withdrawn_at"] == wire_time(NOON)
                assert set(problem) - {"notice", "locale", "withdrawn_at"} == {
                    *("type", "title", "status", "detail", "instance"),
                }
                assert CANARY not in answer.text
        posted = await newsroom.reader.post("/v1/posts/old/comments", json={"body": "More.", "author_name": "Nour"})
        assert posted.status_code == 410
        assert (await newsroom.reader.get(f"/v1/comments/{comment}")).status_code == 404
        resolved = await newsroom.reader.get("/v1/resolve?path=/ar/old")
        assert resolved.json() == {
            "type": "article",
            "slug": "old",
            "url": "https://news.example/ar/old",
            "status": 410,
        }
        for path in ("/v1/posts?include=body&count=true", "/v1/posts/original", f"/v1/posts?q={CANARY}"):
            answer = await newsroom.reader.get(path)
            assert answer.status_code == 200
            assert CANARY not in answer.text
            assert "wrong person" not in answer.text
    assert (await told(newsroom, post))[-2:] == ["unscheduled", "withdrawn"]


async def test_the_way_back(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk, slug="harbour")
    door = f"{POSTS}/{post['id']}"
    await take_down(desk, post)
    newsroom.set_clock(in_hours(1))
    again = await take_down(desk, post, notice="Withdrawn in error?")
    assert again["withdrawal"]["at"] == wire_time(NOON)
    problem = (await newsroom.reader.get("/v1/posts/harbour")).json()
    assert (problem["notice"], problem["withdrawn_at"]) == ("Withdrawn in error?", wire_time(NOON))
    for method, path in (("PUT", "publication"), ("DELETE", "publication"), ("PUT", "schedule")):
        body = {"publish_at": wire_time(in_hours(2))} if path == "schedule" else None
        answer = await desk.request(method, f"{door}/{path}", json=body, headers=ANY)
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    back = await desk.delete(f"{door}/withdrawal")
    assert (back.status_code, back.json()["life"], back.json()["withdrawal"]) == (200, "unpublished", None)
    assert (await newsroom.reader.get("/v1/posts/harbour")).status_code == 404
    assert (await desk.put(f"{door}/publication", headers=ANY)).status_code == 200
    assert (await newsroom.reader.get("/v1/posts/harbour")).status_code == 200
    names = ["created", "published", "withdrawn", "withdrawn", "reinstated", "published"]
    assert await told(newsroom, post) == names


async def test_who_may_and_what_is_refused(newsroom: Newsroom) -> None:
    desk, author = await newsroom.staff("editor"), await newsroom.staff("author")
    post = await published(author)
    door = f"{POSTS}/{post['id']}/withdrawal"
    assert (await author.put(door, json=WISH)).status_code == 403
    assert (await desk.delete(door)).status_code == 409
    for wrong in ({}, {"notice": "x"}, {"reason": ""}, {"reason": "x", "at": "now"}):
        assert (await desk.put(door, json=wrong)).status_code == 422
    assert (await desk.put(door, json=WISH, headers={"If-Match": '"99"'})).status_code == 412
    draft = await opened(desk)
    assert (await desk.put(f"{POSTS}/{draft['id']}/withdrawal", json=WISH)).status_code == 409
    assert (await desk_view(desk, draft))["withdrawal"] is None
    page = await published(desk, kind="page", slug="imprint")
    assert (await desk.put(f"{POSTS}/{page['id']}/withdrawal", json={"reason": "x"})).status_code == 200
    problem = (await newsroom.reader.get("/v1/pages/imprint")).json()
    assert (problem["status"], problem["notice"]) == (410, "")
