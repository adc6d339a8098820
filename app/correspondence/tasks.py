"""The night shift of letters about comments."""

from uuid import UUID

from app.core.http.limits import Limiter
from app.correspondence import data, links, moderators, notices, workflow
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.site.policies import ModerationMail


async def invite(night: Night, *, subject_id: str) -> None:
    """Ask the writer of a comment to prove the address."""
    limiter = Limiter(night.keys)  # also where limits are off for measuring: what is counted goes to strangers
    await night.db.write(notices.invite, UUID(subject_id), keys=night.keys, limiter=limiter, at=night.clock())


async def announce(night: Night, *, subject_id: str) -> None:
    """Tell all who listen of a comment, a hundred in one transaction."""
    while await night.db.write(notices.announce, UUID(subject_id), keys=night.keys, at=night.clock()):
        pass


async def tell_moderators(night: Night, *, subject_id: str) -> None:
    """Tell the moderators of a comment that waits."""
    await night.db.write(moderators.tell_of, UUID(subject_id), keys=night.keys, at=night.clock())


async def digest(night: Night) -> None:
    """Tell each moderator of all that waits."""
    for staff_id in await night.db.read(moderators.list_recipients, ModerationMail.DIGEST):
        await night.db.write(moderators.digest, staff_id, keys=night.keys, at=night.clock())


async def answer_data_request(night: Night, *, link_id: str) -> None:
    """Send the link to a person's data to the address that has some."""
    limiter = Limiter(night.keys)
    await night.db.write(data.answer, UUID(link_id), keys=night.keys, limiter=limiter, at=night.clock())


async def sweep(night: Night) -> None:
    """Forget links that are long over."""
    await night.db.write(links.forget_old, at=night.clock())


INVITE = Task(workflow.INVITE, invite)
ANNOUNCE = Task(workflow.ANNOUNCE, announce)
TELL_MODERATORS = Task(workflow.TELL_MODERATORS, tell_moderators)
DIGEST = Task("correspondence.digest", digest)
ANSWER = Task(workflow.ANSWER, answer_data_request)
SWEEP = Task("correspondence.sweep", sweep)
