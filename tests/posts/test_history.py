"""The history: listed, read, compared, brought back; what was used never changes, what was not grows thin."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.posts import retention
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANYTHING = {"If-Match": "*"}
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def edit(desk: Desk, post: dict[str, Any], *, autosave: bool = False, **facts: Any) -> dict[str, Any]:
    url = f"{POSTS}/{post['id']}" + ("?autosave=true" if autosave else "")
    answer = await desk.patch(url, json=facts, headers=ANYTHING)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def numbers(desk: Desk, post: dict[str, Any]) -> list[int]:
    items = (await desk.get(f"{POSTS}/{post['id']}/revisions?limit=100")).json()["items"]
    return [item["number"] for item in items]


async def test_the_list_and_one_revision(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor", name="سلمى")
    post = await published(desk, body="قبل الفجر", locale="ar", tags=["الميناء"])
    url = f"{POSTS}/{post['id']}/revisions"
    await edit(desk, post, title="أصوات", autosave=True)
    await desk.post(f"{POSTS}/{post['id']}/transitions", json={"action": "submit"})
    await edit(desk, post, title="أصوات الميناء")
    first = await desk.get(url, params={"limit": 2})
    rest = (await desk.get(first.links["next"]["url"])).json()
    items = [*first.json()["items"], *rest["items"]]
    assert rest["next"] is None
    assert [(item["number"], item["title"], item["autosave"], item["marks"]) for item in items] == [
        (3, "أصوات الميناء", False, ["newest"]),
        (2, "أصوات", True, ["submitted"]),
        (1, "Voices of the harbour", False, ["live", "published", "approved"]),
    ]
    assert {(item["created_by"], item["created_by_name"]) for item in items} == {(str(desk.user_id), "سلمى")}
    assert "body" not in items[0]
    one = await desk.get(f"{url}/1")
    assert (one.json()["body"], one.json()["tags"], one.json()["dir"]) == ("قبل الفجر", ["الميناء"], "rtl")
    assert one.headers["etag"] == (await desk.get(f"{POSTS}/{post['id']}")).headers["etag"]
    for wrong in ("9", "0", "x", str(2**63), "9/diff"):
        assert (await desk.get(f"{url}/{wrong}")).status_code == 404, wrong
    for wrong in ("1?y=1", "1/diff?against=9", "1/diff?against=0"):
        assert (await desk.get(f"{url}/{wrong}")).status_code == 422, wrong


async def test_what_changed(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "Culture"}, "slug": "culture"})
    post = await opened(desk, locale="ar", title="قَالَ الرجلُ، ثم مضى.", body="سطر أول\n\nسطر ثان")
    await edit(desk, post, title="قَالَ الرجلُ، ثم ذهب.", body="سطر أول\n\nسطر ثالث", section="culture", tags=["بحر"])
    await edit(desk, post, section=None)
    url = f"{POSTS}/{post['id']}/revisions"
    found = (await desk.get(f"{url}/2/diff")).json()
    assert (found["number"], found["against"]) == (2, 1)
    fields = {field["field"]: field for field in found["fields"]}
    assert [(hunk["op"], hunk["text"]) for hunk in fields["title"]["hunks"]] == [
        *(("equal", "قَالَ الرجلُ، ثم "), ("delete", "مضى"), ("insert", "ذهب"), ("equal", "."))
    ]
    assert {"op": "insert", "text": "ثالث"} in fields["body"]["hunks"]
    assert (fields["section"]["before"], fields["section"]["after"]) == (None, "culture")
    assert (fields["tags"]["before"], fields["tags"]["after"]) == ([], ["بحر"])
    assert set(fields) == {"title", "body", "section", "tags"}
    back = (await desk.get(f"{url}/1/diff?against=2")).json()["fields"]
    assert {"op": "insert", "text": "مضى"} in back[0]["hunks"]
    assert (await desk.get(f"{url}/2/diff?against=2")).json()["fields"] == []
    whole = (await desk.get(f"{url}/1/diff")).json()
    assert whole["against"] is None
    assert {field["field"] for field in whole["fields"]} == {"title", "slug", "body", "body_format"}


async def test_an_old_one_comes_back(newsroom: Newsroom) -> None:
    desk, admin = await newsroom.staff("editor"), await newsroom.staff("admin")
    post = await opened(desk, slug="first", body="**old**", tags=["sea", "boats"])
    await edit(desk, post, slug="second", title="New", body="new", tags=["boats"])
    await opened(desk, slug="first")
    for tag in (await admin.get("/v1/editor/tags")).json()["items"]:
        if tag["slug"] == "sea":
            gone = await admin.delete(f"/v1/editor/tags/{tag['id']}", headers=ANYTHING)
            assert gone.status_code == 204, gone.text
    url = f"{POSTS}/{post['id']}/revisions"
    answer = await desk.post(f"{url}/1/restoration", headers={"Idempotency-Key": "again"})
    back = answer.json()
    assert (answer.status_code, back["revision"], back["title"], back["body_html"]) == (
        *(200, 3, "Voices of the harbour", "<p><strong>old</strong></p>"),
    )
    assert (back["slug"], back["tags"]) == ("second", ["boats"])
    assert back["warnings"] == ["the slug first belongs to another story by now", "a tag was deleted since"]
    assert (await desk.post(f"{url}/1/restoration", headers={"Idempotency-Key": "again"})).json() == back
    assert (await desk.get(f"{url}/3")).json()["restored_from"] == 1
    assert (await desk.post(f"{url}/9/restoration")).status_code == 404
    assert (await desk.post(f"{url}/1/restoration", headers={"If-Match": post["etag"]})).status_code == 412
    assert await numbers(desk, post) == [3, 2, 1]


async def test_a_slug_comes_back_with_its_revision(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk, slug="first")
    await edit(desk, post, slug="second")
    back = await desk.post(f"{POSTS}/{post['id']}/revisions/1/restoration")
    assert (back.json()["slug"], back.json()["warnings"]) == ("first", [])
    assert (await opened(desk, slug="second"))["slug"] == "second"


USES = ["submit", "approve", "publish", "someone else", "nothing"]


@pytest.mark.parametrize("use", USES)
async def test_an_autosave_gives_way_unless_something_was_done_with_it(newsroom: Newsroom, use: str) -> None:
    desk, other = await newsroom.staff("editor"), await newsroom.staff("editor")
    post = await opened(desk)
    await edit(desk, post, dek="1", autosave=True)
    await edit(desk, post, dek="2", autosave=True)
    assert await numbers(desk, post) == [3, 1]
    url = f"{POSTS}/{post['id']}"
    for action in {"submit": ["submit"], "approve": ["submit", "approve"]}.get(use, []):
        assert (await desk.post(f"{url}/transitions", json={"action": action})).status_code == 200
    if use == "publish":
        await desk.put(f"{url}/publication", headers=ANYTHING)
        await desk.delete(f"{url}/publication", headers=ANYTHING)
    await edit(other if use == "someone else" else desk, post, dek="3", autosave=True)
    assert await numbers(desk, post) == ([4, 1] if use == "nothing" else [4, 3, 1])
    assert (await desk.get(f"{url}/revisions/4/diff")).json()["against"] == (1 if use == "nothing" else 3)


async def test_old_days_keep_their_last_revision_and_what_was_used(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    newsroom.set_clock(NOON)
    post = await opened(desk)  # 1, the first of its day
    url = f"{POSTS}/{post['id']}"
    await edit(desk, post, dek="2")
    await desk.post(f"{url}/transitions", json={"action": "submit"})
    await edit(desk, post, dek="3")
    await desk.put(f"{url}/publication", headers=ANYTHING)
    await edit(desk, post, dek="4")
    await edit(desk, post, dek="5")  # the last of its day
    newsroom.set_clock(NOON + timedelta(days=1))
    await edit(desk, post, dek="6")
    await edit(desk, post, dek="7")
    newsroom.set_clock(NOON + timedelta(days=20))
    await edit(desk, post, dek="8")
    await edit(desk, post, dek="9")
    for days, kept in ((30, [9, 8, 7, 6, 5, 4, 3, 2, 1]), (30.5, [9, 8, 7, 6, 5, 3, 2]), (40, [9, 8, 7, 5, 3, 2])):
        at = NOON + timedelta(days=days)
        ids = await newsroom.db.study(retention.list_thinnable, at=at, into=list)
        await newsroom.db.write(retention.thin, ids, at=at)
        assert await numbers(desk, post) == kept, days
    newsroom.set_clock(NOON + timedelta(days=90))
    await newsroom.night()
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()["dek"] == "3"
