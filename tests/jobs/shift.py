"""Workers for the tests of the queue: any number of processes on one database, their clock, what they gave up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.clock import Clock
from app.core.db import Database, open_database
from app.core.fetch import Fetcher
from app.core.ids import random_id
from app.core.keys import Keys
from app.core.postmen import MemoryPostman
from app.jobs import service
from app.jobs.loop import Loop
from app.jobs.models import Job, Worker
from app.jobs.night import Night
from app.jobs.service import Claimed
from app.jobs.workflow import Task
from tests.newsroom import SECRET

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 60.0  # a bound against waiting for ever: CI traces every line on two busy cores


class Standing:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Shift:
    """`db` is the process that enqueues; each `worker` is a process of its own, with its own connections."""

    def __init__(self, url: str, db: Database) -> None:
        self.url, self.db = url, db
        self.clock = Standing()
        self.given_up: list[tuple[str, str]] = []
        self._fetcher = Fetcher()
        self._opened = [db]

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["Shift"]:
        """Closes every database at the end."""
        shift = cls(url, open_database(url, {}))
        await shift.db.start()
        yield shift
        await shift._fetcher.close()
        for database in shift._opened:
            await database.stop()

    async def process(self) -> Database:
        """Another process on the same database."""
        database = open_database(self.url, {})
        await database.start()
        self._opened.append(database)
        return database

    async def worker(
        self,
        *tasks: Task,
        rhythm: Mapping[str, timedelta] | None = None,
        clock: Clock | None = None,
        db: Database | None = None,
        slots: int = 8,
    ) -> Loop:
        """A worker that knows these tasks; in a process of its own unless `db` is given, which it then listens to."""
        night = Night(
            db or await self.process(), Keys(bytes.fromhex(SECRET)), clock or self.clock, MemoryPostman(), self._fetcher
        )
        loop = Loop(night, {task.name: task for task in tasks}, rhythm or {}, on_parked=self._on_parked, slots=slots)
        night.db.info["wake"] = loop.wake
        return loop

    def _on_parked(self, _session: Session, job: Claimed, why: str, _at: datetime) -> None:
        self.given_up.append((job.task, why))

    async def owe(self, task: str, *, at: datetime | None = None, **facts: Any) -> None:
        """One job in a transaction of its own."""
        await self.db.write(service.enqueue, task, at=at or self.clock(), **facts)

    async def jobs(self) -> list[Job]:
        """What is owed, as it stands."""
        return await self.db.read(
            lambda session: list(session.exec(select(Job).order_by(col(Job.run_at), col(Job.id))))
        )

    async def job(self) -> Job:
        """The only one there is."""
        (job,) = await self.jobs()
        return job

    async def workers(self) -> list[Worker]:
        """Who is listed as alive."""
        return await self.db.read(lambda session: list(session.exec(select(Worker))))


class Done:
    """A task that notes what it was called with, and may fail first."""

    def __init__(self, *failures: Exception, name: str = "tests.note", **facts: Any) -> None:
        self.calls: list[Any] = []
        self.failures = list(failures)
        self.task = Task(name, self.run, **facts)

    async def run(self, night: Night, *, what: Any = None) -> None:
        self.calls.append(what)
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)


async def hold(shift: Shift, **facts: Any) -> tuple[UUID, UUID]:
    """A job in the hands of a worker that will not be heard of again: job, worker."""
    worker_id = random_id()
    await shift.owe("tests.note", **facts)
    (held,) = await shift.db.write(service.claim, worker_id, but=[], limit=1, at=shift.clock())
    return held.id, worker_id


@asynccontextmanager
async def at_work(*loops: Loop) -> AsyncIterator[None]:
    """While these run; told to end afterwards."""
    working = [asyncio.ensure_future(loop.run()) for loop in loops]
    try:
        yield
    finally:
        for worker in working:
            worker.cancel()
        for worker in working:
            with suppress(asyncio.CancelledError):
                await worker


async def seen(condition: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Look until it is so."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)


async def nothing_left(shift: Shift) -> None:
    """Look until every job is done."""
    async with asyncio.timeout(PATIENCE):
        while await shift.jobs():
            await asyncio.sleep(0.01)


async def asleep(loop: Loop) -> None:
    """Look until it waits for the bell."""
    await seen(lambda: bool(loop._bell._waiters) and not loop._bell.is_set())


@contextmanager
def claims_wait(shift: Shift) -> Iterator[None]:
    """While this lasts another worker is choosing its jobs."""
    with shift.db.transaction() as session:
        service.claim(session, random_id(), but=[], limit=0, at=NOON)
        yield
