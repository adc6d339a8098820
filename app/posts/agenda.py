"""What the clock will do to a dossier: written down, changed and taken back in one place."""

from datetime import datetime

from sqlmodel import Session

from app.core.actor import Actor
from app.events.service import record
from app.jobs import service as jobs
from app.posts import changing, queries
from app.posts.models import Life, Post, Revision
from app.publications import service as publications_service

SETTLE = "posts.settle"


def plan(
    session: Session,
    post: Post,
    *,
    appears: Revision | None,
    publish_at: datetime | None,
    unpublish_at: datetime | None,
    embargoed: bool = False,
) -> None:
    """Write down what will happen, in place of what stood there; a live piece learns at once when it will end."""
    held = _pinned_slug(session, post)
    post.scheduled_revision = appears.number if appears else None
    post.publish_at, post.unpublish_at, post.embargoed = publish_at, unpublish_at, embargoed
    session.flush()
    slug = appears.slug if appears else None
    publications_service.expect(session, post.id, appears_at=publish_at, slug=slug, expires_at=unpublish_at)
    if post.life is Life.PUBLISHED:
        publications_service.end_at(session, post.id, unpublish_at)
    if held is not None and held != queries.newest_revision(session, post).slug:
        publications_service.release_slug(session, held, post.id)
    changing.link_terms(session, post)


def owe(session: Session, post: Post, *, at: datetime) -> None:
    """Have the night shift look at each moment, for the diary's sake: readers bring it about themselves."""
    for moment in (post.publish_at, post.unpublish_at):
        if moment is not None:
            twin = f"{SETTLE} {post.id}"
            jobs.enqueue(session, SETTLE, at=at, delay=moment - at, twin=twin, post_id=str(post.id))


def cancel_appearance(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    """What was to appear will not; when the piece ends stands."""
    if post.publish_at is not None:
        plan(session, post, appears=None, publish_at=None, unpublish_at=post.unpublish_at)
        _tell(session, post, by=by, at=at)


def cancel(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    """Nothing will happen by itself any more."""
    if post.is_scheduled:
        plan(session, post, appears=None, publish_at=None, unpublish_at=None)
        _tell(session, post, by=by, at=at)


def _tell(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    record(session, "post.unscheduled", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)


def _pinned_slug(session: Session, post: Post) -> str | None:
    revision = queries.get_revision(session, post.id, post.scheduled_revision) if post.scheduled_revision else None
    return revision.slug if revision else None
