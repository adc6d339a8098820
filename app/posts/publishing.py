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
from app.posts import agenda, changing, checklist, content, queries, workflow
from app.posts.checklist import Manuscript
from app.posts.errors import ApprovalRequired, NotReady
from app.posts.models import Life, Post, Revision, State
from app.posts.schemas import Checklist, Finding, PublicationInput
from app.posts.workflow import Action
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Kind, Publication
from app.publications.workflow import thread_status
from app.site import queries as site_queries
from app.taxonomy import service as taxonomy_service

REFRESH = "posts.refresh"
RENEW = "posts.renew"
REFRESHED_AT_ONCE = 100


def check(session: Session, post_id: UUID, wish: PublicationInput, *, by: Actor) -> Checklist:
    """What stands between the newest or named revision and the public, without publishing. Raises PostNotFound."""
    post = queries.get_for_editor(session, post_id, by)
    revision = _wanted(session, post, wish)
    found = _judged(session, post, revision)
    if _lacks_approval(session, revision):
        missing = Finding(code=ApprovalRequired.code, pointer="/state", detail="this revision is not approved")
        found.blockers.append(missing)
    return found


def publish(session: Session, post_id: UUID, wish: PublicationInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Put a revision before the public. Raises PostNotFound, Stale, IllegalMove, NotReady, ApprovalRequired."""
    post = changing.reach(session, post_id, Action.PUBLISH, match, by=by)
    revision = _wanted(session, post, wish)
    _check_date(post, wish, at)
    changing.move(session, post, Action.PUBLISH, by=by)
    check_ready(session, post, revision)
    post.published_at = post.published_at or wish.published_at or at
    bring_out(session, post, revision, by=by, at=at)
    agenda.cancel_appearance(session, post, by=by, at=at)
    return post


def bring_out(session: Session, post: Post, revision: Revision, *, by: Actor, at: datetime) -> None:
    """Put a revision that is ready before the public, for a person now or for the clock at its time, and tell of it;
    when the piece ends by itself stands. Raises SlugTaken.
    """
    before = session.get(Publication, post.id)
    previous_slug = before.slug if before else None
    thread = _thread_of(session, before, at=at)
    piece = content.project(session, post, revision, updated_at=at)
    taxonomy_service.show_tags(session, piece.tags, by=by, at=at)
    public = publications_service.put(session, piece)
    public.unpublish_at = post.unpublish_at
    event = "post.republished" if post.life is Life.PUBLISHED else "post.published"
    post.life, post.live_revision = workflow.after(Action.PUBLISH, post.life), revision.number
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
    """Take a story back from the public, and its schedule with it; date, slug and comments are kept. Raises
    PostNotFound, Stale, IllegalMove.
    """
    post = changing.reach(session, post_id, Action.UNPUBLISH, match, by=by)
    changing.move(session, post, Action.UNPUBLISH, by=by)
    agenda.cancel(session, post, by=by, at=at)
    send_home(session, post, by=by, at=at)
    return post


def send_home(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    """The public life of a live piece ends, by a person or by the clock, and all is told of it."""
    post.life = workflow.after(Action.UNPUBLISH, post.life)
    publications_service.take_back(session, post.id, at=at)
    post.live_revision = None
    changing.touch(post, by=by, at=at)
    record(session, "post.unpublished", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)


def _wanted(session: Session, post: Post, wish: PublicationInput) -> Revision:
    found = queries.get_revision(session, post.id, wish.revision or post.revision)
    if found is None:
        raise wrong("revision", "unknown", f"must be the number of a revision, at most {post.revision}")
    return found


def _check_date(post: Post, wish: PublicationInput, at: datetime) -> None:
    if wish.published_at in (None, post.published_at):
        return
    if post.published_at is not None:
        raise wrong("published_at", "fixed", "was set at the first publication and stays")
    if wish.published_at > at:
        raise wrong("published_at", "future", "must not be in the future: use the schedule")


def check_ready(session: Session, post: Post, revision: Revision) -> None:
    """Whether the checklist and the site let a revision come out. Raises NotReady, ApprovalRequired."""
    found = _judged(session, post, revision)
    if found.blockers:
        raise NotReady("; ".join(finding.detail for finding in found.blockers), **found.model_dump())
    if _lacks_approval(session, revision):
        raise ApprovalRequired()


def _lacks_approval(session: Session, revision: Revision) -> bool:
    return site_queries.get_settings(session).require_approval and revision.approved_at is None


def _judged(session: Session, post: Post, revision: Revision) -> Checklist:
    languages = queries.languages_of(session, post.group_id)
    manuscript = Manuscript(revision, post.kind, post.locale, languages)
    return checklist.judge(manuscript, site_queries.get_settings(session))


def refresh(session: Session, term_id: UUID | None, after: UUID | None, *, at: datetime) -> None:
    """Write live documents anew, newest first: those that name a term, or all. A small magazine is done at once; of a
    large one a batch is, and the night shift does the rest, so that nobody waits for the writer.
    """
    posts = queries.lock_live(session, term_id, after, limit=REFRESHED_AT_ONCE + 1)
    for post in posts[:REFRESHED_AT_ONCE]:
        rewrite(session, post, updated_at=session.get_one(Publication, post.id).updated_at)
    if len(posts) > REFRESHED_AT_ONCE:
        last = posts[REFRESHED_AT_ONCE - 1].id
        jobs.enqueue(session, REFRESH, at=at, term_id=str(term_id) if term_id else None, after=str(last))


def rewrite(session: Session, post: Post, *, updated_at: datetime) -> Publication:
    """Write the public documents of a live story anew from the revision that is before the public."""
    revision = queries.get_revision(session, post.id, post.live_revision or 0)
    assert revision is not None
    return publications_service.refresh(session, content.project(session, post, revision, updated_at=updated_at))


def renew(session: Session, *, at: datetime) -> None:
    """Write a batch of documents of an older shape anew, as an upgrade leaves them; what is left is owed at once."""
    posts = queries.lock_outdated(session, limit=REFRESHED_AT_ONCE)
    for post in posts:
        rewrite(session, post, updated_at=session.get_one(Publication, post.id).updated_at)
    if len(posts) == REFRESHED_AT_ONCE:
        jobs.enqueue(session, RENEW, at=at)
