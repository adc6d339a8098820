"""The inbox as the newsroom sees it: messages with notes, both sides' turns and the letters about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast
from sqlmodel import Session, and_, col, false, or_, select

from app.contact import queries, workflow
from app.contact.editor_schemas import (
    ContactDelivery,
    ContactSubmission,
    ContactTurn,
    InboxQuery,
    NoteShown,
    Person,
)
from app.contact.errors import SubmissionNotFound
from app.contact.models import MessageState, Note, Reply, Submission
from app.core.actor import Actor
from app.core.folding import search_terms
from app.core.http.paging import Page, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.core.language import direction
from app.mail import queries as mail_queries
from app.mail.models import Mail, MailState
from app.staff import queries as staff_queries
from app.staff.permissions import Permission

FAILED = (MailState.REFUSED, MailState.BOUNCED, MailState.PARKED)
_OUT_OF_SIGHT = (MessageState.SPAM, MessageState.PURGED)


def list_inbox(session: Session, query: InboxQuery, *, by: Actor, at: datetime) -> Page[ContactSubmission]:
    """A page of the inbox, newest first, in a constant number of queries. Raises Invalid for another list's cursor."""
    scope = query.bound_to("contact")
    newest = select(Submission).where(*_conditions(query, at))
    total = total_of(session, newest, query)
    if query.cursor is not None:
        newest = newest.where(_after(query.cursor, scope))
    newest = newest.order_by(col(Submission.received_at).desc(), col(Submission.id).desc()).limit(query.limit + 1)
    rows, following = page_of(
        session.exec(newest).all(), query.limit, lambda row: encode_cursor(scope, (row.received_at, row.id))
    )
    return Page(items=show(session, rows, by=by), next=following, total=total)


def _conditions(query: InboxQuery, at: datetime) -> list[ColumnElement[bool]]:
    state = col(Submission.state)
    found = [state.not_in(_OUT_OF_SIGHT) if query.state is None else state == query.state]
    if query.kind is not None:
        found.append(col(Submission.kind) == query.kind)
    if query.assignee is not None:
        found.append(col(Submission.assignee_id) == query.assignee)
    if query.flag is not None:
        found.append(cast(col(Submission.flags), Text).contains(f'"{query.flag}"', autoescape=True))
    if query.snoozed is not None:
        until = col(Submission.snoozed_until)
        found.append(until > at if query.snoozed else or_(until.is_(None), until <= at))
    if query.delivery is not None:
        failed = select(Mail.about).where(col(Mail.state).in_(FAILED), col(Mail.about).is_not(None))
        found.append(col(Submission.id).in_(failed))
    if query.q:
        # folded terms hold letters and digits alone, so nothing in them is a wildcard
        found += [col(Submission.search_text).like(f"% {term}%") for term in search_terms(query.q)] or [false()]
    return found


def _after(cursor: str, scope: str) -> ColumnElement[bool]:
    received_at, submission_id = decode_cursor(cursor, scope, (datetime, UUID))
    when = col(Submission.received_at)
    return or_(when < received_at, and_(when == received_at, col(Submission.id) < submission_id))


def show_submission(session: Session, submission_id: UUID, *, by: Actor) -> tuple[ContactSubmission, int]:
    """One message as the newsroom reads it, with its version. Raises SubmissionNotFound."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise SubmissionNotFound()
    return show_one(session, submission, by=by)


def show_one(session: Session, submission: Submission, *, by: Actor) -> tuple[ContactSubmission, int]:
    """The same for a row at hand."""
    return show(session, [submission], by=by)[0], submission.version


def show(session: Session, submissions: Sequence[Submission], *, by: Actor) -> list[ContactSubmission]:
    """Messages with what stands below them and people's names: four queries, however many there are."""
    ids = {submission.id for submission in submissions}
    notes, turns = queries.list_below(session, Note, ids), queries.list_below(session, Reply, ids)
    letters = mail_queries.list_about(session, ids)
    people = {submission.assignee_id for submission in submissions}
    people |= {note.author_id for below in notes.values() for note in below}
    people |= {turn.author_id for below in turns.values() for turn in below}
    names = staff_queries.list_names(session, {person for person in people if person is not None})
    opens = by.may(Permission.CONTACT_OPEN_SEALED)
    return [
        _shown(row, notes.get(row.id, ()), turns.get(row.id, ()), letters[row.id], names, opens=opens)
        for row in submissions
    ]


def _shown(
    submission: Submission,
    notes: Sequence[Note],
    turns: Sequence[Reply],
    letters: Sequence[Mail],
    names: Mapping[UUID, str],
    *,
    opens: bool,
) -> ContactSubmission:
    deliveries = {letter.id: show_delivery(letter) for letter in letters}
    return ContactSubmission(
        **submission.model_dump(include=_PLAIN),
        dir=direction(submission.locale),
        assignee=_person(submission.assignee_id, names),
        notes=[show_note(note, names) for note in notes],
        replies=[show_turn(turn, names, deliveries, opens=opens) for turn in turns],
        deliveries=list(deliveries.values()),
        sealed=submission.sealed if opens else None,
        allowed=workflow.allowed(submission.state),
    )


_PLAIN = (set(ContactSubmission.model_fields) & set(Submission.model_fields)) - {"sealed"}


def show_note(note: Note, names: Mapping[UUID, str]) -> NoteShown:
    """A note with its author's name."""
    author = _person(note.author_id, names)
    return NoteShown(id=note.id, author=author, body=note.body, written_at=note.written_at)


def show_turn(
    turn: Reply, names: Mapping[UUID, str], deliveries: Mapping[UUID, ContactDelivery], *, opens: bool
) -> ContactTurn:
    """A turn with its author's name and, when it was the newsroom's, the letter in which it went out."""
    ours = turn.author_id is not None
    return ContactTurn(
        id=turn.id,
        sent_by="newsroom" if ours else "sender",
        author=_person(turn.author_id, names),
        body=turn.body,
        sealed=turn.sealed if opens else None,
        written_at=turn.written_at,
        delivery=deliveries.get(turn.mail_id) if ours and turn.mail_id else None,
    )


def show_delivery(letter: Mail) -> ContactDelivery:
    """A letter without its words."""
    return ContactDelivery.model_validate(letter, from_attributes=True)


def names_of(actor: Actor) -> Mapping[UUID, str]:
    """The name of whoever wrote just now."""
    return {actor.id: actor.name} if actor.id else {}


def _person(user_id: UUID | None, names: Mapping[UUID, str]) -> Person | None:
    return None if user_id is None else Person(id=user_id, name=names[user_id])
