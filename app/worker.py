"""The night shift: one loop over the queue, inside the server by default, or a process of its own (`masthead work`)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.actor import system
from app.core.clock import Clock, now
from app.core.db import Database
from app.core.fetch import Fetcher
from app.core.keys import Keys
from app.core.mail import Postman
from app.core.postmen import open_postman
from app.core.settings import Settings
from app.events.service import record
from app.jobs.loop import Loop
from app.jobs.night import Night
from app.jobs.service import Claimed
from app.reactions import EVERY, TASKS

BY = system("night shift")


@asynccontextmanager
async def open_night(
    settings: Settings, db: Database, keys: Keys, *, clock: Clock = now, postman: Postman | None = None
) -> AsyncIterator[Night]:
    """What the tasks have at hand, closed at the end."""
    post = postman or open_postman(settings.mail_url, sender=settings.sender)
    night = Night(
        *(db, keys, clock, post, Fetcher(allowed=settings.outgoing_allowed), settings.mail_templates),
        check_url=settings.comment_check_url,
        check_secret=settings.comment_check_secret,
    )
    try:
        yield night
    finally:
        await night.fetcher.close()
        await post.close()


def loop_of(night: Night) -> Loop:
    """The worker of this process; verbs that enqueue wake it when they have committed."""
    rhythm = {task.name: interval for task, interval in EVERY.items()}
    loop = Loop(night, TASKS, rhythm, on_parked=_tell)
    night.db.info["wake"] = loop.wake
    return loop


def _tell(session: Session, job: Claimed, why: str, at: datetime) -> None:
    """A job that was given up is an event, which names the task and no more."""
    subject = None if job.private else UUID(str(job.id))
    record(session, "job.parked", subject, by=BY, at=at, private=job.private, task=job.task)


@asynccontextmanager
async def night_shift(settings: Settings, db: Database, keys: Keys) -> AsyncIterator[None]:
    """The loop beside the requests of a server, in its event loop, until the block ends; nothing where jobs are off."""
    if settings.jobs == "off":
        yield
        return
    async with open_night(settings, db, keys) as night:
        working = asyncio.ensure_future(loop_of(night).run())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


async def work(settings: Settings, db: Database, *, once: bool) -> None:
    """Run jobs until SIGTERM or SIGINT; with `once`, those that are due now."""
    await db.start()
    async with open_night(settings, db, Keys(settings.secret)) as night:
        loop = loop_of(night)
        if once:
            await loop.drain()
        else:
            await _until_told(loop)
    await db.stop()


async def _until_told(loop: Loop) -> None:
    working = asyncio.ensure_future(loop.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    with suppress(asyncio.CancelledError):
        await working
