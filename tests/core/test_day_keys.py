"""Networks are compared within a day only: the key is made by chance, made once, and destroyed."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.core.day_keys import DayKey, network_tag, sweep
from app.core.db import Database
from app.core.errors import TooMany
from app.core.http.limits import Limit, Limiter, RateCounter
from app.core.keys import Keys

pytestmark = pytest.mark.anyio

KEYS = Keys(bytes(range(32)))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOME, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"


async def tag(database: Database, network: str = HOME, *, keys: Keys = KEYS, at: datetime = NOON) -> str:
    return await database.write(network_tag, keys, network, at=at)


async def kept(database: Database) -> dict[date, bytes]:
    def query(session: Session) -> dict[date, bytes]:
        return {row.day: row.key for row in session.exec(select(DayKey))}

    return await database.read(query)


async def test_the_same_network_has_one_tag_a_day(database: Database) -> None:
    first = await tag(database)
    assert len(first) == 24
    assert await tag(database, at=NOON + timedelta(hours=11)) == first
    others = [await tag(database, ELSEWHERE), await tag(database, at=NOON + DAY), await tag(database, at=NOON - DAY)]
    assert len({first, *others}) == 4


async def test_nothing_can_be_computed_again_once_the_key_is_destroyed(database: Database) -> None:
    first = await tag(database)
    await database.write(sweep, at=NOON + DAY)
    assert await kept(database) == {}
    assert await tag(database) != first  # the same secret, the same day, the same network


async def test_a_copy_of_the_database_is_not_enough_either(database: Database) -> None:
    assert await tag(database) != await tag(database, keys=Keys(bytes(range(1, 33))))


@pytest.mark.parametrize(
    ("at", "stays"),
    [
        (datetime(2026, 3, 1, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 0, 4, 59, tzinfo=UTC), True),  # somebody may be at work since yesterday
        (datetime(2026, 3, 2, 0, 5, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), False),
    ],
)
async def test_a_key_outlives_its_day_by_minutes(database: Database, at: datetime, stays: bool) -> None:
    await tag(database)
    await database.write(sweep, at=at)
    assert bool(await kept(database)) == stays


async def test_those_who_are_the_first_of_a_day_at_once_make_one_key(database: Database) -> None:
    tags = await asyncio.gather(*(tag(database) for _ in range(20)))
    assert len(set(tags)) == 1
    assert len(await kept(database)) == 1


async def test_a_making_that_is_taken_back_leaves_no_trace(database: Database) -> None:
    def fail(session: Session) -> None:
        network_tag(session, KEYS, HOME, at=NOON)
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(fail)
    assert await kept(database) == {}
    assert await tag(database) == await tag(database)


async def test_what_limits_counted_yesterday_is_counted_under_another_name_today(database: Database) -> None:
    limit, limiter = Limit("guest-posts", "1/day"), Limiter(KEYS)

    async def hit(at: datetime) -> bool:
        try:
            await database.write(limiter.hit, [(limit, HOME)], at=at)
        except TooMany:
            return False
        return True

    assert [await hit(NOON), await hit(NOON), await hit(NOON + DAY)] == [True, False, True]
    names = await database.read(lambda session: session.exec(select(RateCounter.key)).all())
    assert len(set(names)) == 2
    await database.write(sweep, at=NOON + DAY + DAY)
    assert [await hit(NOON), await hit(NOON)] == [True, False]  # under a new key nothing was counted yet
