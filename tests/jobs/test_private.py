"""Nothing that the queue writes down dates a tip more finely than its day, whatever becomes of the job."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlmodel import Session

from app.core.clock import day_of, now
from app.core.ids import random_id
from app.jobs import loop as loops
from app.jobs import service, workflow
from app.jobs.errors import Hopeless, Later
from app.jobs.models import JobState
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.tables import metadata
from tests.jobs.shift import NOON, Done, Shift, at_work, nothing_left, seen

pytestmark = pytest.mark.anyio

A_TIME = re.compile(r"\d\d:\d\d|\b\d{10}\b")
WORKERS = {"job_worker"}  # beats while it holds something: the present, not the past


def too_fine(session: Session, but: Collection[str] = ()) -> list[str]:
    """Every value in the database that says more than a day."""
    found = []
    for name, table in metadata.tables.items():
        for row in session.execute(table.select()).mappings() if name not in but else ():
            found += [f"{name}.{column} = {value}" for column, value in row.items() if _tells(value)]
    return found


def _tells(value: Any) -> bool:
    if isinstance(value, datetime):
        return value != day_of(value)
    if isinstance(value, UUID):
        return value.version != 4
    return bool(A_TIME.search(str(value)))


async def test_no_stage_tells_the_time(shift: Shift) -> None:
    shift.clock.move(minutes=7, seconds=13)
    stages: dict[str, list[str]] = defaultdict(list)
    tries = 0

    async def look(stage: str, but: Collection[str] = ()) -> None:
        stages[stage] += await shift.db.read(too_fine, but)

    trouble = OSError("450 4.7.1 greylisted until 12:11:13, id 1772366833")
    failures: list[Exception | None] = [trouble, trouble, Hopeless("since 12:07"), trouble, None]

    async def run(night: Night, *, subject_id: str) -> None:
        nonlocal tries
        tries += 1
        await look("running", but=WORKERS)
        shift.clock.move(seconds=11)
        if (failure := failures.pop(0)) is not None:
            raise failure

    worker = await shift.worker(Task("tests.tip", run))
    with structlog.testing.capture_logs() as lines:
        await shift.owe("tests.tip", private=True, delay=timedelta(minutes=3), subject_id=str(random_id()))
        await look("owed")
        await worker._start_due()
        while worker._running:
            await asyncio.wait(list(worker._running.values()))
        await look("between two tries", but=WORKERS)
        await worker.drain()
        await look("released")
        shift.clock.move(seconds=29)
        await worker.drain()
        await look("released again")
        (taken,) = await shift.db.write(service.claim, random_id(), but=[], limit=1, at=shift.clock())
        shift.clock.move(minutes=1)
        await shift.db.write(service.take_over, at=shift.clock())
        await look("taken over")
        await worker.drain()
        job = await shift.job()
        assert (job.state, job.error, job.run_at) == (JobState.PARKED, "Hopeless", day_of(NOON))
        await look("parked")
        shift.clock.move(days=2)
        await shift.db.write(service.retry, taken.id, at=shift.clock())
        assert (await shift.job()).run_at == day_of(shift.clock())
        await look("owed again")
        await worker.drain()
        await look("released once more")
        await worker.drain()
    assert await shift.jobs() == []
    await look("done")
    assert (tries, {stage: leaks for stage, leaks in stages.items() if leaks}) == (5, {})
    assert lines == []


async def test_a_job_that_is_not_private_is_seen_by_this_test(shift: Shift) -> None:
    shift.clock.move(minutes=7)
    await shift.owe("tests.note")
    assert {line.partition(" ")[0] for line in await shift.db.read(too_fine)} == {"job.id", "job.run_at"}


async def test_the_next_try_comes_after_its_delay_whoever_else_is_at_work(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(workflow, "BEAT", timedelta(minutes=10))
    tries: list[float] = []
    between: list[JobState] = []

    async def run(night: Night) -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) < 3:
            raise Later(timedelta(seconds=0.4), "451")

    claims = 0
    claim = service.claim

    def counted(*args: Any, **facts: Any) -> Any:
        nonlocal claims
        claims += 1
        return claim(*args, **facts)

    monkeypatch.setattr(service, "claim", counted)
    task = Task("tests.tip", run)
    async with at_work(*[await shift.worker(task, clock=now) for _ in range(3)]):
        await shift.owe("tests.tip", at=now(), private=True)
        await seen(lambda: len(tries) == 1)
        async with asyncio.timeout(60):
            while len(tries) == 1:
                between += [job.state for job in await shift.jobs()]
                await asyncio.sleep(0.01)
        await nothing_left(shift)
    assert [round(later - sooner, 1) >= 0.4 for sooner, later in pairwise(tries)] == [True, True]
    assert JobState.QUEUED in between
    assert claims < 30  # nobody asks for it all the time


async def test_a_person_need_not_wait(shift: Shift) -> None:
    done = Done(Later(timedelta(hours=5), "450"))
    async with at_work(await shift.worker(done.task, db=shift.db)):
        await shift.owe("tests.note", private=True)
        async with asyncio.timeout(60):
            while (await shift.job()).error != "Later":
                await asyncio.sleep(0.01)
        await shift.db.write(service.retry, (await shift.job()).id, at=shift.clock())
        await seen(lambda: len(done.calls) == 2)
        await nothing_left(shift)


async def test_what_rests_with_the_dead_is_taken_over(shift: Shift) -> None:
    done = Done(Later(timedelta(hours=5), "450"))
    first, second = await shift.worker(done.task), await shift.worker(done.task)
    await shift.owe("tests.note", private=True)
    await first._start_due()
    await seen(lambda: not first._running)
    await second.drain()
    assert len(done.calls) == 1
    shift.clock.move(minutes=1)
    await second.drain()
    assert len(done.calls) == 2
    await first._sign_off()
    assert (await shift.jobs(), await shift.workers()) == ([], [])
