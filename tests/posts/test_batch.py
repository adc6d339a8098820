"""One action on many dossiers: each stands or falls alone, with the rights and checks of a single one."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANY = {"If-Match": "*"}


async def batch(desk: Desk, action: str, *items: Any, **facts: Any) -> httpx.Response:
    """Items are dossiers, whose version counts where it is there."""
    body = {"action": action, "items": [{"id": item["id"], **_etag(item)} for item in items], **facts}
    return await desk.post(f"{POSTS}/batch", json=body)


def _etag(item: dict[str, Any]) -> dict[str, str]:
    return {"etag": item["etag"]} if item.get("etag") else {}


def statuses(answer: httpx.Response) -> list[int]:
    """200 for what was done, else the status of the problem."""
    assert answer.status_code == 200, answer.text
    return [result["problem"]["status"] if "problem" in result else 200 for result in answer.json()["results"]]


async def test_each_item_stands_or_falls_alone(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    sound = await opened(desk, title="أصوات الميناء", locale="ar")
    empty = await opened(desk, title="Empty", body="")
    stale = await opened(desk, title="Stale")
    await desk.patch(f"{POSTS}/{stale['id']}", json={"dek": "newer"}, headers=ANY)
    trashed = await opened(desk, title="Trashed")
    await desk.delete(f"{POSTS}/{trashed['id']}", headers=ANY)
    last = await opened(desk, title="Last")
    items = [sound, {**empty, "etag": None}, stale, {"id": str(uuid4())}, {"id": trashed["id"]}, last]
    answer = await batch(desk, "publish", *items)
    assert statuses(answer) == [200, 409, 412, 404, 409, 200]
    results = answer.json()["results"]
    assert [result["id"] for result in results] == [item["id"] for item in items]
    assert results[1]["problem"]["code"] == "not_ready"
    assert [line["code"] for line in results[1]["problem"]["blockers"]] == ["body_missing"]
    assert results[2]["problem"]["current"]["etag"] == '"2"'
    assert results[4]["problem"]["allowed"] == ["restore"]
    assert {name: results[0][name] for name in ("state", "life", "revision")} == {
        "state": "approved", "life": "published", "revision": 1,
    }  # fmt: skip
    shown = await desk.get(f"{POSTS}/{sound['id']}")
    assert shown.headers["etag"] == results[0]["etag"]
    public = (await newsroom.reader.get("/v1/posts")).json()["items"]
    assert {story["id"] for story in public} == {sound["id"], last["id"]}

    names = await newsroom.stored(lambda session: session.exec(select(Event.name).order_by(col(Event.id))).all())
    assert names.count("post.published") == 2


async def test_what_fell_leaves_nothing_behind(newsroom: Newsroom) -> None:
    """A new tag is made before the limit is met: it goes with the item, and stays with another."""
    admin = await newsroom.staff("admin")
    full = await opened(admin, title="Full", tags=[f"t{number}" for number in range(50)])
    free = await opened(admin, title="Free")
    before = (await admin.get(f"{POSTS}/{full['id']}")).json()
    answer = await batch(admin, "tag", full, free, tags=["الميناء"])
    assert statuses(answer) == [422, 200]
    assert answer.json()["results"][0]["problem"]["errors"][0]["pointer"] == "/body/tags"
    assert (await admin.get(f"{POSTS}/{full['id']}")).json() == before
    assert (await admin.get(f"{POSTS}/{free['id']}")).json()["tags"] == ["الميناء"]


async def test_tags_and_sections_are_written_as_revisions(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "Culture", "ar": "ثقافة"}, "slug": "culture"})
    one, two = await published(desk, title="One", tags=["sea"]), await opened(desk, title="Two")
    assert statuses(await batch(desk, "tag", {"id": one["id"]}, two, tags=["Sea", "الميناء"])) == [200, 200]
    shown = (await desk.get(f"{POSTS}/{one['id']}")).json()
    assert (shown["tags"], shown["revision"], shown["live_revision"]) == (["sea", "الميناء"], 2, 1)
    story = (await newsroom.reader.get(f"/v1/posts/{one['slug']}")).json()
    assert [tag["slug"] for tag in story["tags"]] == ["sea"]

    again = await batch(desk, "tag", {"id": one["id"]}, tags=["sea"])
    assert again.json()["results"][0]["revision"] == 2
    assert statuses(await batch(desk, "untag", {"id": one["id"]}, tags=["SEA", "unheard"])) == [200]
    assert (await desk.get(f"{POSTS}/{one['id']}")).json()["tags"] == ["الميناء"]

    assert statuses(await batch(desk, "move", {"id": one["id"]}, {"id": two["id"]}, section="culture")) == [200, 200]
    assert (await desk.get(f"{POSTS}/{two['id']}")).json()["section"] == "culture"
    assert statuses(await batch(desk, "move", {"id": two["id"]}, section=None)) == [200]
    assert (await desk.get(f"{POSTS}/{two['id']}")).json()["section"] is None
    assert statuses(await batch(desk, "move", {"id": two["id"]}, section="nowhere")) == [422]


async def test_away_and_back(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    posts = [{"id": (await published(desk, title=title))["id"]} for title in ("One", "Two")]
    assert statuses(await batch(desk, "trash", *posts)) == [409, 409]
    assert statuses(await batch(desk, "unpublish", *posts)) == [200, 200]
    assert (await newsroom.reader.get("/v1/posts")).json()["items"] == []
    assert statuses(await batch(desk, "trash", *posts)) == [200, 200]
    assert [post["life"] for post in (await desk.get(f"{POSTS}?life=trashed")).json()["items"]] == ["trashed"] * 2
    assert statuses(await batch(desk, "restore", *posts)) == [200, 200]


async def test_rights_are_those_of_a_single_one(newsroom: Newsroom) -> None:
    editor, author = await newsroom.staff("editor"), await newsroom.staff("author")
    contributor = await newsroom.staff("contributor")
    mine, theirs = await opened(contributor, title="Mine"), await opened(editor, title="Theirs")
    assert statuses(await batch(contributor, "publish", mine, theirs)) == [403, 404]
    assert statuses(await batch(contributor, "trash", mine, theirs)) == [200, 404]
    own = await opened(author, title="Own")
    assert statuses(await batch(author, "publish", own, theirs)) == [200, 404]


async def test_a_repeated_request_is_done_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    body = {"action": "tag", "tags": ["sea"], "items": [{"id": post["id"], "etag": post["etag"]}]}
    answers = [await desk.post(f"{POSTS}/batch", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert statuses(answers[0]) == [200]
    assert answers[1].json() == answers[0].json()
    assert answers[1].headers["idempotent-replayed"] == "true"


ID = str(uuid4())
BAD: list[tuple[dict[str, Any], str]] = [
    ({"action": "burn", "items": [{"id": ID}]}, "/body/action"),
    ({"action": "trash", "items": []}, "/body/items"),
    ({"action": "trash", "items": [{"id": ID}] * 101}, "/body/items"),
    ({"action": "trash", "items": [{"id": ID, "etag": "3"}]}, "/body/items/0/etag"),
    ({"action": "trash", "items": [{"id": ID, "life": "published"}]}, "/body/items/0/life"),
    ({"action": "tag", "items": [{"id": ID}]}, "/body/tags"),
    ({"action": "tag", "items": [{"id": ID}], "tags": []}, "/body/tags"),
    ({"action": "trash", "items": [{"id": ID}], "tags": ["sea"]}, "/body/tags"),
    ({"action": "move", "items": [{"id": ID}]}, "/body/section"),
    ({"action": "publish", "items": [{"id": ID}], "section": None}, "/body/section"),
]


async def test_what_is_refused(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for body, pointer in BAD:
        answer = await desk.post(f"{POSTS}/batch", json=body)
        assert answer.status_code == 422, body
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert (await desk.request(method, f"{POSTS}/batch")).status_code == 405, method
