"""What is forgotten of comments that stay."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from app.comments.models import Comment

# their keys are gone after a day: they only tell which comments of one day came from one place, of use while one looks
NETWORKS_KEPT = timedelta(days=7)


def forget_networks(session: Session, *, at: datetime) -> None:
    """Forget from which network comments came that are a week old."""
    old = (col(Comment.network).is_not(None), col(Comment.created_at) < at - NETWORKS_KEPT)
    forgotten = update(Comment).where(*old).values(network=None)
    session.execute(forgotten.execution_options(synchronize_session=False))
