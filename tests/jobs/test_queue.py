"""The queue owes what was committed, does it once, tries again in time, and gives up where people see it."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from app.core.ids import new_id
from app.jobs import loop as loops
from app.jobs import queries, service, workflow
from app.jobs.errors import Hopeless, JobNotFound, JobRunning, Later
from app.jobs.models import JobState
from app.jobs.night import Night
from app.jobs.workflow import DELAYS, Task
from tests.jobs.shift import NOON, Done, Shift, asleep, at_work, hold, nothing_left, seen

pytestmark = pytest.mark.anyio


# --- owing


async def test_what_is_rolled_back_is_not_owed(shift: Shift) -> None:
    def owe_and_fail(session: Session) -> None:
        service.enqueue(session, "tests.note", at=NOON, what="مسودة")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await shift.db.write(owe_and_fail)
    assert await shift.jobs() == []
    await shift.owe("tests.note", what="قصة")
    job = await shift.job()
    assert (job.task, job.args, job.state, job.attempts, job.error) == (
        "tests.note",
        {"what": "قصة"},
        JobState.QUEUED,
        0,
        "",
    )


async def test_what_is_done_is_gone(shift: Shift) -> None:
    done = Done()
    await shift.owe("tests.note", what="قصة")
    await (await shift.worker(done.task)).drain()
    assert done.calls == ["قصة"]
    assert await shift.jobs() == []


@pytest.mark.parametrize("same_process", [True, False], ids=["same process", "another process"])
async def test_a_commit_wakes_a_sleeping_worker(
    shift: Shift, monkeypatch: pytest.MonkeyPatch, same_process: bool
) -> None:
    monkeypatch.setattr(loops, "IDLE_SECONDS", 600.0)
    if same_process:
        monkeypatch.setattr("app.core.sqlite.LISTEN_SECONDS", 600.0)
    first, second = Done(name="tests.first"), Done(name="tests.second")
    worker = await shift.worker(first.task, second.task, db=shift.db if same_process else None)
    async with at_work(worker):
        await shift.owe("tests.first")
        await seen(lambda: bool(first.calls))
        await nothing_left(shift)
        await asleep(worker)
        await shift.owe("tests.second")
        await seen(lambda: bool(second.calls), within=1.0 if same_process else 3.0)


async def test_a_delayed_job_waits_for_its_time(shift: Shift) -> None:
    done = Done()
    await shift.owe("tests.note", delay=timedelta(minutes=5))
    worker = await shift.worker(done.task)
    shift.clock.move(seconds=299)
    await worker.drain()
    assert done.calls == []
    shift.clock.move(seconds=1)
    await worker.drain()
    assert done.calls == [None]


async def test_the_longest_due_goes_first(shift: Shift) -> None:
    done = Done()
    for number in (3, 1, 4, 2, 5):
        await shift.owe("tests.note", at=NOON - timedelta(minutes=number), what=number)
    await (await shift.worker(done.task, slots=1)).drain()
    assert done.calls == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL plans by what a table holds
async def test_next_run_is_read_from_an_index(shift: Shift) -> None:
    sql, constants = queries.NEXT_RUN.sql(shift.db.dialect)  # type: ignore[attr-defined]
    plan = await shift.db.read(
        lambda session: session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", constants).all()
    )
    assert "USING INDEX ix_job_due (state=?)" in str(plan)


# --- trying again


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311  spreads tries, guards nothing


@pytest.mark.parametrize("attempts", range(1, len(DELAYS) + 1))
def test_waiting_times_are_spread_around_the_table(attempts: int) -> None:
    task = Done().task
    waits = [workflow.next_delay(task, attempts, chance=chance(seed)) for seed in range(300)]
    seconds = [wait.total_seconds() for wait in waits if wait is not None]
    by_table = DELAYS[attempts - 1]
    assert len(seconds) == 300
    assert 0.8 * by_table <= min(seconds) < 0.85 * by_table
    assert 1.15 * by_table < max(seconds) <= 1.2 * by_table


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=-5), timedelta(0)),
        (timedelta.max, timedelta(days=1)),
    ],
    ids=str,
)
def test_who_asks_for_time_gets_it_within_reason(asked: timedelta, waits: timedelta) -> None:
    task = Done().task
    assert workflow.next_delay(task, 1, asked=asked, chance=chance(0)) == waits
    assert workflow.next_delay(task, len(DELAYS) + 1, asked=asked, chance=chance(0)) is None


async def test_a_failed_job_is_tried_again_later_and_later(shift: Shift) -> None:
    done = Done(OSError("the network is down"), OSError("still"), delays=(10, 100))
    worker = await shift.worker(done.task)
    await shift.owe("tests.note")
    await worker.drain()
    job = await shift.job()
    assert (job.state, job.attempts, job.error) == (JobState.QUEUED, 1, "OSError: the network is down")
    assert NOON + timedelta(seconds=8) <= job.run_at <= NOON + timedelta(seconds=12)
    shift.clock.move(seconds=7)
    await worker.drain()
    assert len(done.calls) == 1
    shift.clock.move(seconds=5)
    await worker.drain()
    job = await shift.job()
    assert timedelta(seconds=80) <= job.run_at - shift.clock() <= timedelta(seconds=120)
    assert (len(done.calls), job.attempts) == (2, 2)
    shift.clock.move(seconds=120)
    await worker.drain()
    assert len(done.calls) == 3
    assert await shift.jobs() == []


async def test_later_means_then(shift: Shift) -> None:
    done = Done(Later(timedelta(hours=3), "503, Retry-After: 10800"))
    await shift.owe("tests.note")
    await (await shift.worker(done.task)).drain()
    job = await shift.job()
    assert (job.run_at, job.attempts) == (NOON + timedelta(hours=3), 1)
    assert job.error == "Later: 503, Retry-After: 10800"


class Told:
    """What a room hears of its parked job."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.heard: list[Any] = []
        self.trouble = trouble

    def __call__(self, _session: Session, args: Any, why: str, at: Any) -> None:
        self.heard.append((dict(args), why, at))
        if self.trouble is not None:
            raise self.trouble


async def test_after_the_last_try_a_job_is_parked_and_told_of(shift: Shift) -> None:
    told = Told()
    done = Done(OSError("one"), OSError("two"), delays=(1,), parked=told)
    worker = await shift.worker(done.task)
    await shift.owe("tests.note", what="خبر")
    await worker.drain()
    assert (told.heard, shift.given_up) == ([], [])
    shift.clock.move(seconds=2)
    await worker.drain()
    job = await shift.job()
    assert (job.state, job.attempts, job.run_at, job.worker_id) == (JobState.PARKED, 2, shift.clock(), None)
    assert told.heard == [({"what": "خبر"}, "OSError: two", shift.clock())]
    assert shift.given_up == [("tests.note", "OSError: two")]
    shift.clock.move(days=300)
    await worker.drain()
    assert len(done.calls) == 2


async def test_hopeless_jobs_are_parked_at_once(shift: Shift) -> None:
    done = Done(Hopeless("550 no such user"))
    await shift.owe("tests.note")
    await (await shift.worker(done.task)).drain()
    job = await shift.job()
    assert (job.state, job.attempts, job.error) == (JobState.PARKED, 1, "Hopeless: 550 no such user")
    assert shift.given_up == [("tests.note", "Hopeless: 550 no such user")]


async def test_a_job_is_parked_even_when_telling_of_it_fails(shift: Shift) -> None:
    done = Done(Hopeless("gone"), parked=Told(KeyError("mail_id")))
    await shift.owe("tests.note")
    worker = await shift.worker(done.task)
    await worker.drain()
    job = await shift.job()
    assert (job.state, job.error) == (JobState.PARKED, "Hopeless: gone; not told: KeyError: 'mail_id'")


async def test_what_no_version_knows_is_parked(shift: Shift) -> None:
    await shift.owe("tests.future")
    await (await shift.worker()).drain()
    job = await shift.job()
    assert (job.state, job.error) == (JobState.PARKED, "Hopeless: this version of Masthead knows no task tests.future")


async def cancelled_within() -> None:
    waiting = asyncio.get_running_loop().create_future()
    waiting.cancel()
    await waiting


async def too_long() -> None:
    await asyncio.sleep(60)


async def not_for_databases() -> None:
    raise ValueError("\x00 \ud800 " + "ب" * 1_000)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (too_long, "TimeoutError"),
        (cancelled_within, "RuntimeError: something that the task waited for was cancelled"),
        (not_for_databases, "ValueError: ? ? " + "ب" * 484),
    ],
    ids=["too long", "cancelled", "text"],
)
async def test_whatever_goes_wrong_is_a_failure(shift: Shift, trouble: Any, error: str) -> None:
    async def run(night: Night) -> None:
        await trouble()

    worker = await shift.worker(Task("tests.wrong", run, seconds=0.05))
    await shift.owe("tests.wrong")
    await worker.drain()
    job = await shift.job()
    assert (job.state, job.attempts, job.error) == (JobState.QUEUED, 1, error)


async def test_one_failure_touches_no_other_job(shift: Shift) -> None:
    good, bad = Done(name="tests.good"), Done(*[OSError("no")] * 5, name="tests.bad")
    for number in range(5):
        await shift.owe("tests.good", what=number)
        await shift.owe("tests.bad", what=number)
    await (await shift.worker(good.task, bad.task, slots=3)).drain()
    assert sorted(good.calls) == sorted(bad.calls) == [0, 1, 2, 3, 4]
    assert {job.task for job in await shift.jobs()} == {"tests.bad"}


# --- people


async def test_a_parked_job_gets_all_its_tries_again(shift: Shift) -> None:
    done = Done(Hopeless("no"), OSError("not yet"))
    worker = await shift.worker(done.task)
    await shift.owe("tests.note")
    await worker.drain()
    shift.clock.move(days=1)
    await shift.db.write(service.retry, (await shift.job()).id, at=shift.clock())
    job = await shift.job()
    assert (job.state, job.attempts, job.error, job.run_at) == (JobState.QUEUED, 0, "", shift.clock())
    await worker.drain()
    assert (await shift.job()).attempts == 1
    shift.clock.move(seconds=5)
    await worker.drain()
    assert (await shift.jobs(), len(done.calls)) == ([], 3)


@pytest.mark.parametrize("verb", [lambda *args: service.retry(*args, at=NOON), service.discard], ids=["retry", "drop"])
async def test_a_running_job_is_left_alone(shift: Shift, verb: Any) -> None:
    job_id, _ = await hold(shift)
    with pytest.raises(JobRunning):
        await shift.db.write(verb, job_id)
    with pytest.raises(JobNotFound):
        await shift.db.write(verb, new_id())
    assert (await shift.job()).state is JobState.RUNNING
