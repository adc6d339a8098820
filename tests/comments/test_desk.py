"""What the newsroom does beside judging: pins, notes to each other, the history of a text, permalinks by number."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.comments.models import Status
from app.publications.models import CommentsMode
from tests.comments.talk import (
    NOON,
    QUEUE,
    THREAD,
    bearer,
    decide,
    events,
    open_thread,
    plant,
    plant_tree,
    say,
    set_policy,
)
from tests.contact.letters import everything
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def pinned(newsroom: Newsroom, slug: str = "harbour") -> str | None:
    """What stands on top of the thread."""
    thread = (await newsroom.reader.get(f"/v1/posts/{slug}/comments")).json()["thread"]
    return thread["pinned"] and str(thread["pinned"]["id"])


def pin(comment_id: UUID | str) -> str:
    return f"{QUEUE}/{comment_id}/pin"


async def test_one_comment_stands_on_top(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"First.": {"An answer.": {}}, "Second.": {}})
    desk = await newsroom.staff("moderator")
    first, second = planted["First."], planted["Second."]
    answer = await desk.put(pin(first))
    assert (answer.status_code, answer.json()["pinned"], answer.headers["etag"]) == (200, True, '"2"')
    (item, _) = (await newsroom.reader.get(THREAD)).json()["items"]
    shown = (await newsroom.reader.get(THREAD, params={"sort": "newest"})).json()["thread"]["pinned"]
    assert {**shown, "replies": None} == {**item, "replies": None}
    assert (shown["replies"]["items"], shown["replies"]["next"] is None) == ([], False)
    rest = await newsroom.reader.get(f"/v1/comments/{first}/replies", params={"cursor": shown["replies"]["next"]})
    assert [reply["id"] for reply in rest.json()["items"]] == [str(planted["An answer."])]
    assert (await desk.put(pin(second), headers={"If-Match": '"999"'})).status_code == 412
    assert (await desk.delete(pin(first), headers={"If-Match": '"1"'})).status_code == 412
    late = await desk.post(f"{QUEUE}/{first}/notes", json={"body": "Look."}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    await desk.put(pin(first), headers={"If-Match": '"2"'})
    await desk.put(pin(second))
    assert await pinned(newsroom) == str(second)
    await desk.delete(pin(first))
    assert await pinned(newsroom) == str(second)
    unpinned = await desk.delete(pin(second))
    assert (unpinned.status_code, unpinned.json()["pinned"], await pinned(newsroom)) == (200, False, None)
    told = ["comment.pinned", "comment.unpinned", "comment.pinned", "comment.unpinned"]
    assert (await events(newsroom))[-4:] == told
    assert (await events(newsroom)).count("comment.pinned") == 2


async def test_only_published_comments_at_the_top_of_a_thread_can_be_pinned(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    held = await plant(newsroom, post_id, "held", status=Status.PENDING)
    desk = await newsroom.staff("moderator")
    for comment in (planted["leaf"], held):
        refused = await desk.put(pin(comment))
        assert (refused.status_code, refused.json()["code"]) == (409, "cannot_pin")
    assert await pinned(newsroom) is None


@pytest.mark.parametrize(
    ("action", "more"), [("unpublish", {}), ("spam", {}), ("delete", {}), ("reject", {"reason": "other"})]
)
async def test_what_is_no_longer_shown_is_no_longer_pinned(
    newsroom: Newsroom, action: str, more: dict[str, str]
) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    desk = await newsroom.staff("moderator")
    await desk.put(pin(planted["root"]))
    done = await decide(desk, planted["root"], action, **more)
    assert await pinned(newsroom) is None
    await desk.post(f"{QUEUE}/decisions/{done['batch']}/undo")
    assert await pinned(newsroom) is None


async def test_pins_of_translations_apart_and_together(newsroom: Newsroom) -> None:
    english = await open_thread(newsroom, "harbour")
    arabic = await open_thread(newsroom, "المرفأ", locale="ar", group_id=english)
    one, two = await plant(newsroom, english, "One."), await plant(newsroom, arabic, "واحد.", locale="ar")
    desk = await newsroom.staff("moderator")
    await desk.put(pin(one))
    newsroom.set_clock(NOON + timedelta(seconds=1))
    await desk.put(pin(two))
    assert [await pinned(newsroom, slug) for slug in ("harbour", "المرفأ")] == [str(one), str(two)]
    await set_policy(newsroom, thread_scope="group")
    assert [await pinned(newsroom, slug) for slug in ("harbour", "المرفأ")] == [str(two)] * 2
    await desk.put(pin(one))
    await desk.delete(pin(two))
    assert [await pinned(newsroom, slug) for slug in ("harbour", "المرفأ")] == [str(one)] * 2


async def test_a_hidden_thread_shows_no_pin(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom, comments=CommentsMode.HIDDEN), "root")
    assert (await (await newsroom.staff("moderator")).put(pin(comment))).status_code == 200
    assert await pinned(newsroom) is None


async def test_moderators_leave_notes_for_each_other(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    huda, basil = await newsroom.staff("moderator", name="هدى"), await newsroom.staff("editor", name="Basil")
    first = await huda.post(f"{QUEUE}/{comment}/notes", json={"body": "اتصلتُ به."})
    assert first.status_code == 201
    assert first.json() == {
        "id": first.json()["id"],
        "author": {"id": str(huda.user_id), "name": "هدى"},
        "body": "اتصلتُ به.",
        "written_at": "2026-11-22T12:00:00Z",
    }
    repeat = {"Idempotency-Key": "n-1"}
    for _ in range(2):
        await basil.post(f"{QUEUE}/{comment}/notes", json={"body": "canary-note"}, headers=repeat)
    notes = (await huda.get(f"{QUEUE}/{comment}")).json()["notes"]
    assert [note["body"] for note in notes] == ["اتصلتُ به.", "canary-note"]
    assert (await huda.get(QUEUE)).json()["items"][0]["notes"] == notes
    assert (await events(newsroom))[-2:] == ["comment.noted"] * 2
    assert "canary" not in str((await everything(newsroom))["event"])
    for path in (THREAD, f"/v1/comments/{comment}"):
        assert "note" not in (await newsroom.reader.get(path)).text


async def test_nothing_is_noted_on_a_tombstone(newsroom: Newsroom) -> None:
    planted = await plant_tree(newsroom, await open_thread(newsroom), {"root": {"leaf": {}}})
    desk = await newsroom.staff("moderator")
    await decide(desk, planted["root"], "delete")
    answer = await desk.post(f"{QUEUE}/{planted['root']}/notes", json={"body": "Late."})
    assert answer.status_code == 404


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "x" * 2_001}, {"body": "x", "author": "y"}])
async def test_notes_that_cannot_be_read(newsroom: Newsroom, body: Any) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    answer = await (await newsroom.staff("moderator")).post(f"{QUEUE}/{comment}/notes", json=body)
    assert answer.status_code == 422


async def test_moderators_see_what_was_edited(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    mine = await say(newsroom, "One.")
    comment = mine.json()["comment"]["id"]
    for minute, body in ((1, "Two."), (2, "Two."), (3, "ثلاثة.")):
        newsroom.set_clock(NOON + timedelta(minutes=minute))
        await newsroom.reader.patch(f"/v1/comments/{comment}", json={"body": body}, headers=bearer(mine))
    desk = await newsroom.staff("moderator")
    path = f"{QUEUE}/{comment}/revisions"
    found = (await desk.get(path)).json()
    assert [(item["revision"], item["body"], item["written_at"][11:16]) for item in found["items"]] == [
        (3, "ثلاثة.", "12:03"),
        (2, "Two.", "12:01"),
        (1, "One.", "12:00"),
    ]
    first = await desk.get(path, params={"limit": 1})
    second = await desk.get(path, params={"limit": 2, "cursor": first.json()["next"]})
    assert first.json()["items"] + second.json()["items"] == found["items"]
    assert (second.json()["next"], path in first.headers["link"]) == (None, True)
    assert "One." not in (await newsroom.reader.get(f"/v1/comments/{comment}", headers=bearer(mine))).text
    await newsroom.reader.delete(f"/v1/comments/{comment}", headers=bearer(mine))
    assert (await desk.get(path)).status_code == 404
    assert "One." not in str(await everything(newsroom))


async def test_a_tombstone_has_no_history(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await say(newsroom, "One.")
    comment = mine.json()["comment"]["id"]
    await newsroom.reader.patch(f"/v1/comments/{comment}", json={"body": "Two."}, headers=bearer(mine))
    await plant(newsroom, post_id, "An answer.", parent_id=UUID(comment))
    await newsroom.reader.delete(f"/v1/comments/{comment}", headers=bearer(mine))
    desk = await newsroom.staff("moderator")
    assert (await desk.get(f"{QUEUE}/{comment}/revisions")).json() == {"items": [], "next": None}
    dump = str(await everything(newsroom))
    assert ("One." in dump, "Two." in dump) == (False, False)


async def test_permalinks_by_number(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    mine = await say(newsroom)
    for number, comment in ((1, planted["root"]), (2, planted["leaf"])):
        by_id, by_number = [await newsroom.reader.get(f"/v1/comments/{name}") for name in (comment, number)]
        assert (by_number.status_code, by_number.content) == (200, by_id.content)
        assert by_number.headers["etag"] == by_id.headers["etag"]
        again = await newsroom.reader.get(f"/v1/comments/{number}", headers={"If-None-Match": by_id.headers["etag"]})
        assert again.status_code == 304
    assert (await newsroom.reader.get("/v1/comments/3")).status_code == 404
    own = await newsroom.reader.get("/v1/comments/3", headers=bearer(mine))
    assert (own.status_code, own.json()["status"]) == (200, "pending")
    assert (await newsroom.reader.get("/v1/comments/1", headers=bearer(mine))).status_code == 401


@pytest.mark.parametrize("number", ["0", "01", "-1", "+1", "1.0", "4", "2147483648", "9999999999", "99999999999", "١"])
async def test_what_is_no_number_of_a_comment(newsroom: Newsroom, number: str) -> None:
    await plant(newsroom, await open_thread(newsroom), "A.")
    assert (await newsroom.reader.get(f"/v1/comments/{number}")).status_code == 404


async def test_a_number_is_for_reading_only(newsroom: Newsroom) -> None:
    await plant(newsroom, await open_thread(newsroom), "A.")
    for method in ("PATCH", "DELETE", "POST"):
        answer = await newsroom.reader.request(method, "/v1/comments/1")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (await newsroom.reader.get("/v1/comments/counts")).status_code == 405
