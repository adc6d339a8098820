"""The night shift of search: the index catches up with what is public."""

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.search import service


async def catch_up(night: Night) -> None:
    """Read the next batch of pieces that changed; after an upgrade or an import those are many."""
    await night.db.write(service.catch_up, at=night.clock())


CATCH_UP = Task(service.CATCH_UP, catch_up)
