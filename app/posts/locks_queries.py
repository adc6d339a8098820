"""Who holds which locks."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.posts.locks_models import Held, PostLock
from app.staff.models import User


def list_held(session: Session, post_ids: Collection[UUID], *, at: datetime | None) -> dict[UUID, Held]:
    """The locks of these dossiers that have not ended, in one query; for programs, which have no moment, none."""
    if at is None:
        return {}
    rows = session.exec(
        select(PostLock, User.name)
        .join(User, col(User.id) == col(PostLock.holder_id))
        .where(col(PostLock.post_id).in_(post_ids), col(PostLock.expires_at) > at)
    )
    return {lock.post_id: Held(lock.holder_id, name, lock.since, lock.expires_at) for lock, name in rows}
