"""The night shift of the inbox: who is told of a message, what is kept how long."""

from uuid import UUID

from app.contact import notices, retention
from app.core.http.limits import Limiter
from app.jobs.night import Night
from app.jobs.workflow import Task


async def announce(night: Night, *, subject_id: str) -> None:
    """Owe a letter to each recipient of this kind of message, and a receipt to its sender."""
    limiter = Limiter(night.keys)  # also where limits are off for measuring: what is counted goes to strangers
    await night.db.write(notices.announce, UUID(subject_id), limiter=limiter, at=night.clock())


async def tell_of_follow_up(night: Night, *, subject_id: str) -> None:
    """Tell the assignee, or the recipients, that the sender wrote again."""
    await night.db.write(notices.tell_of_follow_up, UUID(subject_id), at=night.clock())


async def retain(night: Night) -> None:
    """Purge what was kept long enough, and forget networks."""
    await night.db.write(retention.forget_networks, at=night.clock())
    while await night.db.write(retention.purge, at=night.clock()) == retention.BATCH:
        pass


ANNOUNCE = Task("contact.announce", announce)
TELL_OF_FOLLOW_UP = Task("contact.tell_of_follow_up", tell_of_follow_up)
RETAIN = Task("contact.retain", retain)
