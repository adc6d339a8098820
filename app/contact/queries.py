"""Finding messages and what stands below them; `inbox` shows them to the newsroom."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from app.contact.errors import SubmissionNotFound
from app.contact.models import MessageState, Note, Reply, Submission
from app.core.actor import Actor
from app.core.ids import parse_id
from app.mail.errors import LetterNotFound
from app.mail.models import Mail
from app.site.policies import Retention
from app.staff import queries as staff_queries
from app.staff.models import Role, User
from app.staff.permissions import PERMISSIONS, Permission

Below = TypeVar("Below", Note, Reply)

TWIN_WINDOW = timedelta(hours=24)


def find_twin(session: Session, fingerprint: str, *, at: datetime) -> UUID | None:
    """The message with this fingerprint in the last day; spam does not count, it may have been a mistake of ours."""
    return session.exec(
        select(Submission.id).where(
            col(Submission.fingerprint) == fingerprint,
            col(Submission.received_at) > at - TWIN_WINDOW,
            col(Submission.state) != MessageState.SPAM,
        )
    ).first()


# for guards: whoever may read contact sees every message
sight = staff_queries.sight_of(Submission, "submission_id", SubmissionNotFound)


def sight_of_letter(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: a letter is seen below its message. Raises SubmissionNotFound, LetterNotFound."""
    sight(session, actor, path)
    mail_id = parse_id(path["mail_id"])
    letter = None if mail_id is None else session.get(Mail, mail_id)
    if letter is None or letter.about != parse_id(path["submission_id"]):
        raise LetterNotFound()


def lock_submission(session: Session, submission_id: UUID) -> Submission:
    """One message, held against other writers until the commit. Raises SubmissionNotFound."""
    statement = select(Submission).where(col(Submission.id) == submission_id).with_for_update()
    submission = session.exec(statement).first()
    if submission is None:
        raise SubmissionNotFound()
    return submission


def last_place(session: Session, table: type[Note | Reply], submission_id: UUID) -> int:
    """The place of the newest note or turn below a message; 0 when there is none."""
    last = select(func.coalesce(func.max(col(table.place)), 0)).where(col(table.submission_id) == submission_id)
    return session.exec(last).one()


def list_below(session: Session, table: type[Below], ids: Collection[UUID]) -> Mapping[UUID, Sequence[Below]]:
    """Notes or turns by the message below which they stand, in their order: one query."""
    rows = select(table).where(col(table.submission_id).in_(ids))
    found: dict[UUID, list[Below]] = defaultdict(list)
    # by time as well: old notes have no place
    for row in session.exec(rows.order_by(col(table.place), col(table.written_at), col(table.id))):
        found[row.submission_id].append(row)
    return found


def list_untold(session: Session, submission_id: UUID) -> Sequence[Reply]:
    """The sender's turns of which the newsroom has not been told, in their order."""
    of_sender = (col(Reply.submission_id) == submission_id, col(Reply.author_id).is_(None))
    untold = select(Reply).where(*of_sender, col(Reply.mail_id).is_(None))
    return session.exec(untold.order_by(col(Reply.place))).all()


def lock_outdated(session: Session, policy: Retention, *, at: datetime, limit: int) -> Sequence[Submission]:
    """Some messages that have been kept as long as the policy says, held against other writers."""
    state, moved_at = col(Submission.state), col(Submission.moved_at)
    outdated = or_(
        and_(state == MessageState.CLOSED, moved_at <= at - timedelta(days=policy.closed_days)),
        and_(state == MessageState.SPAM, moved_at <= at - timedelta(days=policy.spam_days)),
        and_(
            state != MessageState.PURGED,
            col(Submission.sealed).is_not(None),
            col(Submission.received_at) <= at - timedelta(days=policy.sealed_days),
        ),
    )
    some = select(Submission).where(outdated).order_by(col(Submission.id)).limit(limit)
    return session.exec(some.with_for_update()).all()


def lock_of_person(session: Session, email: str) -> Sequence[Submission]:
    """Every message from this address, however it was written, held against other writers."""
    wanted = staff_queries.fold_email(email)
    # compared here: SQLite folds ASCII alone, and this is asked rarely
    spellings = session.exec(select(Submission.email).where(col(Submission.email).is_not(None)).distinct())
    written = [spelling for spelling in spellings if spelling and staff_queries.fold_email(spelling) == wanted]
    theirs = select(Submission).where(col(Submission.email).in_(written)).order_by(col(Submission.id))
    return session.exec(theirs.with_for_update()).all()


def may_read(session: Session, user_id: UUID) -> bool:
    """Whether this is someone with an open account who may read contact messages."""
    return find_reader_email(session, user_id) is not None


def find_reader_email(session: Session, user_id: UUID) -> str | None:
    """The address of someone with an open account who may read contact messages."""
    user = session.get(User, user_id)
    reads = user is not None and user.disabled_at is None and Permission.CONTACT_READ in PERMISSIONS[user.role]
    return user.email if user is not None and reads else None


def list_admin_emails(session: Session) -> Sequence[str]:
    """Addresses of the open accounts that run the site."""
    admins = select(User.email).where(col(User.role) == Role.ADMIN, col(User.disabled_at).is_(None))
    return session.exec(admins.order_by(col(User.email))).all()
