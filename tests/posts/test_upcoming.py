"""What is due costs readers nothing, and what cannot be done leaves the public as it was."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from app.core.db import Prepared
from app.publications import upcoming
from app.publications.upcoming import Bell
from tests.comments.talk import NOON
from tests.newsroom import Newsroom
from tests.posts.clockwork import desk_view, edit, in_hours, plan, titles
from tests.posts.desk import opened, published

pytestmark = pytest.mark.anyio


async def test_a_failure_leaves_what_was_there_and_is_tried_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    broken = await published(desk, title="Old")
    await edit(desk, broken, title="New")
    await plan(desk, broken, publish=1)
    sound = await opened(desk, title="Sound")
    await plan(desk, sound, publish=1)
    settle = newsroom.db.info["bell"]._settle
    tries = []

    def fail(session: Any, post_id: Any, **facts: Any) -> None:
        settle(session, post_id, **facts)
        if str(post_id) == broken["id"]:
            tries.append(post_id)
            raise RuntimeError("the disk is full")

    newsroom.db.info["bell"] = Bell(fail)
    newsroom.set_clock(in_hours(1))
    monkeypatch.setattr(upcoming, "monotonic", lambda: 10.0)
    with capture_logs() as logs:
        for _ in range(3):
            assert sorted(await titles(newsroom)) == ["Old", "Sound"]
    assert [line["event"] for line in logs] == ["not_settled"]
    assert len(tries) == 1
    assert (await desk_view(desk, broken))["scheduled_revision"] == 2
    monkeypatch.setattr(upcoming, "monotonic", lambda: 11.1)
    newsroom.db.info["bell"]._settle = settle
    assert sorted(await titles(newsroom)) == ["New", "Sound"]


async def test_readers_ask_in_the_same_round_trip(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    live = await published(desk)
    later = await opened(desk, title="Later")
    await plan(desk, later, publish=1)
    asked: list[Prepared] = []
    fast = newsroom.db.fast

    async def counting(statement: Prepared, parameters: Any, *shape: Any) -> Any:
        asked.append(statement)
        return await fast(statement, parameters, *shape)

    monkeypatch.setattr(newsroom.db, "fast", counting)
    for path, most in (("/v1/posts", 1), (f"/v1/posts/{live['slug']}", 2)):
        asked.clear()
        assert (await newsroom.reader.get(path)).status_code == 200
        assert len(asked) == most, path
