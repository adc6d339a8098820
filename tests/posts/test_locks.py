"""The soft lock: one holder, kept by repeating it, taken over, and never in anybody's way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def test_one_holder_and_the_others_are_told(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    salma, omar = await newsroom.staff("editor", name="سلمى"), await newsroom.staff("editor", name="Omar")
    post = await opened(salma)
    url = f"{POSTS}/{post['id']}"
    assert post["lock"] is None
    taken = await salma.put(f"{url}/lock")
    holder = {"id": str(salma.user_id), "name": "سلمى"}
    lock = {"holder": holder, "since": "2026-11-28T12:00:00Z", "expires_at": "2026-11-28T12:01:30Z"}
    assert (taken.status_code, taken.json()) == (200, lock)
    refused = await omar.put(f"{url}/lock", json={})
    assert (refused.status_code, refused.json()["code"], refused.json()["holder"]) == (409, "locked", holder)
    assert refused.json()["expires_at"] == lock["expires_at"]
    seen = await omar.get(url)
    assert (seen.json()["lock"], seen.headers["etag"]) == (lock, post["etag"])
    assert (await omar.get(POSTS)).json()["items"][0]["lock"] == lock
    written = await omar.patch(url, json={"dek": "ألطف"}, headers={"If-Match": post["etag"]})
    assert (written.status_code, written.json()["lock"]) == (200, lock)

    newsroom.set_clock(NOON + timedelta(seconds=60))
    kept = (await salma.put(f"{url}/lock")).json()
    assert (kept["since"], kept["expires_at"]) == (lock["since"], "2026-11-28T12:02:30Z")
    newsroom.set_clock(NOON + timedelta(seconds=150))
    assert (await omar.get(url)).json()["lock"] is None
    assert (await omar.put(f"{url}/lock")).json()["since"] == "2026-11-28T12:02:30Z"


async def test_taking_over_is_told_and_written_down(newsroom: Newsroom) -> None:
    salma, omar = await newsroom.staff("editor", name="سلمى"), await newsroom.staff("editor", name="Omar")
    post = await opened(salma)
    url = f"{POSTS}/{post['id']}/lock"
    await salma.put(url)
    assert (await omar.put(url, json={"take_over": "yes"})).status_code == 422
    assert (await omar.put(url, json={"take_over": True})).json()["holder"]["name"] == "Omar"
    beat = await salma.put(url)
    assert (beat.status_code, beat.json()["holder"]["name"]) == (409, "Omar")
    assert (await salma.delete(url)).status_code == 204
    assert (await salma.put(url)).status_code == 409
    for _ in range(2):
        assert (await omar.delete(url)).status_code == 204
    assert (await salma.put(url, json={"take_over": True})).status_code == 200
    assert (await salma.put(url, headers={"If-Match": '"77"'})).status_code == 412
    events = await newsroom.stored(
        lambda session: session.exec(select(Event.actor_id, Event.data).where(col(Event.name) == "lock.taken")).all()
    )
    assert [tuple(event) for event in events] == [(omar.user_id, {"previous_holder": str(salma.user_id)})]


async def test_fifty_at_once_have_one_holder(newsroom: Newsroom) -> None:
    desks = [await newsroom.staff("editor") for _ in range(5)]
    post = await opened(desks[0])
    url = f"{POSTS}/{post['id']}/lock"
    answers = await asyncio.gather(*(desk.put(url) for desk in desks * 10))
    assert {answer.status_code for answer in answers} == {200, 409}, [answer.text for answer in answers]
    assert len({answer.json()["holder"]["id"] for answer in answers}) == 1
    assert [answer.status_code for answer in answers].count(200) == 10


async def test_in_the_trash_nobody_writes(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await desk.delete(f"{POSTS}/{post['id']}", headers={"If-Match": "*"})
    refused = await desk.put(f"{POSTS}/{post['id']}/lock")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
