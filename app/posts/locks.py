"""The soft lock: taken, kept by repeating it, taken over, given back; it tells people of one another, no more."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from app.core.actor import Actor
from app.core.http.conditional import Match
from app.events.service import record
from app.posts import changing
from app.posts.errors import Locked
from app.posts.locks_models import Held, PostLock
from app.posts.locks_queries import list_held
from app.posts.locks_schemas import LockInput, LockShown
from app.posts.workflow import Action

KEPT = timedelta(seconds=90)  # editors beat every 30 s: one lost beat loses no lock, a closed laptop frees it soon


def take(session: Session, post_id: UUID, wish: LockInput, match: Match, *, by: Actor, at: datetime) -> LockShown:
    """Take the lock, or keep one's own; another's only by taking it over. Raises PostNotFound, Forbidden, Stale,
    IllegalMove in the trash, Locked with the holder.
    """
    post = changing.reach(session, post_id, Action.EDIT, match, by=by, demand_match=False)
    changing.move(session, post, Action.EDIT, by=by)
    assert by.id is not None
    held = list_held(session, {post_id}, at=at).get(post_id)
    others = held is not None and held.holder_id != by.id
    if held is not None and others and not wish.take_over:
        raise locked(held)
    since = at if held is None or others else held.since
    session.merge(PostLock(post_id=post_id, holder_id=by.id, since=since, expires_at=at + KEPT))
    if held is not None and others:
        record(session, "lock.taken", post_id, by=by, at=at, previous_holder=str(held.holder_id))
    return LockShown.of(Held(by.id, by.name, since, at + KEPT))


def locked(held: Held) -> Locked:
    """What another person's lock answers: who holds it, since when, until when."""
    return Locked(f"{held.holder_name} is writing here", **LockShown.of(held).model_dump(mode="json"))


def release(session: Session, post_id: UUID, match: Match, *, by: Actor) -> None:
    """Give one's lock back; another's stays, and none is fine. Raises PostNotFound, Forbidden, Stale."""
    changing.reach(session, post_id, Action.EDIT, match, by=by, demand_match=False)
    session.execute(delete(PostLock).where(col(PostLock.post_id) == post_id, col(PostLock.holder_id) == by.id))
