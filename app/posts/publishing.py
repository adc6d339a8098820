"""Putting revisions before the public and taking them back; writing live documents anew."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.conditional import Match
from app.events.service import record
from app.jobs import service as jobs
from app.posts import changing, content, queries, workflow
from app.posts.errors import ApprovalRequired, NotReady
from app.posts.models import Life, Post, Revision, State
from app.posts.schemas import Checklist, PublicationInput
from app.posts.workflow import Action
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Kind, Publication
from app.publications.workflow import thread_status
from app.site import queries as site_queries

REFRESH = "posts.refresh"
REFRESHED_AT_ONCE = 100


def check(session: Session, post_id: UUID, wish: PublicationInput, *, by: Actor) -> Checklist:
    """The publish checklist of the newest or named revision, without publishing. Raises PostNotFound."""
    post = queries.get_for_editor(session, post_id, by)
    blockers, warnings = workflow.checklist(_wanted(session, post, wish))
    return Checklist.model_validate(
        {"blockers": [b._asdict() for b in blockers], "warnings": [w._asdict() for w in warnings]}
    )


def publish(session: Session, post_id: UUID, wish: PublicationInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Put a revision before the public. Raises PostNotFound, Stale, IllegalMove, NotReady, ApprovalRequired."""
    post = changing.reach(session, post_id, Action.PUBLISH, match, by=by)
    revision = _wanted(session, post, wish)
    _check_date(post, wish, at)
    life = workflow.after(Action.PUBLISH, post.life)
    _check_ready(session, revision)
    post.published_at = post.published_at or wish.published_at or at
    before = session.get(Publication, post.id)
    previous_slug = before.slug if before else None
    thread = _thread_of(session, before, at=at)
    public = publications_service.put(session, content.project(session, post, revision, updated_at=at))
    event = "post.republished" if post.life is Life.PUBLISHED else "post.published"
    post.life, post.live_revision = life, revision.number
    mark_public(post, revision, at=at)
    changing.touch(post, by=by, at=at)
    changing.link_terms(session, post)
    data: dict[str, Any] = {"kind": post.kind.value, "locale": post.locale, "slug": public.slug, "path": public.path}
    moved = previous_slug if previous_slug != public.slug else None
    record(session, event, post.id, by=by, at=at, revision=revision.number, previous_slug=moved, **data)
    if moved:
        record(session, "post.moved", post.id, by=by, at=at, previous_slug=moved, **data)
    now = _thread_of(session, public, at=at)
    if thread is not None and now is not None and now is not thread:
        record(session, _THREAD_EVENTS[now], post.id, by=by, at=at, **data)
    return post


def mark_public(post: Post, revision: Revision, *, at: datetime) -> None:
    """Who publishes a revision approves it; what is newer on the desk stands where it stood."""
    revision.approved_at = revision.approved_at or at
    revision.published_at = revision.published_at or at
    if revision.number == post.revision:
        post.state = State.APPROVED


_THREAD_EVENTS = {
    CommentsMode.OPEN: "thread.opened",
    CommentsMode.CLOSED: "thread.closed",
    CommentsMode.HIDDEN: "thread.hidden",
}


def _thread_of(session: Session, publication: Publication | None, *, at: datetime) -> CommentsMode | None:
    """Whether readers may comment now; None for pages, which have no thread, and before the first publication."""
    if publication is None or publication.kind is Kind.PAGE:
        return None
    return thread_status(publication, site_queries.get_settings(session).comments, at=at)


def unpublish(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Take a story back from the public; date, slug and comments are kept. Raises PostNotFound, Stale, IllegalMove."""
    post = changing.reach(session, post_id, Action.UNPUBLISH, match, by=by)
    post.life = workflow.after(Action.UNPUBLISH, post.life)
    publications_service.take_back(session, post.id, at=at)
    post.live_revision = None
    changing.touch(post, by=by, at=at)
    record(session, "post.unpublished", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)
    return post


def _wanted(session: Session, post: Post, wish: PublicationInput) -> Revision:
    found = queries.get_revision(session, post.id, wish.revision or post.revision)
    if found is None:
        raise wrong("revision", "unknown", f"must be the number of a revision, at most {post.revision}")
    return found


def _check_date(post: Post, wish: PublicationInput, at: datetime) -> None:
    if wish.published_at is None:
        return
    if post.published_at is not None:
        raise wrong("published_at", "fixed", "was set at the first publication and stays")
    if wish.published_at > at:
        raise wrong("published_at", "future", "must not be in the future: use the schedule")


def _check_ready(session: Session, revision: Revision) -> None:
    blockers, warnings = workflow.checklist(revision)
    if blockers:
        members: dict[str, Any] = {
            "blockers": [b._asdict() for b in blockers],
            "warnings": [w._asdict() for w in warnings],
        }
        raise NotReady("; ".join(finding.detail for finding in blockers), **members)
    if site_queries.get_settings(session).require_approval and revision.approved_at is None:
        raise ApprovalRequired()


def refresh(session: Session, term_id: UUID | None, after: UUID | None, *, at: datetime) -> None:
    """Write live documents anew, newest first: those that name a term, or all. A small magazine is done at once; of a
    large one a batch is, and the night shift does the rest, so that nobody waits for the writer.
    """
    posts = queries.lock_live(session, term_id, after, limit=REFRESHED_AT_ONCE + 1)
    for post in posts[:REFRESHED_AT_ONCE]:
        public = session.get_one(Publication, post.id)
        revision = queries.get_revision(session, post.id, post.live_revision or 0)
        assert revision is not None
        publications_service.refresh(session, content.project(session, post, revision, updated_at=public.updated_at))
    if len(posts) > REFRESHED_AT_ONCE:
        last = posts[REFRESHED_AT_ONCE - 1].id
        jobs.enqueue(session, REFRESH, at=at, term_id=str(term_id) if term_id else None, after=str(last))
