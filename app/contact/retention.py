"""What is forgotten: messages after their time, and a person's at once; a bare row remains, so that references stay."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.abuse import bayes
from app.abuse import service as abuse_service
from app.contact import diary, queries, workflow
from app.contact.editor_schemas import Erased
from app.contact.models import MessageState, Note, Reply, Submission
from app.core.actor import Actor, system
from app.core.day_keys import TAGS_KEPT
from app.core.http.answers import forget_answers
from app.core.http.conditional import Match
from app.mail import service as mail_service
from app.site import queries as site_queries

BATCH = 200
_BY = system("retention")


def forget_networks(session: Session, *, at: datetime) -> None:
    """Forget from which network messages came that are a week old."""
    old = (col(Submission.network).is_not(None), col(Submission.received_at) < at - TAGS_KEPT)
    forgotten = update(Submission).where(*old).values(network=None)
    session.execute(forgotten.execution_options(synchronize_session=False))


def purge(session: Session, *, at: datetime) -> int:
    """Empty some messages whose time is over, at most `BATCH`; says how many."""
    policy = site_queries.get_settings(session).contact.retention
    outdated = queries.lock_outdated(session, policy, at=at, limit=BATCH)
    _empty(session, outdated, "contact.purged", by=_BY, at=at)
    return len(outdated)


def erase_person(session: Session, email: str, *, by: Actor, at: datetime) -> Erased:
    """Empty every message from an address, and forget all letters to it."""
    theirs = queries.lock_of_person(session, email)
    _empty(session, theirs, "contact.erased", by=by, at=at)
    mail_service.forget_recipient(session, email)
    return Erased(erased=len(theirs))


def erase(session: Session, submission_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """Empty one message; nothing happens to one that is empty. Raises SubmissionNotFound, Stale."""
    submission = queries.lock_submission(session, submission_id)
    match.check_if_sent(submission.version)
    if submission.state is not MessageState.PURGED:
        _empty(session, [submission], "contact.erased", by=by, at=at)


def _empty(session: Session, submissions: Sequence[Submission], event: str, *, by: Actor, at: datetime) -> None:
    ids = {submission.id for submission in submissions}
    for table in (Note, Reply):
        session.execute(delete(table).where(col(table.submission_id).in_(ids)))
    mail_service.forget(session, ids)
    abuse_service.forget(session, ids)
    for submission in submissions:
        forget_answers(session, submission.id)
        _unlearn(session, submission, event)
        for column, nothing in _NOTHING.items():
            setattr(submission, column, nothing)
        submission.flags = []
        submission.state, submission.moved_at = MessageState.PURGED, workflow.told_time(submission.kind, at)
        submission.version += 1
        diary.enter(session, event, submission, by=by, at=at)


def _unlearn(session: Session, submission: Submission, event: str) -> None:
    """Old spam goes and its lesson stays; of what is erased, or was no spam, no word remains."""
    if event == "contact.purged" and submission.state is MessageState.SPAM:
        bayes.retire(session, submission.id)
    else:
        bayes.forget(session, submission.id)


_NOTHING: dict[str, str | None] = {
    **dict.fromkeys(("name", "subject", "body", "search_text"), ""),
    **dict.fromkeys(("email", "sealed", "network", "fingerprint", "snoozed_until", "assignee_id"), None),
}
