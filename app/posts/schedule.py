"""The verbs of the clock: what shall appear or end at a time, and the moment when it does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.actor import Actor, system
from app.core.clock import wire_time
from app.core.errors import wrong
from app.core.http.conditional import Match
from app.events.service import record
from app.posts import agenda, changing, publishing, queries
from app.posts.models import Life, Post
from app.posts.schedule_schemas import ScheduleInput
from app.posts.workflow import Action

BY = system("clock")


def schedule(session: Session, post_id: UUID, wish: ScheduleInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Let the newest revision appear at a time, the live piece end at one, or both, in place of what was planned
    before. Raises PostNotFound, Stale, IllegalMove, NotReady, and Invalid for moments that are over or out of order.
    """
    post = changing.reach(session, post_id, Action.SCHEDULE, match, by=by)
    _check_moments(post, wish, at)
    life = changing.move(session, post, Action.SCHEDULE, by=by)
    appears = None
    if wish.publish_at is not None:
        appears = queries.newest_revision(session, post)
        publishing.check_ready(session, post, appears)
    agenda.plan(
        session,
        post,
        appears=appears,
        publish_at=wish.publish_at,
        unpublish_at=wish.unpublish_at,
        embargoed=wish.embargoed,
    )
    post.life = life
    agenda.owe(session, post, at=at)
    changing.touch(post, by=by, at=at)
    moments = {"publish_at": wish.publish_at, "unpublish_at": wish.unpublish_at}
    told: dict[str, Any] = {name: wire_time(moment) if moment else None for name, moment in moments.items()}
    data: dict[str, Any] = {"kind": post.kind.value, "locale": post.locale, "revision": post.scheduled_revision, **told}
    record(session, "post.scheduled", post.id, by=by, at=at, **data)
    return post


def _check_moments(post: Post, wish: ScheduleInput, at: datetime) -> None:
    if wish.publish_at is None and wish.unpublish_at is None:
        raise wrong("publish_at", "nothing_scheduled", "say at least one moment; DELETE takes the schedule back")
    for name, moment in (("publish_at", wish.publish_at), ("unpublish_at", wish.unpublish_at)):
        if moment is not None and moment <= at:
            raise wrong(name, "past", "must be in the future")
    if wish.publish_at is None and post.life is not Life.PUBLISHED:
        raise wrong("unpublish_at", "not_public", "needs publish_at beside it: the piece is not public")
    if wish.publish_at is None and wish.embargoed:
        raise wrong("embargoed", "nothing_appears", "needs publish_at: an embargo ends when the piece appears")
    if wish.publish_at and wish.unpublish_at and wish.unpublish_at <= wish.publish_at:
        raise wrong("unpublish_at", "order", "must be later than publish_at")


def unschedule(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Take the schedule back. Raises PostNotFound, Stale, IllegalMove where there is none."""
    post = changing.reach(session, post_id, Action.UNSCHEDULE, match, by=by)
    life = changing.move(session, post, Action.UNSCHEDULE, by=by)
    agenda.cancel(session, post, by=by, at=at)
    post.life = life
    changing.touch(post, by=by, at=at)
    return post


def settle(session: Session, post_id: UUID, *, at: datetime) -> None:
    """Do what was due for a dossier, once whoever asks and how often: the row is held, and says what is left to do.
    All is dated by its own moment, however late the question came.
    """
    post = session.exec(select(Post).where(col(Post.id) == post_id).with_for_update()).first()
    if post is None:
        return
    if post.publish_at is not None and post.publish_at <= at:
        _appear(session, post, post.publish_at)
    if post.unpublish_at is not None and post.unpublish_at <= at:
        _expire(session, post, post.unpublish_at)


def _appear(session: Session, post: Post, moment: datetime) -> None:
    revision = queries.get_revision(session, post.id, post.scheduled_revision or 0)
    assert revision is not None
    post.published_at = post.published_at or moment
    publishing.bring_out(session, post, revision, by=BY, at=moment)
    agenda.plan(session, post, appears=None, publish_at=None, unpublish_at=post.unpublish_at)


def _expire(session: Session, post: Post, moment: datetime) -> None:
    """The public has not seen it since that moment; now the desk knows too."""
    agenda.plan(session, post, appears=None, publish_at=None, unpublish_at=None)
    publishing.send_home(session, post, by=BY, at=moment)
