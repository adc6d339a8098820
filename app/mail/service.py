"""Owing letters, and writing down what became of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.actor import Actor, system
from app.core.bounces import Bounce
from app.core.ids import new_id, random_id
from app.core.mail import new_message_id
from app.events.service import record
from app.jobs import service as jobs
from app.mail import queries, workflow
from app.mail.errors import NotStuck
from app.mail.models import Mail, MailState
from app.mail.workflow import Outcome

SEND = "mail.send"
BATCH = 1_000
NO_DOMAIN = "masthead.invalid"
_BY = system("post")
_RANDOM = 4
_MOST_SAID = 500


def owe(
    session: Session,
    template: str,
    recipient: str,
    *,
    locale: str,
    args: Mapping[str, Any],
    about: UUID | None,
    at: datetime,
    private: bool = False,
    in_reply_to: str | None = None,
) -> Mail:
    """Owe one person a letter from this transaction on; a job sends it. Raises KeyError or ValueError: wrong `args`."""
    workflow.check_args(template, args)
    # what is recorded about things with random ids has one too, so that it does not date them
    under_random_id = private or (about is not None and about.version == _RANDOM)
    mail_id = random_id() if under_random_id else new_id()
    mail = Mail(
        id=mail_id,
        template=template,
        locale=locale,
        recipient=recipient,
        recipient_key=workflow.fold_address(recipient),
        args=dict(args),
        about=about,
        message_id=new_message_id(session.info.get("mail_domain", NO_DOMAIN), mail_id),
        in_reply_to=in_reply_to,
        private=private,
        created_at=workflow.told_time(at, private=private),
    )
    session.add(mail)
    _enqueue(session, mail, at=at)
    return mail


def _enqueue(session: Session, mail: Mail, *, at: datetime) -> None:
    session.flush()
    jobs.enqueue(session, SEND, at=at, twin=_twin(mail), private=mail.private, mail_id=str(mail.id))


def _twin(mail: Mail) -> str:
    return f"{SEND} {mail.id}"


def note(session: Session, mail_id: UUID, outcome: Outcome, *, at: datetime) -> None:
    """Write down what one try came to; nothing about a letter that is out already or was forgotten meanwhile."""
    mail = queries.find_for_change(session, mail_id)
    if mail is None or mail.state not in workflow.WAITS:
        return
    mail.attempts += 1
    if outcome.state is MailState.SENT:
        mail.sent_at, mail.args = workflow.told_time(at, private=mail.private), {}
    _become(session, mail, outcome, by=_BY, at=at)


def give_up(session: Session, args: Mapping[str, Any], why: str, at: datetime) -> None:
    """Park a letter after the last try; what the mail server said last stays."""
    mail = queries.find_for_change(session, UUID(args["mail_id"]))
    if mail is not None and mail.state in workflow.WAITS:
        _become(session, mail, Outcome(MailState.PARKED, mail.response or why), by=_BY, at=at)


def retry(session: Session, mail_id: UUID, *, by: Actor, at: datetime) -> Mail:
    """Send a letter again that was refused or given up. Raises LetterNotFound, NotStuck."""
    mail = queries.get_for_change(session, mail_id)
    if mail.state not in workflow.STUCK:
        raise NotStuck()
    mail.attempts = 0
    _become(session, mail, Outcome(MailState.QUEUED, ""), by=by, at=at, event="mail.retried")
    jobs.drop_parked(session, _twin(mail))
    _enqueue(session, mail, at=at)
    return mail


def record_bounce(session: Session, bounce: Bounce, *, at: datetime) -> bool:
    """Write down that a letter came back after it was taken; False when the report is about no letter of ours."""
    if bounce.message_id is None or bounce.action != "failed":
        return False
    mail = queries.find_by_message_id(session, bounce.message_id)
    if mail is None:
        return False
    if mail.state is not MailState.BOUNCED:
        said = bounce.status if mail.private else f"{bounce.status} {bounce.diagnostic}".strip()
        _become(session, mail, Outcome(MailState.BOUNCED, said), by=_BY, at=at)
    return True


def _become(
    session: Session, mail: Mail, outcome: Outcome, *, by: Actor, at: datetime, event: str | None = None
) -> None:
    """Change state and answer, with the event if the state has one; about a private letter that is the bare id."""
    mail.state, mail.response = outcome.state, outcome.said[:_MOST_SAID]
    name = event or workflow.EVENTS.get(outcome.state)
    if name is None:
        return
    data = {} if mail.private else {"template": mail.template, "about": str(mail.about) if mail.about else None}
    record(session, name, mail.id, by=by, at=at, private=mail.private, **data)


def forget(session: Session, about: set[UUID]) -> None:
    """Forget every letter about these things; those that wait do not go out."""
    session.execute(delete(Mail).where(col(Mail.about).in_(about)))


def forget_recipient(session: Session, email: str) -> None:
    """Forget every letter to this address; those that wait do not go out."""
    session.execute(delete(Mail).where(col(Mail.recipient_key) == workflow.fold_address(email)))


def forget_old(session: Session, *, at: datetime) -> int:
    """Forget some letters that were written a month ago or earlier, the oldest first; says how many."""
    oldest = select(Mail.id).where(col(Mail.created_at) <= at - workflow.KEPT)
    some = oldest.order_by(col(Mail.created_at), col(Mail.id)).limit(BATCH)
    gone = session.execute(delete(Mail).where(col(Mail.id).in_(some)).execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]
