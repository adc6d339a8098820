"""The night shift of the desk: documents are written anew, schedules kept, history thinned, the trash emptied."""

from uuid import UUID

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.posts import agenda, publishing, purge, retention, schedule


async def refresh(night: Night, *, term_id: str | None, after: str) -> None:
    """Write the next batch of live documents anew; what is left is owed again."""
    term = UUID(term_id) if term_id else None
    await night.db.write(publishing.refresh, term, UUID(after), at=night.clock())


async def renew(night: Night) -> None:
    """Write the next batch of documents anew that an upgrade left in an older shape."""
    await night.db.write(publishing.renew, at=night.clock())


async def settle(night: Night, *, post_id: str) -> None:
    """Do what is due for one dossier, if no reader and nobody at the desk was faster."""
    await night.db.write(schedule.settle, UUID(post_id), at=night.clock())


async def empty_trash(night: Night) -> None:
    """Purge the dossiers that lay in the trash for a month, each in its own transaction."""
    while await night.db.write(purge.purge_one, at=night.clock()):
        pass


async def thin_history(night: Night) -> None:
    """Thin what is older than a month, in small transactions; what nobody needs is looked for off the event loop."""
    while ids := await night.db.study(retention.list_thinnable, at=night.clock()):
        await night.db.write(retention.thin, ids, at=night.clock())
        if len(ids) < retention.BATCH:
            return


SETTLE = Task(agenda.SETTLE, settle)
EMPTY_TRASH = Task("posts.empty_trash", empty_trash)
REFRESH = Task(publishing.REFRESH, refresh)
RENEW = Task(publishing.RENEW, renew)
THIN_HISTORY = Task("posts.thin_history", thin_history)
