"""The night shift of the desk: public documents that are written anew, a batch at a time."""

from uuid import UUID

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.posts import publishing


async def refresh(night: Night, *, term_id: str | None, after: str) -> None:
    """Write the next batch of live documents anew; what is left is owed again."""
    term = UUID(term_id) if term_id else None
    await night.db.write(publishing.refresh, term, UUID(after), at=night.clock())


async def renew(night: Night) -> None:
    """Write the next batch of documents anew that an upgrade left in an older shape."""
    await night.db.write(publishing.renew, at=night.clock())


REFRESH = Task(publishing.REFRESH, refresh)
RENEW = Task(publishing.RENEW, renew)
