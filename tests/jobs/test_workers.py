"""Many workers do each job once, take over from the dead, keep twins apart, fire schedules once and end in order."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from app.core.ids import random_id
from app.jobs import loop as loops
from app.jobs import service, workflow
from app.jobs.models import JobState, Worker
from app.jobs.night import Night
from app.jobs.workflow import DEAD_AFTER, Task
from tests.jobs.shift import NOON, Done, Shift, at_work, claims_wait, hold, nothing_left, seen

pytestmark = pytest.mark.anyio


# --- the dead and the living


async def test_jobs_of_the_dead_are_taken_over_and_those_of_the_living_not(shift: Shift) -> None:
    done = Done()
    await hold(shift)
    worker = await shift.worker(done.task)
    shift.clock.move(seconds=DEAD_AFTER.total_seconds() - 1)
    await worker.drain()
    assert done.calls == []
    shift.clock.move(seconds=1)
    await worker.drain()
    assert done.calls == [None]
    assert (await shift.jobs(), await shift.workers()) == ([], [])


async def test_who_beats_lives(shift: Shift) -> None:
    done = Done()
    _, worker_id = await hold(shift)
    worker = await shift.worker(done.task)
    for _ in range(5):
        shift.clock.move(seconds=15)
        await shift.db.write(service.beat, worker_id, at=shift.clock())
        await worker.drain()
    assert done.calls == []


async def test_a_working_worker_beats(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "BEAT", timedelta(seconds=0.02))
    begun, end = asyncio.Event(), asyncio.Event()

    async def run(night: Night) -> None:
        begun.set()
        await end.wait()

    await shift.owe("tests.long")
    async with at_work(await shift.worker(Task("tests.long", run), db=shift.db)):
        await begun.wait()
        shift.clock.move(seconds=60)
        async with asyncio.timeout(60):
            while [worker.beat_at for worker in await shift.workers()] != [shift.clock()]:
                await asyncio.sleep(0.01)
        rival = await shift.worker(Task("tests.long", run))
        await rival.drain()
        assert (await shift.job()).attempts == 1
        end.set()
        await nothing_left(shift)


async def test_jobs_of_a_worker_that_nobody_knows_are_taken_over(shift: Shift) -> None:
    done = Done()
    _, worker_id = await hold(shift)
    await shift.db.write(lambda session: session.delete(session.get_one(Worker, worker_id)))
    await (await shift.worker(done.task)).drain()
    assert done.calls == [None]


async def test_who_lost_a_job_cannot_end_it(shift: Shift) -> None:
    job_id, first = await hold(shift)
    shift.clock.move(minutes=1)
    await shift.db.write(service.take_over, at=shift.clock())
    second = random_id()
    ((same, _, _, attempts, _),) = await shift.db.write(service.claim, second, but=[], limit=1, at=shift.clock())
    assert (same, attempts) == (job_id, 2)

    await shift.db.write(service.finish, job_id, first)
    assert not await shift.db.write(service.park, job_id, first, "late", at=shift.clock())
    assert not await shift.db.write(service.postpone, job_id, first, "late", until=shift.clock())
    await shift.db.write(service.let_go, job_id, first)
    await shift.db.write(service.release, first)
    job = await shift.job()
    assert (job.state, job.worker_id, job.error) == (JobState.RUNNING, second, "")
    await shift.db.write(service.finish, job_id, second)
    assert await shift.jobs() == []


async def test_a_worker_does_not_take_again_what_it_still_runs(shift: Shift) -> None:
    begun, end = asyncio.Semaphore(0), asyncio.Event()

    async def run(night: Night) -> None:
        begun.release()
        await end.wait()

    worker = await shift.worker(Task("tests.long", run))
    await shift.owe("tests.long")
    draining = asyncio.ensure_future(worker.drain())
    await begun.acquire()
    shift.clock.move(minutes=1)  # it was asleep, and others thought it dead
    await shift.db.write(service.take_over, at=shift.clock())
    await worker._start_due()
    assert (await shift.job()).state is JobState.QUEUED
    assert begun.locked()
    end.set()
    await draining
    assert await shift.jobs() == []


async def test_a_job_that_kills_its_workers_is_parked(shift: Shift) -> None:
    done = Done(delays=(1,))
    worker = await shift.worker(done.task)
    await shift.owe("tests.note")
    for _ in range(2 + workflow.CUT_SHORT):
        await shift.db.write(service.claim, random_id(), but=[], limit=1, at=shift.clock())
        shift.clock.move(minutes=1)
        await shift.db.write(service.take_over, at=shift.clock())
        assert (await shift.job()).state is JobState.QUEUED
    await worker.drain()
    job = await shift.job()
    assert (job.state, job.error, done.calls) == (
        JobState.PARKED,
        "Hopeless: each try ended with the process that made it",
        [],
    )


async def test_what_a_worker_does_not_know_that_it_holds_is_put_back(shift: Shift) -> None:
    lost, worker_id = await hold(shift)
    await shift.owe("tests.note")
    (known,) = await shift.db.write(service.claim, worker_id, but=[], limit=1, at=NOON)
    await shift.db.write(service.keep, worker_id, holds=[known.id], at=NOON)
    assert {job.id: (job.state, job.worker_id) for job in await shift.jobs()} == {
        lost: (JobState.QUEUED, None),
        known.id: (JobState.RUNNING, worker_id),
    }


async def test_an_end_that_could_not_be_written_is_made_up_for(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "BEAT", timedelta(seconds=0.02))
    refused: list[UUID] = []
    finish = service.finish

    def refuse_once(session: Session, job_id: UUID, worker_id: UUID) -> None:
        if not refused:
            refused.append(job_id)
            raise OSError("the database is away")
        finish(session, job_id, worker_id)

    monkeypatch.setattr(service, "finish", refuse_once)
    done, end = Done(), asyncio.Event()

    async def run(night: Night) -> None:
        await end.wait()

    async with at_work(await shift.worker(done.task, Task("tests.long", run), db=shift.db)):
        await shift.owe("tests.long")
        await shift.owe("tests.note")
        await seen(lambda: len(done.calls) == 2)
        end.set()
        await nothing_left(shift)
    assert refused


# --- many at once


async def test_four_workers_do_each_of_200_jobs_once(shift: Shift) -> None:
    done = Done()

    def owe_all(session: Session) -> None:
        for number in range(200):
            service.enqueue(session, "tests.note", at=NOON, what=number)

    await shift.db.write(owe_all)
    async with at_work(*[await shift.worker(done.task) for _ in range(4)]):
        await nothing_left(shift)
    assert Counter(done.calls) == dict.fromkeys(range(200), 1)


async def test_one_stands_for_all_waiting_twins(shift: Shift) -> None:
    done = Done()
    for _ in range(12):
        await shift.owe("tests.note", twin="endpoint 1", what=1)
    await shift.owe("tests.note", twin="endpoint 2", what=2)
    await shift.owe("tests.note", what=3)
    await shift.owe("tests.note", what=3)
    await shift.owe("tests.note", twin="endpoint 1", what=1, delay=timedelta(hours=1))
    await (await shift.worker(done.task)).drain()
    assert sorted(done.calls) == [1, 2, 3, 3]
    assert [job.run_at for job in await shift.jobs()] == [NOON + timedelta(hours=1)]


async def test_a_twin_that_comes_while_one_runs_runs_afterwards(shift: Shift) -> None:
    begun, end, calls = asyncio.Event(), asyncio.Event(), []

    async def run(night: Night) -> None:
        calls.append("begun")
        begun.set()
        await end.wait()
        calls.append("ended")

    task = Task("tests.long", run)
    first, second = await shift.worker(task), await shift.worker(task)
    await shift.owe("tests.long", twin="one")
    draining = asyncio.ensure_future(first.drain())
    await begun.wait()
    await shift.owe("tests.long", twin="one")
    await second.drain()
    assert calls == ["begun"]
    end.set()
    await draining
    assert calls == ["begun", "ended"] * 2
    assert await shift.jobs() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_one_worker_chooses_at_a_time(shift: Shift) -> None:
    done = Done()
    worker = await shift.worker(done.task)
    await shift.owe("tests.note", twin="one")
    with shift.db.transaction() as session:
        assert len(service.claim(session, random_id(), but=[], limit=8, at=NOON)) == 1
        await shift.owe("tests.note", twin="one")
        draining = asyncio.ensure_future(worker.drain())
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not draining.done()
    await draining
    assert done.calls == []
    assert [job.state for job in await shift.jobs()] == [JobState.RUNNING, JobState.QUEUED]


async def test_twins_never_run_side_by_side(shift: Shift) -> None:
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    seen_numbers: dict[str, int] = {}
    newest: dict[str, int] = {}

    async def run(night: Night, *, which: str) -> None:
        running[which] += 1
        calls[which] += 1
        most[which] = max(most[which], running[which])
        seen_numbers[which] = newest[which]  # what a twin finds when it begins
        await asyncio.sleep(0.002)
        running[which] -= 1

    task = Task("tests.twin", run)
    async with at_work(*[await shift.worker(task, clock=shift.clock) for _ in range(4)]):
        for number in range(40):
            for which in ("a", "b", "c"):
                newest[which] = number
                await shift.owe("tests.twin", twin=which, which=which)
        await nothing_left(shift)
    assert most == {"a": 1, "b": 1, "c": 1}
    assert seen_numbers == {"a": 39, "b": 39, "c": 39}
    assert all(1 <= count <= 40 for count in calls.values())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_what_a_person_has_in_hand_is_left_for_later(shift: Shift) -> None:
    done = Done()
    await shift.owe("tests.note", what="kept")
    (kept,) = await shift.jobs()
    await shift.owe("tests.note", what="dropped")
    (dropped,) = [job for job in await shift.jobs() if job.id != kept.id]
    worker = await shift.worker(done.task)
    with shift.db.transaction() as session:
        service.discard(session, dropped.id)
        session.flush()
        draining = asyncio.ensure_future(worker.drain())
        ended, _ = await asyncio.wait([draining], timeout=10)
        assert ended
        assert done.calls == ["kept"]
    assert await shift.jobs() == []


# --- schedules


async def test_schedules_fire_once_over_four_workers(shift: Shift) -> None:
    hourly, daily = Done(name="tests.hourly"), Done(name="tests.daily")
    rhythm = {"tests.hourly": timedelta(hours=1), "tests.daily": timedelta(days=1)}
    workers = [await shift.worker(hourly.task, daily.task, rhythm=rhythm) for _ in range(4)]

    async def all_drain() -> tuple[int, int]:
        await asyncio.gather(*(worker.drain() for worker in workers))
        return len(hourly.calls), len(daily.calls)

    shift.clock.move(minutes=10)
    assert await all_drain() == (0, 0)  # a new schedule begins at its next full interval
    shift.clock.move(minutes=49)
    assert await all_drain() == (0, 0)
    shift.clock.move(minutes=1)
    assert await all_drain() == (1, 0)
    assert await all_drain() == (1, 0)
    shift.clock.move(hours=1)
    assert await all_drain() == (2, 0)
    shift.clock.move(days=3, minutes=30)  # a long downtime is made up for once
    assert await all_drain() == (3, 1)
    shift.clock.move(minutes=29)
    assert await all_drain() == (3, 1)
    shift.clock.move(minutes=1)
    assert await all_drain() == (4, 1)


# --- the end of a worker


async def test_a_worker_that_ends_lets_running_jobs_end(shift: Shift) -> None:
    begun, end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(night: Night) -> None:
        begun.set()
        await end.wait()
        ended.set()

    await shift.owe("tests.long")
    async with at_work(await shift.worker(Task("tests.long", run))):
        await begun.wait()
        asyncio.get_running_loop().call_soon(end.set)
    assert ended.is_set()
    assert (await shift.jobs(), await shift.workers()) == ([], [])


async def test_what_does_not_end_in_time_is_put_back_untried(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "GRACE_SECONDS", 0.05)
    begun = asyncio.Event()

    async def run(night: Night) -> None:
        begun.set()
        await asyncio.sleep(60)

    await shift.owe("tests.long")
    async with at_work(await shift.worker(Task("tests.long", run))):
        await begun.wait()
    job = await shift.job()
    assert (job.state, job.attempts, job.worker_id, job.run_at) == (JobState.QUEUED, 0, None, NOON)
    assert await shift.workers() == []


@pytest.mark.parametrize("turns", range(6))
async def test_a_worker_ends_although_it_is_called_just_then(shift: Shift, turns: int) -> None:
    worker = await shift.worker(db=shift.db)
    working = asyncio.ensure_future(worker.run())
    await asyncio.sleep(0.05)  # asleep by now
    worker.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    working.cancel()
    _, late = await asyncio.wait([working], timeout=60)
    assert not late


async def test_what_is_being_taken_at_the_end_is_put_back(shift: Shift) -> None:
    done = Done()
    worker = await shift.worker(done.task)
    await shift.owe("tests.note")
    with claims_wait(shift):
        working = asyncio.ensure_future(worker.run())
        for _ in range(20):
            await asyncio.sleep(0.005)  # it has asked for jobs and waits for the database
        working.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await working
    job = await shift.job()
    assert (job.state, job.worker_id, done.calls) == (JobState.QUEUED, None, [])
    assert await shift.workers() == []


async def test_an_idle_worker_is_not_listed(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "BEAT", timedelta(seconds=0.02))
    done = Done()
    async with at_work(await shift.worker(done.task, db=shift.db)):
        await shift.owe("tests.note")
        await nothing_left(shift)
        async with asyncio.timeout(60):
            while await shift.workers():
                await asyncio.sleep(0.01)
    assert done.calls == [None]
