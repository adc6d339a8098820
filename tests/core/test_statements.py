"""Rows that go past the unit of work are the rows that it would have written, and failures look alike."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from app.core import statements
from app.core.columns import table_of
from app.core.db import Database, Prepared, as_time
from app.core.http.answers import KeptAnswer
from app.core.http.limits import RateCounter
from app.core.ids import new_id
from app.core.rows import keep_new, new_row
from app.events.models import Event
from app.jobs.models import Job, JobState

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
SOMEONE = UUID("00000000-0000-7000-8000-0000000000aa")

# UUIDs, times, JSON, enums, booleans, nothing at all
ROWS: list[tuple[type[SQLModel], dict[str, Any]]] = [
    (RateCounter, {"key": "مفتاح", "hits": 3, "ends_at": NOON}),
    (
        Event,
        {"id": SOMEONE, "name": "x", "subject_id": None, "origin": "guest", "data": {"words": ["كلمة"]}, "at": NOON},
    ),
    (Job, {"id": SOMEONE, "task": "t", "args": {}, "state": JobState.PARKED, "run_at": NOON, "private": True}),
    (
        KeptAnswer,
        {
            **{"key": "k", "request_hash": "", "about": SOMEONE, "status": 202, "headers": {"Location": "/x"}},
            **{"body": '{"a":1}', "created_at": NOON},
        },
    ),
]


def whole(session: Session, model: type[SQLModel]) -> dict[str, Any]:
    """The one row of a table, as the unit of work reads it."""
    return session.exec(select(model)).one().model_dump()


@pytest.mark.parametrize(("model", "facts"), ROWS, ids=lambda value: getattr(value, "__name__", ""))
async def test_a_new_row_is_what_the_constructor_makes_of_the_same_facts(
    database: Database, model: type[SQLModel], facts: dict[str, Any]
) -> None:
    await database.write(lambda session: keep_new(session, new_row(model, **facts)))
    assert await database.read(whole, model) == model(**facts).model_dump()


async def test_a_kept_row_is_the_sessions_from_then_on(database: Database) -> None:
    def keep_and_change(session: Session) -> None:
        counter = new_row(RateCounter, key="a", hits=1, ends_at=NOON)
        keep_new(session, counter)
        assert session.get(RateCounter, "a") is counter
        assert session.exec(select(RateCounter)).one() is counter
        counter.hits += 1

    await database.write(keep_and_change)
    assert (await database.read(whole, RateCounter))["hits"] == 2


COUNTERS = Prepared(
    lambda: columns(col(RateCounter.key), col(RateCounter.ends_at)).where(col(RateCounter.hits) >= bindparam("least"))
)


async def test_rows_are_read_inside_the_transaction(database: Database) -> None:
    def write_and_read(session: Session) -> list[Any]:
        statements.add(session, table_of(RateCounter), {"key": "few", "hits": 1, "ends_at": NOON})
        statements.add(session, table_of(RateCounter), {"key": "many", "hits": 9, "ends_at": NOON})
        return [(key, as_time(ends_at)) for key, ends_at in statements.rows(session, COUNTERS, {"least": 5})]

    assert await database.write(write_and_read) == [("many", NOON)]
    assert await database.read(write_and_read_nothing) == []


def write_and_read_nothing(session: Session) -> list[Any]:
    return statements.rows(session, COUNTERS, {"least": 10})


async def test_a_failure_is_dressed_as_any_other_and_says_nothing_of_the_values(database: Database) -> None:
    def twice(session: Session) -> None:
        for _ in range(2):
            statements.add(session, table_of(RateCounter), {"key": "canary", "hits": 1, "ends_at": NOON})

    with pytest.raises(IntegrityError) as caught:
        await database.write(twice)
    assert "[parameters:" not in str(caught.value)

    def once_in_spite_of(session: Session) -> int:
        try:
            with session.begin_nested():
                twice(session)
        except IntegrityError:
            statements.add(session, table_of(RateCounter), {"key": str(new_id()), "hits": 7, "ends_at": NOON})
        return len(statements.rows(session, COUNTERS, {"least": 1}))

    assert await database.write(once_in_spite_of) == 1
