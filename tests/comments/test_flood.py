"""The flood breaker: one flood however many are held at once, over when it has calmed down."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from app.abuse import flood
from app.events.models import Event
from app.site.policies import CommentPolicy, Moderation, ProofOfWork, SiteSettings
from tests.comments.talk import NOON, open_thread, say, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

COUNTS = "/v1/editor/comments/counts"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def calm_site(flood_per_minute: int | None) -> SiteSettings:
    """A site that publishes at once and asks nobody for work."""
    policy = CommentPolicy(policy=Moderation.POSTMODERATE, flood_per_minute=flood_per_minute)
    return SiteSettings(comments=policy, proof_of_work=ProofOfWork.NEVER)


async def hold(newsroom: Newsroom, times: int, at: datetime = NOON, most: int = 5) -> None:
    """So many comments are held at once."""
    await asyncio.gather(*(newsroom.db.write(flood.count_held, most, at=at) for _ in range(times)))


async def diary(newsroom: Newsroom) -> list[str]:
    """What was recorded of floods."""
    rows = await newsroom.stored(lambda session: list(session.exec(select(Event).order_by(col(Event.id)))))
    return [row.name for row in rows if row.name.startswith("flood.")]


async def lasts(newsroom: Newsroom, at: datetime) -> bool:
    return await newsroom.stored(lambda session: flood.since(session, at=at)) is not None


async def night_at(newsroom: Newsroom, at: datetime) -> None:
    newsroom.set_clock(at)
    await newsroom.night()


async def test_what_is_held_by_the_door_begins_a_flood_and_then_all_is_held(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_site(newsroom, calm_site(3))
    desk = await newsroom.staff("moderator")
    assert (await say(newsroom, "A word before the flood")).status_code == 201
    for number in range(4):
        held = await say(newsroom, f"look {number} https://example.org/{number * 7919}", author_name=f"Guest {number}")
        assert (held.status_code, held.json()["hold_reasons"]) == (202, ["link"])
    assert (await desk.get(COUNTS)).json()["flood_since"] == "2026-11-22T12:00:00Z"
    calm = await say(newsroom, "An honest sentence about the harbour")
    assert (calm.status_code, calm.json()["hold_reasons"]) == (202, ["flood"])
    assert (await stored(newsroom))[-1].evidence[-1]["phase"] == "flood"
    await night_at(newsroom, NOON + 6 * MINUTE)
    assert (await desk.get(COUNTS)).json()["flood_since"] is None
    assert (await say(newsroom, "A word after the flood")).status_code == 201
    assert await diary(newsroom) == ["flood.started", "flood.ended"]


async def test_of_fifty_at_once_one_begins_the_flood(newsroom: Newsroom) -> None:
    await hold(newsroom, 50)
    assert await diary(newsroom) == ["flood.started"]


@pytest.mark.parametrize(("held", "began"), [(5, False), (6, True)])
async def test_above_so_many_a_minute(newsroom: Newsroom, held: int, began: bool) -> None:
    await hold(newsroom, held)
    assert await lasts(newsroom, NOON) == began
    await hold(newsroom, 5, at=NOON + MINUTE)
    assert await diary(newsroom) == (["flood.started"] if began else [])


async def test_it_lasts_while_half_as_many_are_held(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await hold(newsroom, 6)
    for minute in range(1, 9):  # three of five a minute: too many to be calm
        await hold(newsroom, 3, at=NOON + minute * MINUTE)
        await night_at(newsroom, NOON + minute * MINUTE)
    assert await lasts(newsroom, NOON + 8 * MINUTE)
    for minute in range(9, 13):  # two are calm
        await hold(newsroom, 2, at=NOON + minute * MINUTE)
        await night_at(newsroom, NOON + minute * MINUTE)
    assert await lasts(newsroom, NOON + 13 * MINUTE - SECOND)
    assert await diary(newsroom) == ["flood.started"]
    await night_at(newsroom, NOON + 13 * MINUTE)
    assert await diary(newsroom) == ["flood.started", "flood.ended"]
    await night_at(newsroom, NOON + 60 * MINUTE)
    assert await diary(newsroom) == ["flood.started", "flood.ended"]


async def test_a_flood_that_nobody_ended_is_over_all_the_same_and_the_next_is_told_too(newsroom: Newsroom) -> None:
    await hold(newsroom, 6)
    later = NOON + timedelta(hours=3)
    assert not await lasts(newsroom, later)
    await hold(newsroom, 6, at=later)
    assert await diary(newsroom) == ["flood.started", "flood.ended", "flood.started"]


async def test_a_clock_that_is_a_little_behind_begins_no_new_minute(newsroom: Newsroom) -> None:
    for number in range(6):
        await hold(newsroom, 1, at=NOON - (number % 2) * SECOND)
    assert await diary(newsroom) == ["flood.started"]


async def test_switched_off_it_never_begins(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_site(newsroom, calm_site(None))
    for number in range(4):
        await say(newsroom, f"look {number} https://example.org/{number * 7919}")
    assert await diary(newsroom) == []
