"""The night shift of the desk: public documents are written anew and old history is thinned, a batch at a time."""

from uuid import UUID

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.posts import publishing, retention


async def refresh(night: Night, *, term_id: str | None, after: str) -> None:
    """Write the next batch of live documents anew; what is left is owed again."""
    term = UUID(term_id) if term_id else None
    await night.db.write(publishing.refresh, term, UUID(after), at=night.clock())


async def thin_history(night: Night) -> None:
    """Thin what is older than a month, in small transactions; what nobody needs is looked for off the event loop."""
    while ids := await night.db.study(retention.list_thinnable, at=night.clock()):
        await night.db.write(retention.thin, ids, at=night.clock())
        if len(ids) < retention.BATCH:
            return


REFRESH = Task(publishing.REFRESH, refresh)
THIN_HISTORY = Task("posts.thin_history", thin_history)
