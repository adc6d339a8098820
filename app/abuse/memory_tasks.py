"""The night shift of the abuse stack: floods end, names are brought up to date, memory fades."""

from app.abuse import addresses, flood, names, sanctions
from app.jobs.night import Night
from app.jobs.workflow import Task


async def calm(night: Night) -> None:
    """End the flood when it has calmed down."""
    await night.db.write(flood.calm, at=night.clock())


async def refresh_names(night: Night) -> None:
    """Protect the names that imports brought, which no reaction followed."""
    await night.db.write(names.refresh)


async def sweep(night: Night) -> None:
    """Forget bans that ended long ago and addresses that were proved too long ago."""
    await night.db.write(sanctions.sweep, at=night.clock())
    await night.db.write(addresses.sweep, at=night.clock())


CALM = Task(flood.CALM_TASK, calm)
REFRESH_NAMES = Task("abuse.refresh_names", refresh_names)
SWEEP = Task("abuse.sweep_memory", sweep)
