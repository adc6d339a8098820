"""Taking messages in, moving them along, writing notes below them."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.contact import queries, workflow
from app.contact.errors import DuplicateMessage
from app.contact.models import MessageKind, MessageState, Note, Submission
from app.contact.schemas import ContactMessage, ContactSubmission, NoteText, SubmissionPatch
from app.core import ids
from app.core.actor import Actor
from app.core.errors import wrong
from app.core.folding import fold, search_text
from app.core.http.conditional import Match
from app.core.http.limits import GUEST_POSTS, Limit, Limiter
from app.core.keys import Keys
from app.events.service import record
from app.site import queries as site_queries
from app.staff import queries as staff_queries

ALL_MESSAGES = Limit("contact", "300/hour")
ATTEMPTS = 5


def submit(
    session: Session, message: ContactMessage, *, network: str, keys: Keys, limiter: Limiter, by: Actor, at: datetime
) -> Submission:
    """Store a reader's message before anything else happens to it. Raises Invalid, TooMany, DuplicateMessage."""
    settings = site_queries.get_settings(session)
    if message.kind not in settings.contact.kinds:
        raise wrong("kind", "not_taken", "this newsroom takes: " + ", ".join(settings.contact.kinds))
    if message.locale is not None and message.locale not in settings.locales:
        raise wrong("locale", "unknown_locale", "the languages of this site are: " + ", ".join(settings.locales))
    limiter.hit(session, [(GUEST_POSTS, network), (ALL_MESSAGES, "")], at=at)
    submission = _written(message, locale=message.locale or settings.default_locale, at=at)
    if (message.homepage or "").strip():
        submission.state = MessageState.SPAM
    elif submission.fingerprint and queries.find_twin(session, submission.fingerprint, at=at):
        raise DuplicateMessage()
    if submission.kind is not MessageKind.TIP:
        submission.network = keys.network(network, at.date())
    return _receive(session, submission, by=by, at=at)


def import_submission(session: Session, message: ContactMessage, *, by: Actor, at: datetime) -> Submission:
    """Store a message that was received elsewhere at that time; kinds, limits and duplicates were judged there."""
    locale = message.locale or site_queries.get_settings(session).default_locale
    return _receive(session, _written(message, locale=locale, at=at), by=by, at=at)


def _written(message: ContactMessage, *, locale: str, at: datetime) -> Submission:
    """The row of a new message; of a tip neither the sender nor more than the day is written down."""
    tip = message.kind is MessageKind.TIP
    return Submission(
        id=ids.random_id(),
        reference=ids.reference(),
        kind=message.kind,
        state=MessageState.NEW,
        flags=workflow.flags(message.body),
        name=message.name or "",
        email=None if tip else message.email,
        subject=message.subject or "",
        body=message.body,
        # a second copy of a tip is harmless, a 409 would tell a stranger that these words are known here
        fingerprint=None if tip else _fingerprint(message),
        locale=locale,
        received_at=workflow.told_time(message.kind, at),
    )


def _fingerprint(message: ContactMessage) -> str:
    words = fold(message.body) or message.body
    return hashlib.sha256(f"{staff_queries.fold_email(message.email or '')}\n{words}".encode()).hexdigest()


def _receive(session: Session, submission: Submission, *, by: Actor, at: datetime) -> Submission:
    for attempt in range(ATTEMPTS):
        submission.search_text = search_text(submission.name, submission.subject, submission.body, submission.reference)
        try:
            with session.begin_nested():
                session.add(submission)
            break
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
            submission.reference = ids.reference()
    _record(session, "contact.received", submission, by=by, at=at)
    return submission


def change(
    session: Session, submission_id: UUID, patch: SubmissionPatch, match: Match, *, by: Actor, at: datetime
) -> tuple[ContactSubmission, int]:
    """Move, assign or snooze a message; no change, no event. Raises SubmissionNotFound, Invalid, Stale, IllegalMove."""
    submission = queries.lock_submission(session, submission_id)
    changed = _changed(submission, patch)
    _check_assignee(session, changed.get("assignee_id"))
    _check_snooze(changed.get("snoozed_until"), at)
    match.check_if_sent(submission.version)
    for name, value in changed.items():
        event = workflow.move(submission.state, value) if name == "state" else _EVENTS[name]
        setattr(submission, name, value)
        _record(session, event, submission, by=by, at=at)
    submission.version += bool(changed)
    return queries.show_one(session, submission)


_EVENTS = {"assignee_id": "contact.assigned", "snoozed_until": "contact.snoozed"}


def _changed(submission: Submission, patch: SubmissionPatch) -> dict[str, Any]:
    columns = {"state": "state", "assignee": "assignee_id", "snoozed_until": "snoozed_until"}
    wanted = {column: getattr(patch, name) for name, column in columns.items() if name in patch.model_fields_set}
    return {column: value for column, value in wanted.items() if value != getattr(submission, column)}


def _check_assignee(session: Session, user_id: UUID | None) -> None:
    if user_id is not None and not queries.may_read(session, user_id):
        raise wrong("assignee", "unknown_assignee", "must be someone with an open account who may read contact")


def _check_snooze(until: datetime | None, at: datetime) -> None:
    if until is not None and until <= at:
        raise wrong("snoozed_until", "past", "must be in the future")


def write_note(session: Session, submission_id: UUID, text: NoteText, *, by: Actor, at: datetime) -> tuple[Note, int]:
    """Write a remark below a message, which gets a new version: both are the answer. Raises SubmissionNotFound."""
    submission = queries.lock_submission(session, submission_id)
    note = Note(id=ids.random_id(), submission_id=submission_id, author_id=by.id, body=text.body, written_at=at)
    session.add(note)
    submission.version += 1
    _record(session, "contact.noted", submission, by=by, at=at)
    return note, submission.version


def _record(session: Session, name: str, submission: Submission, *, by: Actor, at: datetime) -> None:
    """The event with kind and reference; about a tip the bare id and the day, so that the diary dates it no finer."""
    if submission.kind is MessageKind.TIP:
        record(session, name, submission.id, by=by, at=workflow.told_time(submission.kind, at), private=True)
        return
    kind, reference = submission.kind.value, submission.reference
    record(session, name, submission.id, by=by, at=at, kind=kind, reference=reference)
