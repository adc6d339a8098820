"""The night shift of accounts: sessions that ended long ago are forgotten."""

from datetime import timedelta

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.staff import service

KEPT = timedelta(days=30)


async def sweep(night: Night) -> None:
    """Forget sessions a month after their end."""
    await night.db.write(service.forget_sessions, before=night.clock() - KEPT)


SWEEP = Task("staff.sweep", sweep)
