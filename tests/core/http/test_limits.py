"""Limits count attempts in the database: never one more than allowed, in fixed windows, under names of no one."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, func, select

from app.core.db import Database
from app.core.errors import TooMany
from app.core.http.limits import Limit, Limiter, RateCounter, sweep
from app.core.keys import Keys

pytestmark = pytest.mark.anyio

LIMITER = Limiter(Keys(bytes(range(32))))
THREE = Limit("guest-posts", "3/minute")
FIVE = Limit("all-posts", "5/hour")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def hit(database: Database, *limits: tuple[Limit, str], at: datetime = NOON) -> TooMany | None:
    try:
        await database.write(LIMITER.hit, limits, at=at)
    except TooMany as error:
        return error
    return None


async def test_the_first_three_pass_and_the_rest_is_told_when_to_come_back(database: Database) -> None:
    at = NOON + timedelta(seconds=17.5)
    answers = [await hit(database, (THREE, "192.0.2.0/24"), at=at) for _ in range(5)]
    assert answers[:3] == [None, None, None]
    for error in answers[3:]:
        assert error is not None
        assert error.headers == {
            "Retry-After": "43",
            "RateLimit": '"guest-posts";r=0;t=43',
            "RateLimit-Policy": '"guest-posts";q=3;w=60',
        }


@pytest.mark.parametrize(
    ("after", "passes"),
    [(timedelta(seconds=59.999), False), (timedelta(seconds=60), True), (timedelta(days=1), True)],
)
async def test_a_window_ends_when_it_says(database: Database, after: timedelta, passes: bool) -> None:
    for _ in range(3):
        assert await hit(database, (THREE, "x")) is None
    assert (await hit(database, (THREE, "x"), at=NOON + after) is None) == passes


async def test_coming_back_when_told_is_always_enough(database: Database) -> None:
    for offset in (0.0, 0.001, 0.999, 30.5, 59.0, 59.999):
        at = NOON + timedelta(days=offset, seconds=offset)
        while (error := await hit(database, (THREE, "x"), at=at)) is None:
            pass
        wait = int(error.headers["Retry-After"])
        assert wait >= 1
        assert await hit(database, (THREE, "x"), at=at + timedelta(seconds=wait)) is None


async def test_subjects_and_limits_are_counted_apart(database: Database) -> None:
    for _ in range(3):
        await hit(database, (THREE, "a"))
    assert await hit(database, (THREE, "a")) is not None
    assert await hit(database, (THREE, "b")) is None
    assert await hit(database, (FIVE, "a")) is None


async def test_the_longest_wait_is_told_and_all_limits_count(database: Database) -> None:
    both = ((THREE, "x"), (FIVE, "x"))
    assert [await hit(database, *both) is None for _ in range(6)] == [True, True, True, False, False, False]
    error = await hit(database, *both)
    assert error is not None
    assert error.headers["Retry-After"] == "3600"
    assert await hit(database, *both, at=NOON + timedelta(minutes=1)) is not None


async def test_many_at_once_are_never_above_the_limit(database: Database) -> None:
    answers = await asyncio.gather(*(hit(database, (THREE, "x")) for _ in range(12)))
    assert sum(answer is None for answer in answers) == 3


async def test_keys_name_no_one(database: Database) -> None:
    await hit(database, (THREE, "192.0.2.0/24"), (FIVE, "reader@example.org"))

    def keys(session: Session) -> list[str]:
        return list(session.exec(select(RateCounter.key)))

    for key in await database.read(keys):
        bytes.fromhex(key)
        assert not any(word in key for word in ("192.0", "reader", "guest"))


async def test_past_windows_are_swept(database: Database) -> None:
    def count(session: Session) -> int:
        return session.exec(select(func.count(col(RateCounter.key)))).one()

    for minute in range(4):
        await hit(database, (THREE, "x"), at=NOON + timedelta(minutes=minute))
    await database.write(sweep, at=NOON + timedelta(minutes=3))
    assert await database.read(count) == 1


async def test_switched_off_it_counts_nothing(database: Database) -> None:
    off = Limiter(Keys(bytes(range(32))), on=False)
    for _ in range(10):
        await database.write(off.hit, [(THREE, "x")], at=NOON)
    assert await hit(database, (THREE, "x")) is None
