"""The history grows thin with time: of an old day stays the last revision, and each with which something was done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, delete, exists, extract, or_
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col, select

from app.posts.models import Post, Revision
from app.posts.previews_models import Preview
from app.posts.review_models import Transition

ALL_KEPT = timedelta(days=30)
BATCH = 200
_DAY = 86_400
_Later = aliased(Revision)


def list_thinnable(session: Session, *, at: datetime) -> Sequence[UUID]:
    """Revisions that may go, the oldest first, at most `BATCH`."""
    wanted = select(Revision.id).where(_thinnable(at)).order_by(col(Revision.created_at)).limit(BATCH)
    return session.exec(wanted).all()


def thin(session: Session, ids: Sequence[UUID], *, at: datetime) -> None:
    """Delete those of these revisions with which nothing was done since they were looked for."""
    chosen = select(Revision.post_id).where(col(Revision.id).in_(ids))
    session.exec(select(Post.id).where(col(Post.id).in_(chosen)).order_by(col(Post.id)).with_for_update()).all()
    session.execute(
        delete(Revision).where(col(Revision.id).in_(ids), _thinnable(at)).execution_options(synchronize_session=False)
    )


def _thinnable(at: datetime) -> ColumnElement[bool]:
    """Old, with a later one of the same day (in UTC), and not public, planned, approved, moved in a review or shown."""
    later = and_(
        col(_Later.post_id) == col(Revision.post_id),
        col(_Later.number) > col(Revision.number),
        _day(col(_Later.created_at)) == _day(col(Revision.created_at)),
    )
    moved = and_(col(Transition.post_id) == col(Revision.post_id), col(Transition.revision) == col(Revision.number))
    shown = and_(col(Preview.post_id) == col(Revision.post_id), col(Preview.revision) == col(Revision.number))
    pinned = or_(col(Post.live_revision) == col(Revision.number), col(Post.scheduled_revision) == col(Revision.number))
    return and_(
        col(Revision.created_at) < at - ALL_KEPT,
        col(Revision.approved_at).is_(None),
        col(Revision.published_at).is_(None),
        exists().where(later),
        ~exists().where(moved),
        ~exists().where(shown),
        ~exists().where(col(Post.id) == col(Revision.post_id), pinned),
    )


def _day(moment: Mapped[datetime]) -> ColumnElement[int]:
    """The number of a day, spelled so that both databases know it."""
    return cast(extract("epoch", moment), BigInteger) // _DAY
