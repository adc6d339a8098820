"""What is forgotten when its time has come: spam, and the networks of comments that stay."""

from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.comments import queries, shelf
from app.comments.models import Comment, Status
from app.core.actor import system
from app.core.day_keys import TAGS_KEPT

SPAM_KEPT = timedelta(days=30)
BATCH = 200
_BY = system("retention")


def forget_networks(session: Session, *, at: datetime) -> None:
    """Forget from which network comments came that are a week old."""
    old = (col(Comment.network).is_not(None), col(Comment.created_at) < at - TAGS_KEPT)
    forgotten = update(Comment).where(*old).values(network=None)
    session.execute(forgotten.execution_options(synchronize_session=False))


def purge_spam(session: Session, *, at: datetime) -> int:
    """Delete some spam that nobody called back for a month, at most `BATCH`; says how many."""
    since = func.coalesce(col(Comment.reviewed_at), col(Comment.edited_at), col(Comment.created_at))
    old = (col(Comment.status) == Status.SPAM, since <= at - SPAM_KEPT)
    oldest = select(Comment.id).where(*old).order_by(col(Comment.number)).limit(BATCH)
    found = queries.lock_comments(session, set(session.exec(oldest)))
    purged = [comment for comment in found.values() if comment.status is Status.SPAM]
    for comment in purged:
        shelf.bury(session, comment)
        shelf.tell(session, "comment.deleted", comment, by=_BY, at=at)
    return len(purged)
