"""The night shift of accounts: who forgot a password is written to, what ended long ago is forgotten."""

from uuid import UUID

from app.jobs.night import Night
from app.jobs.workflow import Task
from app.staff import invitations, resets, service, workflow
from app.staff.workflow import KEPT


async def sweep(night: Night) -> None:
    """Forget sessions, invitations and requests for passwords a month after their end."""
    for forget in (service.forget_sessions, invitations.forget_old, resets.forget_old):
        await night.db.write(forget, before=night.clock() - KEPT)


async def answer_forgotten(night: Night, *, reset_id: str) -> None:
    """Send the link to the address of the account, if there is one."""
    await night.db.write(resets.answer, UUID(reset_id), at=night.clock())


ANSWER_FORGOTTEN = Task(workflow.ANSWER_FORGOTTEN, answer_forgotten)
SWEEP = Task("staff.sweep", sweep)
