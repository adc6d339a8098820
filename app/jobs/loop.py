"""One worker: takes jobs that are due, runs several side by side, beats, takes over from the dead, fires schedules."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import structlog
from sqlmodel import Session

from app.core.errors import Unavailable
from app.core.ids import random_id
from app.jobs import queries, service, workflow
from app.jobs.errors import Hopeless, Later
from app.jobs.night import Night
from app.jobs.service import Claimed
from app.jobs.workflow import Task

SLOTS = 8
IDLE_SECONDS = 5.0  # how long a worker sleeps when nothing is due and nobody rings
AGAIN_SECONDS = 0.25  # … and when what is due is held by its twin
GRACE_SECONDS = 10.0

_log = structlog.get_logger()

OnParked = Callable[[Session, Claimed, str, datetime], None]


class Loop:
    """`run` until it is cancelled; `wake` may be called from any thread. A task that fails touches no other."""

    def __init__(
        self,
        night: Night,
        tasks: Mapping[str, Task],
        rhythm: Mapping[str, timedelta],
        *,
        on_parked: OnParked,
        slots: int = SLOTS,
    ) -> None:
        self.night, self.tasks, self.rhythm, self.on_parked, self.slots = night, tasks, rhythm, on_parked, slots
        self.id = random_id()
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._resting: dict[UUID, asyncio.Task[None]] = {}  # private jobs between tries: their rows tell no time
        self._listed = False  # among the workers in the database
        self._books = asyncio.Lock()  # around what changes both our books and those of the database
        self._bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._chance = Random()  # noqa: S311  spreads tries, guards nothing

    def wake(self) -> None:
        """There is something to do."""
        with suppress(RuntimeError):  # the loop has ended: others will find the job
            self._loop.call_soon_threadsafe(self._bell.set)

    async def run(self) -> None:
        """Work until cancelled, then let running jobs end within the grace and put the others back."""
        chores = [asyncio.ensure_future(chore) for chore in (self._keep_house(), self._listen())]
        try:
            while True:
                self._bell.clear()
                await self._safely(self._start_due)
                seconds = await self._seconds_to_sleep()
                _end_if_told()
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._bell.wait()
        finally:
            await _stopped(chores)
            await self._leave()

    async def drain(self) -> None:
        """Fire what is due, run what waits and what follows from it, and return when nothing is left to do now."""
        await self._tidy()
        await self._start_due()
        while self._running:
            await asyncio.wait(list(self._running.values()))
            await self._start_due()
        await self._sign_off()

    async def _start_due(self) -> None:
        async with self._books:
            free = self.slots - len(self._running)
            at = self.night.clock()
            due = await queries.next_run(self.night.db)
            if free <= 0 or due is None or due > at:
                return
            for job in await self._claim(free, at):
                running = asyncio.ensure_future(self._work(job))
                self._running[job.id] = running
                running.add_done_callback(partial(self._done, job.id))

    async def _claim(self, free: int, at: datetime) -> list[Claimed]:
        """Jobs for the free slots; one that was taken from us while its try still runs here is left to others."""
        write = self.night.db.write(service.claim, self.id, but=list(self._running), limit=free, at=at)
        claiming = asyncio.ensure_future(write)
        try:
            jobs = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait([claiming], timeout=GRACE_SECONDS)  # put back is only what it has taken
            self._listed = True
            raise
        self._listed = self._listed or bool(jobs)
        return jobs

    def _done(self, job_id: UUID, _: object) -> None:
        del self._running[job_id]
        self._bell.set()

    async def _seconds_to_sleep(self) -> float:
        if len(self._running) >= self.slots:
            return IDLE_SECONDS
        try:
            due = await queries.next_run(self.night.db)
        except Exception:  # noqa: BLE001  the database is away: _start_due says so
            return IDLE_SECONDS
        wait = IDLE_SECONDS if due is None else (due - self.night.clock()).total_seconds()
        return min(max(wait, AGAIN_SECONDS), IDLE_SECONDS)

    async def _work(self, job: Claimed) -> None:
        """One try, and what is to be written about it."""
        failure = await self._tried(job)
        if failure is None:
            await self._safely(self.night.db.write, service.finish, job.id, self.id)
        else:
            await self._safely(self._failed, job, failure)

    async def _tried(self, job: Claimed) -> Exception | None:
        task = self.tasks.get(job.task)
        if task is None:
            return Hopeless(f"this version of Masthead knows no task {job.task}")
        if workflow.is_worn_out(task, job.attempts):
            return Hopeless("each try ended with the process that made it")
        try:
            async with asyncio.timeout(task.seconds):
                await task.run(self.night, **job.args)
        except Exception as error:  # noqa: BLE001  whatever a task meets is written down and tried again
            return error
        except asyncio.CancelledError:
            if _told_to_end():
                raise
            return RuntimeError("something that the task waited for was cancelled")
        return None

    async def _failed(self, job: Claimed, error: Exception) -> None:
        task = self.tasks.get(job.task)
        why, wait, at = _reason(job, error), None, self.night.clock()
        if task is not None and not isinstance(error, Hopeless):
            asked = error.wait if isinstance(error, Later) else None
            wait = workflow.next_delay(task, job.attempts, asked=asked, chance=self._chance)
        if not job.private:  # a line in the log has a time
            _log.warning("job failed", task=job.task, job=str(job.id), attempts=job.attempts, error=why)
        if wait is None:
            await self._give_up(job, why, at)
        elif await self.night.db.write(service.postpone, job.id, self.id, why, until=at + wait) and job.private:
            resting = asyncio.ensure_future(self._let_go(job.id, wait))
            self._resting[job.id] = resting
            resting.add_done_callback(partial(self._rested, job.id))

    async def _let_go(self, job_id: UUID, wait: timedelta) -> None:
        await asyncio.sleep(wait.total_seconds())
        await self._safely(self.night.db.write, service.let_go, job_id, self.id)

    def _rested(self, job_id: UUID, resting: asyncio.Task[None]) -> None:
        if self._resting.get(job_id) is resting:  # a person may have had it tried in between
            del self._resting[job_id]
        self._bell.set()

    async def _give_up(self, job: Claimed, why: str, at: datetime) -> None:
        """Park the job and tell whom it concerns; when telling fails it is parked all the same."""
        try:
            await self.night.db.write(self._park, job, why, at)
        except Unavailable:
            raise
        except Exception as error:
            await self.night.db.write(service.park, job.id, self.id, f"{why}; not told: {_reason(job, error)}", at=at)
            raise

    def _park(self, session: Session, job: Claimed, why: str, at: datetime) -> None:
        if not service.park(session, job.id, self.id, why, at=at):
            return
        task = self.tasks.get(job.task)
        if task is not None and task.parked is not None:
            task.parked(session, job.args, why, at)
        self.on_parked(session, job, why, at)

    async def _keep_house(self) -> None:
        """Beat while jobs run, take over from the dead, fire what is due."""
        while True:
            await self._safely(self._tidy)
            await asyncio.sleep(workflow.BEAT.total_seconds())

    async def _tidy(self) -> None:
        at = self.night.clock()
        await self._sign_on(at)
        todo = await self.night.db.read(queries.find_chores, self.rhythm, at=at)
        if todo.dead:
            await self.night.db.write(service.take_over, at=at)
            self._bell.set()
        if todo.schedules:
            await self.night.db.write(service.fire, self.rhythm, at=at)

    async def _sign_on(self, at: datetime) -> None:
        """Be listed as alive while there are jobs in our hands, and only then."""
        async with self._books:
            holds = [*self._running, *self._resting]
            if holds:
                if await self.night.db.write(service.keep, self.id, holds=holds, at=at):
                    self._bell.set()
            elif self._listed:
                await self.night.db.write(service.release, self.id)
            self._listed = bool(holds)

    async def _listen(self) -> None:
        while True:
            await self._safely(self.night.db.listen, service.CHANNEL, lambda _: self._bell.set())
            await asyncio.sleep(1.0)

    async def _safely(self, step: Callable[..., Awaitable[object]], *args: Any) -> None:
        """The night goes on: what the database refuses now is done by whoever takes the job over."""
        try:
            await step(*args)
        except Exception as error:  # noqa: BLE001
            _log.error("the night shift stumbled", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(AGAIN_SECONDS)
        _end_if_told()

    async def _leave(self) -> None:
        if self._running:
            _, late = await asyncio.wait(list(self._running.values()), timeout=GRACE_SECONDS)
            await _stopped(late)
        with suppress(Exception):
            await self._sign_off()

    async def _sign_off(self) -> None:
        await _stopped(self._resting.values())
        if self._listed:
            await self.night.db.write(service.release, self.id)
            self._listed = False


async def _stopped(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancelled, and a moment given to close what they have open."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    if ending:
        await asyncio.wait(ending, timeout=1.0)


def _end_if_told() -> None:
    """`wait_for` of Python 3.11, by which psycopg waits, can swallow that we were cancelled."""
    if _told_to_end():
        raise asyncio.CancelledError


def _told_to_end() -> bool:
    """Whether it is us who are cancelled, not something that we wait for."""
    this = asyncio.current_task()
    return this is not None and this.cancelling() > 0


def _reason(job: Claimed, error: Exception) -> str:
    """What went wrong, as text that every database stores. Other servers put times into theirs: of a private job no
    more is kept than the kind of error.
    """
    kind = type(error).__name__
    said = "" if job.private else str(error).encode("utf-8", "replace").decode().replace("\x00", "?")
    return f"{kind}: {said}" if said else kind
