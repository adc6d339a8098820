"""Sweeping up what nobody needs any more: kept answers and counters of the foundation."""

from datetime import timedelta

from app.core.http import answers, limits
from app.jobs.night import Night
from app.jobs.workflow import Task


async def sweep(night: Night) -> None:
    """Drop kept answers after their day and counters after their window."""
    at = night.clock()
    await night.db.write(answers.sweep, at=at)
    await night.db.write(limits.sweep, at=at - timedelta(minutes=1))


SWEEP = Task("jobs.sweep", sweep)
