"""Emptying the trash: what nobody took out for a month goes, with everything that hangs on it."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.actor import system
from app.events.service import record
from app.posts.models import Life, Post, Revision
from app.publications import service as publications_service

KEPT = timedelta(days=30)
_BY = system("retention")


def purge_one(session: Session, *, at: datetime) -> bool:
    """Purge the dossier that has been in the trash for longest, if its month is over; says whether there was one.
    Slugs that were public stay taken for ever, and lead nowhere.
    """
    over = (col(Post.life) == Life.TRASHED, col(Post.trashed_at) <= at - KEPT)
    oldest = select(Post).where(*over).order_by(col(Post.trashed_at)).limit(1).with_for_update(skip_locked=True)
    post = session.exec(oldest).first()
    if post is None:
        return False
    record(session, "post.purged", post.id, by=_BY, at=at, kind=post.kind.value, locale=post.locale)
    session.flush()
    publications_service.forget(session, post.id)
    session.execute(delete(Revision).where(col(Revision.post_id) == post.id))
    session.execute(delete(Post).where(col(Post.id) == post.id))
    return True
