"""What whoever holds a mailbox may do with the comments that carry its address: prove, take along, erase."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from app.abuse import addresses
from app.comments import queries, shelf
from app.comments.errors import CommentNotFound
from app.comments.models import Comment, Status
from app.core.actor import Actor
from app.core.keys import Keys
from app.publications.models import Publication


class Written(NamedTuple):
    """A comment of somebody, with the title and path of its story if it ever was public."""

    comment: Comment
    title: str | None
    path: str | None


def carries(session: Session, email: str) -> bool:
    """Whether any comment carries this address."""
    return session.exec(select(Comment.id).where(col(Comment.author_email) == email).limit(1)).first() is not None


def was_proved(session: Session, email: str, reader_id: UUID) -> bool:
    """Whether this reader proved the address for a comment before: a typed one alone is worth nothing."""
    proved = (col(Comment.author_email) == email, col(Comment.reader_id) == reader_id, col(Comment.verified))
    return session.exec(select(Comment.id).where(*proved).limit(1)).first() is not None


def verify(session: Session, comment_id: UUID, *, keys: Keys, by: Actor, at: datetime) -> Comment:
    """Note that the writer of this comment, and of no other, proved the address; their next ones are of a known
    writer. Raises CommentNotFound.
    """
    comment = queries.get_locked(session, comment_id)
    if comment.author_email is None:
        raise CommentNotFound()
    if not comment.verified:
        comment.verified = True
        if comment.reader_id is not None:
            addresses.remember_verified(session, comment.reader_id, comment.author_email, keys=keys, at=at)
        shelf.move(session, comment, comment.status)
        shelf.tell(session, "comment.verified", comment, by=by, at=at)
    return comment


def list_written(session: Session, email: str) -> Sequence[Written]:
    """Every comment that carries the address, oldest first."""
    rows = select(Comment, Publication.title, Publication.path)
    rows = rows.outerjoin(Publication, col(Publication.id) == col(Comment.post_id))
    found = session.exec(rows.where(col(Comment.author_email) == email).order_by(col(Comment.number)))
    return [Written(*row) for row in found]


def lock_written(session: Session, email: str) -> list[Comment]:
    """Every comment that carries the address, its thread locked, answers after what they answer."""
    ids = set(session.exec(select(Comment.id).where(col(Comment.author_email) == email)))
    return sorted(queries.lock_comments(session, ids).values(), key=lambda comment: comment.number)


def erase_person(session: Session, email: str, *, keys: Keys, by: Actor, at: datetime) -> int:
    """Erase every comment that carries the address, in whatever status, and what proves it; says how many."""
    theirs = lock_written(session, email)
    for comment in theirs:
        shelf.bury(session, comment, Status.ERASED)
        shelf.tell(session, "comment.erased", comment, by=by, at=at)
    addresses.forget_address(session, email, keys=keys)
    return len(theirs)
