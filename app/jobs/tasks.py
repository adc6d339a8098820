"""Sweeping up what nobody needs any more: kept answers, counters and keys of the foundation."""

from datetime import timedelta

from app.core import day_keys
from app.core.http import answers, limits
from app.jobs.night import Night
from app.jobs.workflow import Task


async def sweep(night: Night) -> None:
    """Drop kept answers after their day, counters after their window, and the keys of days that are over."""
    at = night.clock()
    await night.db.write(answers.sweep, at=at)
    await night.db.write(limits.sweep, at=at - timedelta(minutes=1))
    await night.db.write(day_keys.sweep, at=at)


SWEEP = Task("jobs.sweep", sweep)
