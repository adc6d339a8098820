"""What the diary may know of a message."""

from datetime import datetime

from sqlmodel import Session

from app.contact import workflow
from app.contact.models import MessageKind, Submission
from app.core.actor import Actor
from app.events.service import record


def enter(session: Session, name: str, submission: Submission, *, by: Actor, at: datetime) -> None:
    """The event with kind and reference; about a tip the bare id and the day, so that the diary dates it no finer."""
    if submission.kind is MessageKind.TIP:
        record(session, name, submission.id, by=by, at=workflow.told_time(submission.kind, at), private=True)
        return
    kind, reference = submission.kind.value, submission.reference
    record(session, name, submission.id, by=by, at=at, kind=kind, reference=reference)
