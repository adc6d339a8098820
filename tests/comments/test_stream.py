"""Hints: who is told of what, and when; places are few, are given back, and hold nothing of the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.comments import live, stream
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Kind
from app.site.policies import CommentPolicy, SiteSettings, ThreadScope
from tests.comments.listening import Listener, hub_of, listening
from tests.comments.talk import NOON, bearer, decide, open_thread, plant, plant_tree, say, set_policy, set_site
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

STREAM = "/v1/posts/harbour/comments/stream"


@pytest.fixture(autouse=True)
async def hub(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[live.Hub]:
    """Closed at the end, as the server does; SQLite's counter is asked often, so that tests need not wait."""
    monkeypatch.setattr("app.core.sqlite.LISTEN_SECONDS", 0.05)
    hub = hub_of(newsroom)
    yield hub
    await hub.close()


async def test_a_stream_begins_with_what_the_thread_shows(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    newest = [await plant(newsroom, post_id, body) for body in ("One.", "Two.")][-1]
    async with listening(newsroom, Origin="https://paper.example") as listener:
        status, headers = await listener.start()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert headers["access-control-allow-origin"] == "*"
        assert "content-length" not in headers
        assert await listener.chunk() == b"retry: 5000\n\n"
        hint = await listener.hint()
        assert (hint.comments, hint.last_id) == (2, str(newest))


async def test_an_empty_thread_has_no_newest(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    async with listening(newsroom) as listener:
        await listener.start()
        assert (await listener.hint())[1:] == (0, None)


async def test_what_readers_see_is_told_and_what_is_held_is_not(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "premoderate")
    desk = await newsroom.staff("moderator")
    async with listening(newsroom) as listener:
        await listener.start()
        assert (await listener.hint())[:2] == ("0", 0)

        held = (await say(newsroom, "The ferry was late again.")).json()["comment"]["id"]
        also = (await say(newsroom, "And so was the bus.")).json()["comment"]["id"]
        await decide(desk, also, "spam")
        await decide(desk, held, "approve")
        # the holding and the filing moved nothing, else this were not the first move
        assert await listener.hint() == ("1", 1, held)

        await set_policy(newsroom, "postmoderate")
        second = await say(newsroom, "It came at noon.")
        second_id = second.json()["comment"]["id"]
        assert await listener.hint() == ("2", 2, second_id)
        await newsroom.reader.patch(
            f"/v1/comments/{second_id}", json={"body": "It came at one."}, headers=bearer(second)
        )
        assert await listener.hint() == ("3", 2, second_id)
        await newsroom.reader.delete(f"/v1/comments/{second_id}", headers=bearer(second))
        assert await listener.hint() == ("4", 1, held)
        await decide(desk, held, "unpublish")
        assert await listener.hint() == ("5", 0, None)


async def test_other_threads_are_not_told(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    other_id = await open_thread(newsroom, "island")
    async with listening(newsroom) as listener:
        await listener.start()
        await listener.hint()
        await plant(newsroom, other_id, "Elsewhere.")
        await plant(newsroom, post_id, "Here.")
        assert (await listener.hint())[:2] == ("1", 1)


async def test_translations_that_share_a_thread_all_hear_of_it(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await open_thread(newsroom, "المرفأ", locale="ar", group_id=post_id)
    await set_site(newsroom, SiteSettings(comments=CommentPolicy(thread_scope=ThreadScope.GROUP)))
    async with listening(newsroom) as english, listening(newsroom, "المرفأ") as arabic:
        for listener in (english, arabic):
            await listener.start()
            await listener.hint()
        planted = await plant(newsroom, post_id, "شكرًا على هذا التحقيق.")
        assert (await english.hint())[1:] == (1, str(planted))
        assert (await arabic.hint())[1:] == (1, str(planted))


async def test_after_a_break_only_what_was_missed_is_told(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    first, second = [await plant(newsroom, post_id, body) for body in ("One.", "Two.")]
    desk = await newsroom.staff("moderator")
    async with listening(newsroom) as listener:
        await listener.start()
        seen = (await listener.hint()).id

    # the same count and the same newest comment as before, but another thread
    await decide(desk, first, "unpublish")
    await decide(desk, first, "approve")
    async with listening(newsroom, last_event_id=seen) as listener:
        await listener.start()
        hint = await listener.hint()
        assert hint[1:] == (2, str(second))
        assert hint.id != seen

    async with listening(newsroom, last_event_id=hint.id) as listener:
        await listener.start()
        assert await listener.chunk() == b"retry: 5000\n\n"
        third = await plant(newsroom, post_id, "Three.")
        assert (await listener.hint())[1:] == (3, str(third))


@pytest.mark.parametrize("never_ours", ["", "x", "-1", "٣", "9" * 40, "1.0"])
async def test_a_foreign_event_id_counts_as_none(newsroom: Newsroom, never_ours: str) -> None:
    await open_thread(newsroom)
    async with listening(newsroom, last_event_id=never_ours.encode().decode("latin-1")) as listener:
        assert (await listener.start())[0] == 200
        assert (await listener.hint()).comments == 0


async def test_silence_is_broken_by_a_heartbeat(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stream.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    await open_thread(newsroom)
    async with listening(newsroom) as listener:
        await listener.start()
        await listener.hint()
        assert await listener.chunk() == b": ping\n\n"
        assert await listener.chunk() == b": ping\n\n"


UNKNOWN: list[tuple[str, dict[str, Any]]] = [
    ("unknown", {}),
    ("harbour", {"comments": CommentsMode.HIDDEN}),
    ("harbour", {"kind": Kind.PAGE}),
    ("harbour", {"published_at": NOON + timedelta(hours=1)}),
]


@pytest.mark.parametrize(("slug", "facts"), UNKNOWN, ids=["unknown", "hidden", "page", "not yet public"])
async def test_only_a_shown_thread_is_listened_to(newsroom: Newsroom, slug: str, facts: dict[str, Any]) -> None:
    await open_thread(newsroom, **facts)
    answer = await newsroom.reader.get(f"/v1/posts/{slug}/comments/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_closed_thread_streams(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom, comments=CommentsMode.CLOSED)
    async with listening(newsroom) as listener:
        await listener.start()
        await listener.hint()
        await plant(newsroom, post_id, "From the newsroom.")
        assert (await listener.hint()).comments == 1


async def test_a_stream_takes_no_parameters(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    assert (await newsroom.reader.get(f"{STREAM}?since=1")).status_code == 422


async def test_head_answers_with_headers_and_ends(newsroom: Newsroom, hub: live.Hub) -> None:
    await open_thread(newsroom)
    async with listening(newsroom, method="HEAD") as listener:
        status, headers = await listener.start()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert await listener.chunk() == b""
        await asyncio.wait_for(listener.task, 5)
        assert hub.listeners == 0


async def test_a_story_that_leaves_the_public_ends_its_streams(
    newsroom: Newsroom, hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    post_id = await open_thread(newsroom)
    async with listening(newsroom) as listener:
        await listener.start()
        await listener.hint()

        def take_back(session: Session) -> None:
            publications_service.take_back(session, post_id, at=NOON)

        await newsroom.db.write(take_back)
        assert await listener.chunk() == b""
    assert hub.listeners == 0


# --- places


async def test_places_of_one_network_are_few(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE_NETWORK", 2)
    await open_thread(newsroom)
    async with listening(newsroom, network="192.0.2.7"), listening(newsroom, network="192.0.2.8") as second:
        await second.hint_after_start()
        async with listening(newsroom, network="192.0.2.9") as third:
            await refused(third, 429)
        async with listening(newsroom, network="198.51.100.7") as elsewhere:
            assert (await elsewhere.start())[0] == 200
    async with listening(newsroom, network="192.0.2.9") as later:
        assert (await later.start())[0] == 200


async def test_places_of_one_process_are_few(
    newsroom: Newsroom, hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 2)
    await open_thread(newsroom)
    await open_thread(newsroom, "island")
    async with listening(newsroom, network="192.0.2.7") as first, listening(newsroom, "island") as second:
        for listener in (first, second):
            await listener.hint_after_start()
        async with listening(newsroom, network="198.51.100.7") as third:
            await refused(third, 503)
        assert hub.listeners == 2
    assert (hub.listeners, hub._topics, dict(hub._networks)) == (0, {}, {})


async def refused(listener: Listener, status: int) -> None:
    """With the time after which to ask again, and as a problem."""
    found, headers = await listener.start()
    assert (found, headers["retry-after"], headers["cache-control"]) == (status, "60", "no-store")
    assert json.loads(await listener.chunk())["status"] == status


async def test_listeners_hold_no_connection_and_share_one_look(
    newsroom: Newsroom, hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than both pools have connections, and the database answers others all the while."""
    looks: list[UUID] = []
    seen = live._pulse

    async def counted(db: Any, post_id: UUID, at: Any) -> live.Pulse | None:
        looks.append(post_id)
        return await seen(db, post_id, at)

    monkeypatch.setattr(live, "_pulse", counted)
    post_id = await open_thread(newsroom)
    async with asyncio.TaskGroup() as group:
        ready = [asyncio.Event() for _ in range(40)]

        async def listen(place: asyncio.Event) -> None:
            async with listening(newsroom) as listener:
                await listener.hint_after_start()
                place.set()
                assert (await listener.hint()).comments == 1

        for place in ready:
            group.create_task(listen(place))
        for place in ready:
            await place.wait()
        assert hub.listeners == 40
        looks.clear()
        await plant(newsroom, post_id, "One.")
    # PostgreSQL tells of one change once; SQLite of any commit, and of each connection's first look
    assert len(looks) <= 5
    assert hub.listeners == 0


async def test_a_lost_channel_is_opened_again_and_nothing_is_missed(
    newsroom: Newsroom, hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "AGAIN_SECONDS", 0.01)
    post_id = await open_thread(newsroom)
    listen, tries = hub.db.listen, []

    async def torn(channel: str, heard: Any) -> None:
        tries.append(channel)
        if len(tries) == 1:
            await plant(newsroom, post_id, "Said while nobody listened.")
            raise OSError("the line is cut")
        await listen(channel, heard)

    monkeypatch.setattr(hub.db, "listen", torn)
    async with listening(newsroom) as listener:
        await listener.start()
        hint = await listener.hint()
        while hint.comments == 0:
            hint = await listener.hint()
        assert hint.comments == 1


async def test_replies_and_their_tombstones_are_told(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"Parent.": {"Child.": {}}})
    desk = await newsroom.staff("moderator")
    async with listening(newsroom) as listener:
        await listener.start()
        await listener.hint()
        await decide(desk, planted["Parent."], "delete")
        assert (await listener.hint())[1:] == (1, str(planted["Child."]))
        await decide(desk, planted["Child."], "delete")
        assert (await listener.hint())[1:] == (0, None)


async def test_a_goodbye_ends_every_stream_and_takes_no_new_one(newsroom: Newsroom, hub: live.Hub) -> None:
    await open_thread(newsroom)
    async with listening(newsroom) as listener:
        await listener.hint_after_start()
        hub.say_goodbye()
        assert await listener.chunk() == b""
        async with listening(newsroom) as late:
            await refused(late, 503)
