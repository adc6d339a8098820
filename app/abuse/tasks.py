"""The night shift of the abuse stack: what it knew of texts is forgotten after a day."""

from app.abuse import service
from app.jobs.night import Night
from app.jobs.workflow import Task


async def sweep(night: Night) -> None:
    """Forget sketches and used challenges whose time is over."""
    await night.db.write(service.sweep, at=night.clock())


SWEEP = Task("abuse.sweep", sweep)
