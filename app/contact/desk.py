"""Moving messages along, writing notes below them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.abuse import bayes
from app.abuse.memory_models import Label
from app.contact import diary, inbox, queries, workflow
from app.contact.editor_schemas import ContactSubmission, NoteShown, NoteText, SubmissionPatch
from app.contact.models import MessageKind, MessageState, Note, Submission
from app.core import ids
from app.core.actor import Actor
from app.core.errors import wrong
from app.core.folding import fold
from app.core.http.conditional import Match


def change(
    session: Session, submission_id: UUID, patch: SubmissionPatch, match: Match, *, by: Actor, at: datetime
) -> tuple[ContactSubmission, int]:
    """Move, assign or snooze a message; no change, no event. Raises SubmissionNotFound, Invalid, Stale, IllegalMove."""
    submission = queries.lock_submission(session, submission_id)
    changed = _changed(submission, patch)
    _check_assignee(session, changed.get("assignee_id"))
    _check_snooze(changed.get("snoozed_until"), at)
    match.check_if_sent(submission.version)
    if changed:
        workflow.check_kept(submission.state)
    for name, value in changed.items():
        event = _EVENTS[name] if name in _EVENTS else _moved(submission, value, at)
        setattr(submission, name, value)
        _learn(session, submission, event)
        diary.enter(session, event, submission, by=by, at=at)
    submission.version += bool(changed)
    return inbox.show_one(session, submission, by=by)


_EVENTS = {"assignee_id": "contact.assigned", "snoozed_until": "contact.snoozed"}


def _moved(submission: Submission, to: MessageState, at: datetime) -> str:
    event = workflow.move(submission.state, to)
    submission.moved_at = workflow.told_time(submission.kind, at)
    return event


def _changed(submission: Submission, patch: SubmissionPatch) -> dict[str, Any]:
    columns = {"state": "state", "assignee": "assignee_id", "snoozed_until": "snoozed_until"}
    wanted = {column: getattr(patch, name) for name, column in columns.items() if name in patch.model_fields_set}
    return {column: value for column, value in wanted.items() if value != getattr(submission, column)}


def _learn(session: Session, submission: Submission, event: str) -> None:
    """A person said what a message is; of tips nothing is written down that is not the tip."""
    label = _LESSONS.get(event)
    if label is not None and submission.kind is not MessageKind.TIP:
        bayes.settle(session, submission.id, label, fold(submission.body), submission.locale)


_LESSONS = {"contact.marked_spam": Label.SPAM, "contact.cleared": Label.HAM}


def _check_assignee(session: Session, user_id: UUID | None) -> None:
    if user_id is not None and not queries.may_read(session, user_id):
        raise wrong("assignee", "unknown_assignee", "must be someone with an open account who may read contact")


def _check_snooze(until: datetime | None, at: datetime) -> None:
    if until is not None and until <= at:
        raise wrong("snoozed_until", "past", "must be in the future")


def write_note(
    session: Session, submission_id: UUID, text: NoteText, match: Match, *, by: Actor, at: datetime
) -> tuple[NoteShown, Submission]:
    """Write a remark below a message, which gets a new version. Raises SubmissionNotFound, Stale, IllegalMove."""
    submission = queries.lock_submission(session, submission_id)
    match.check_if_sent(submission.version)
    workflow.check_kept(submission.state)
    note = Note(
        id=ids.random_id(),
        submission_id=submission_id,
        place=queries.last_place(session, Note, submission_id) + 1,
        author_id=by.id,
        body=text.body,
        written_at=workflow.told_time(submission.kind, at),
    )
    session.add(note)
    submission.version += 1
    diary.enter(session, "contact.noted", submission, by=by, at=at)
    return inbox.show_note(note, inbox.names_of(by)), submission
