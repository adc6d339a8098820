"""An editor opens, closes or hides a thread: one event when that is published, none when readers notice nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.comments.talk import NOON, set_policy
from tests.newsroom import Newsroom
from tests.posts.desk import opened

pytestmark = pytest.mark.anyio

# what the editor says one after the other, the site's rule in days, the age of the story → what is told
STORIES: list[tuple[list[str | None], int | None, int, list[str]]] = [
    (["closed"], None, 0, []),
    ([None, "open"], None, 0, []),
    ([None, "closed", "closed", "open", "hidden", None], None, 0, ["closed", "opened", "hidden", "opened"]),
    ([None, "open"], 7, 9, ["opened"]),
    ([None, "closed"], 7, 9, []),
    ([None, "hidden", None], 7, 9, ["hidden", "closed"]),
]


async def publish(desk: Any, post_id: str, **more: str) -> None:
    answer = await desk.put(f"/v1/editor/posts/{post_id}/publication", json=more, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def thread_events(newsroom: Newsroom) -> list[Event]:
    rows = await newsroom.stored(lambda session: list(session.exec(select(Event).order_by(col(Event.id)))))
    return [row for row in rows if row.name.startswith("thread.")]


@pytest.mark.parametrize(("said", "rule", "days", "told"), STORIES)
async def test_what_is_told_of_a_thread(
    newsroom: Newsroom, said: list[str | None], rule: int | None, days: int, told: list[str]
) -> None:
    newsroom.set_clock(NOON)
    await set_policy(newsroom, close_after_days=rule)
    desk = await newsroom.staff("editor")
    post = await opened(desk, comments=said[0])
    await publish(desk, post["id"], published_at=(NOON - timedelta(days=days)).isoformat())
    for mode in said[1:]:
        change = {"comments": mode, "dek": f"{mode}"}
        answer = await desk.patch(f"/v1/editor/posts/{post['id']}", json=change, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        before = len(await thread_events(newsroom))
        await publish(desk, post["id"])
        assert len(await thread_events(newsroom)) - before in (0, 1)
    found = await thread_events(newsroom)
    assert [event.name.removeprefix("thread.") for event in found] == told
    assert {(str(event.subject_id), event.data["slug"], event.actor_id) for event in found} <= {
        (post["id"], post["slug"], desk.user_id)
    }


async def test_a_draft_tells_nothing_and_pages_have_no_thread(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post, page = await opened(desk), await opened(desk, kind="page", title="About us")
    await publish(desk, post["id"])
    await publish(desk, page["id"])
    for dossier in (post, page):
        change = {"comments": "closed"}
        await desk.patch(f"/v1/editor/posts/{dossier['id']}", json=change, headers={"If-Match": "*"})
    await publish(desk, page["id"])
    assert await thread_events(newsroom) == []
