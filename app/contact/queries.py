"""Reading the inbox."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, and_, col, false, or_, select

from app.contact import workflow
from app.contact.errors import SubmissionNotFound
from app.contact.models import MessageState, Note, Submission
from app.contact.schemas import ContactSubmission, InboxQuery, NoteShown, Person
from app.core.actor import Actor
from app.core.folding import search_terms
from app.core.http.forms import Back
from app.core.http.paging import Page, page_of
from app.core.ids import parse_id
from app.core.keyset import decode_cursor, encode_cursor
from app.core.language import direction
from app.site import queries as site_queries
from app.staff import queries as staff_queries
from app.staff.models import User
from app.staff.permissions import PERMISSIONS, Permission

TWIN_WINDOW = timedelta(hours=24)
_OUT_OF_SIGHT = (MessageState.SPAM, MessageState.PURGED)


def get_form_manners(session: Session) -> tuple[Back, str]:
    """Where plain forms may lead, and the language in which we speak to a form that names none."""
    settings = site_queries.get_settings(session)
    back = Back(site_queries.get_addresses(session).public_url, settings.contact.return_origins)
    return back, settings.default_locale


def find_twin(session: Session, fingerprint: str, *, at: datetime) -> UUID | None:
    """The message with this fingerprint in the last day; spam does not count, it may have been a mistake of ours."""
    return session.exec(
        select(Submission.id).where(
            col(Submission.fingerprint) == fingerprint,
            col(Submission.received_at) > at - TWIN_WINDOW,
            col(Submission.state) != MessageState.SPAM,
        )
    ).first()


def sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: whoever may read contact sees every message. Raises SubmissionNotFound."""
    submission_id = parse_id(path["submission_id"])
    if submission_id is None or session.get(Submission, submission_id) is None:
        raise SubmissionNotFound()


def lock_submission(session: Session, submission_id: UUID) -> Submission:
    """One message, held against other writers until the commit. Raises SubmissionNotFound."""
    statement = select(Submission).where(col(Submission.id) == submission_id).with_for_update()
    submission = session.exec(statement).first()
    if submission is None:
        raise SubmissionNotFound()
    return submission


def may_read(session: Session, user_id: UUID) -> bool:
    """Whether this is someone with an open account who may read contact messages."""
    user = session.get(User, user_id)
    return user is not None and user.disabled_at is None and Permission.CONTACT_READ in PERMISSIONS[user.role]


def list_inbox(session: Session, query: InboxQuery) -> Page[ContactSubmission]:
    """A page of the inbox, newest first, in a constant number of queries. Raises Invalid for another list's cursor."""
    scope = f"contact {query.model_dump_json(exclude={'limit', 'cursor', 'count'})}"
    conditions = _conditions(query)
    newest = select(Submission).where(*conditions)
    if query.cursor is not None:
        newest = newest.where(_after(query.cursor, scope))
    newest = newest.order_by(col(Submission.received_at).desc(), col(Submission.id).desc()).limit(query.limit + 1)
    rows, following = page_of(
        session.exec(newest).all(), query.limit, lambda row: encode_cursor(scope, (row.received_at, row.id))
    )
    total = _count(session, conditions) if query.count else None
    return Page(items=show(session, rows), next=following, total=total)


def _conditions(query: InboxQuery) -> list[ColumnElement[bool]]:
    state = col(Submission.state)
    found = [state.not_in(_OUT_OF_SIGHT) if query.state is None else state == query.state]
    if query.kind is not None:
        found.append(col(Submission.kind) == query.kind)
    if query.assignee is not None:
        found.append(col(Submission.assignee_id) == query.assignee)
    if query.q:
        # folded terms hold letters and digits alone, so nothing in them is a wildcard
        found += [col(Submission.search_text).like(f"% {term}%") for term in search_terms(query.q)] or [false()]
    return found


def _after(cursor: str, scope: str) -> ColumnElement[bool]:
    received_at, submission_id = decode_cursor(cursor, scope, (datetime, UUID))
    when = col(Submission.received_at)
    return or_(when < received_at, and_(when == received_at, col(Submission.id) < submission_id))


def _count(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    return session.exec(select(func.count()).select_from(Submission).where(*conditions)).one()


def show_submission(session: Session, submission_id: UUID) -> tuple[ContactSubmission, int]:
    """One message as the newsroom reads it, with its version. Raises SubmissionNotFound."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise SubmissionNotFound()
    return show_one(session, submission)


def show_one(session: Session, submission: Submission) -> tuple[ContactSubmission, int]:
    """The same for a row at hand."""
    return show(session, [submission])[0], submission.version


def show(session: Session, submissions: Sequence[Submission]) -> list[ContactSubmission]:
    """Messages with their notes and people: one query each, however many there are."""
    notes = _notes_by_submission(session, {submission.id for submission in submissions})
    people = {submission.assignee_id for submission in submissions}
    people |= {note.author_id for below in notes.values() for note in below}
    names = staff_queries.list_names(session, {person for person in people if person is not None})
    return [_shown(submission, notes[submission.id], names) for submission in submissions]


def _notes_by_submission(session: Session, ids: set[UUID]) -> dict[UUID, list[Note]]:
    written = select(Note).where(col(Note.submission_id).in_(ids)).order_by(col(Note.written_at), col(Note.id))
    found: dict[UUID, list[Note]] = defaultdict(list)
    for note in session.exec(written):
        found[note.submission_id].append(note)
    return found


def _shown(submission: Submission, notes: Sequence[Note], names: Mapping[UUID, str]) -> ContactSubmission:
    return ContactSubmission(
        **submission.model_dump(include=_PLAIN),
        dir=direction(submission.locale),
        assignee=_person(submission.assignee_id, names),
        notes=[show_note(note, names) for note in notes],
        allowed=workflow.allowed(submission.state),
    )


_PLAIN = set(ContactSubmission.model_fields) & set(Submission.model_fields)


def show_note(note: Note, names: Mapping[UUID, str]) -> NoteShown:
    """A note with its author's name."""
    author = _person(note.author_id, names)
    return NoteShown(id=note.id, author=author, body=note.body, written_at=note.written_at)


def _person(user_id: UUID | None, names: Mapping[UUID, str]) -> Person | None:
    return None if user_id is None else Person(id=user_id, name=names[user_id])
