"""The night shift of the post: letters go out, old ones are forgotten."""

from uuid import UUID

from app.core.mail import MailDelayed, MailError
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.mail import letters, queries, service, workflow
from app.mail.letters import Owed
from app.mail.models import MailState
from app.mail.workflow import Outcome


async def send(night: Night, *, mail_id: str) -> None:
    """Send one letter, at least once: a crash between the server's yes and our note of it sends it again, under the
    same Message-ID, by which its receiver drops the twin.
    """
    owed = await night.db.read(queries.find_owed, UUID(mail_id))
    if owed is None:
        return
    outcome = await _try(night, owed)
    await night.db.write(service.note, owed.id, outcome, at=night.clock())
    if outcome.state is MailState.QUEUED:
        raise MailDelayed(outcome.said)


async def _try(night: Night, owed: Owed) -> Outcome:
    try:
        receipt = await night.postman.send(letters.write(owed, night.templates, night.keys, night.db.info["base_url"]))
    except MailError as error:
        return workflow.outcome(error, private=owed.private)
    return workflow.outcome(receipt, private=owed.private)


async def sweep(night: Night) -> None:
    """Forget letters a month after they were written."""
    while await night.db.write(service.forget_old, at=night.clock()) == service.BATCH:
        pass


SEND = Task(service.SEND, send, delays=workflow.DELAYS, seconds=workflow.SECONDS, parked=service.give_up)
SWEEP = Task("mail.sweep", sweep)
