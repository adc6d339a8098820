"""Every change to a dossier: create, edit, publish, unpublish, trash, restore."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, wrong
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.core.slugs import slugify
from app.events.service import record
from app.jobs import service as jobs
from app.posts import content, queries, workflow
from app.posts.errors import NotReady, PostNotFound, TranslationExists
from app.posts.models import Life, Post, PostTerm, Revision, State
from app.posts.schemas import Checklist, PostCreate, PostUpdate, PublicationInput
from app.posts.workflow import Action
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Kind, Publication
from app.publications.workflow import thread_status
from app.site import queries as site_queries
from app.site.policies import Slugs

REFRESH = "posts.refresh"
REFRESHED_AT_ONCE = 100


def create(session: Session, draft: PostCreate, *, by: Actor, at: datetime) -> tuple[Post, tuple[str, ...]]:
    """Open a dossier with its first revision; returns it and what the sanitiser removed. Raises SlugTaken,
    TranslationExists, Invalid for a locale, section or byline that is not there.
    """
    site = site_queries.get_settings(session)
    if draft.locale not in site.locales:
        raise wrong("locale", "unknown_locale", f"must be among {', '.join(site.locales)}")
    post_id = new_id()
    post = Post(
        id=post_id,
        kind=draft.kind,
        locale=draft.locale,
        group_id=_group(session, draft, by) or post_id,
        created_by=by.id,
        created_at=at,
        updated_by=by.id,
        updated_at=at,
    )
    session.add(post)
    session.flush()
    facts, warnings = content.resolve(session, draft, None, post, by=by, at=at)
    if draft.slug is not None:
        publications_service.claim_slug(session, draft.slug, post_id)
        facts["slug"] = draft.slug
    else:
        made = slugify(draft.title, transliterate=site.slugs is Slugs.TRANSLITERATED)
        facts["slug"] = publications_service.claim_free_slug(session, made, post_id)
    _write_revision(session, post, facts, by=by, at=at)
    record(session, "post.created", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)
    return post, warnings


def _group(session: Session, draft: PostCreate, by: Actor) -> UUID | None:
    """The translation group to join. Raises TranslationExists when the language is there already."""
    if draft.translation_of is None:
        return None
    try:
        original = queries.get_for_editor(session, draft.translation_of, by)
    except PostNotFound:
        raise wrong("translation_of", "unknown", "must be the id of a dossier that you can see") from None
    if original.kind is not draft.kind:
        raise wrong("translation_of", "kind", f"is of another kind: {original.kind.value}")
    taken = (col(Post.group_id) == original.group_id, col(Post.locale) == draft.locale)
    if session.exec(select(Post.id).where(*taken)).first():
        raise TranslationExists()
    return original.group_id


def edit(
    session: Session, post_id: UUID, change: PostUpdate, match: Match, *, autosave: bool, by: Actor, at: datetime
) -> tuple[Post, tuple[str, ...]]:
    """Write a new revision, of which the public sees nothing yet. Raises PostNotFound, Stale, SlugTaken."""
    post = _reach(session, post_id, Action.EDIT, match, by=by)
    workflow.after(Action.EDIT, post.life)
    newest = queries.newest_revision(session, post)
    facts, warnings = content.resolve(session, change, newest, post, by=by, at=at)
    if "slug" in change.model_fields_set and change.slug != newest.slug:
        publications_service.claim_slug(session, change.slug, post_id)
        publications_service.release_slug(session, newest.slug, post_id)
        facts["slug"] = change.slug
    if newest.autosave and autosave and newest.created_by == by.id and newest.number != post.live_revision:
        session.delete(newest)
        session.flush()
    post.revision += 1
    post.state = workflow.state_after_edit(post.state)
    _touch(post, by=by, at=at)
    _write_revision(session, post, facts | {"autosave": autosave}, by=by, at=at)
    record(session, "post.edited", post.id, by=by, at=at, revision=post.revision)
    return post, warnings


def check(session: Session, post_id: UUID, wish: PublicationInput, *, by: Actor) -> Checklist:
    """The publish checklist of the newest or named revision, without publishing. Raises PostNotFound."""
    post = queries.get_for_editor(session, post_id, by)
    blockers, warnings = workflow.checklist(_wanted(session, post, wish))
    return Checklist.model_validate(
        {"blockers": [b._asdict() for b in blockers], "warnings": [w._asdict() for w in warnings]}
    )


def publish(session: Session, post_id: UUID, wish: PublicationInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Put a revision before the public. Raises PostNotFound, Stale, IllegalMove, NotReady."""
    post = _reach(session, post_id, Action.PUBLISH, match, by=by)
    revision = _wanted(session, post, wish)
    _check_date(post, wish, at)
    life = workflow.after(Action.PUBLISH, post.life)
    _check_ready(session, post, revision)
    post.published_at = post.published_at or wish.published_at or at
    before = session.get(Publication, post.id)
    previous_slug = before.slug if before else None
    thread = _thread_of(session, before, at=at)
    public = publications_service.put(session, content.project(session, post, revision, updated_at=at))
    event = "post.republished" if post.life is Life.PUBLISHED else "post.published"
    post.life, post.live_revision, post.state = life, revision.number, State.APPROVED
    _touch(post, by=by, at=at)
    _link_terms(session, post)
    data: dict[str, Any] = {"kind": post.kind.value, "locale": post.locale, "slug": public.slug, "path": public.path}
    moved = previous_slug if previous_slug != public.slug else None
    record(session, event, post.id, by=by, at=at, revision=revision.number, previous_slug=moved, **data)
    if moved:
        record(session, "post.moved", post.id, by=by, at=at, previous_slug=moved, **data)
    now = _thread_of(session, public, at=at)
    if thread is not None and now is not None and now is not thread:
        record(session, _THREAD_EVENTS[now], post.id, by=by, at=at, **data)
    return post


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
    post = _reach(session, post_id, Action.UNPUBLISH, match, by=by)
    post.life = workflow.after(Action.UNPUBLISH, post.life)
    publications_service.take_back(session, post.id, at=at)
    post.live_revision = None
    _touch(post, by=by, at=at)
    record(session, "post.unpublished", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)
    return post


def trash(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Put a dossier into the trash, where it keeps its slug. Raises PostNotFound, Stale, IllegalMove while public."""
    post = _reach(session, post_id, Action.TRASH, match, by=by)
    post.life = workflow.after(Action.TRASH, post.life)
    post.trashed_at = at
    _touch(post, by=by, at=at)
    record(session, "post.trashed", post.id, by=by, at=at)
    return post


def restore(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Take a dossier out of the trash. Raises PostNotFound, IllegalMove."""
    post = _reach(session, post_id, Action.RESTORE, match, by=by, demand_match=False)
    post.life = workflow.after(Action.RESTORE, post.life)
    post.trashed_at = None
    _touch(post, by=by, at=at)
    record(session, "post.restored", post.id, by=by, at=at)
    return post


def _reach(
    session: Session, post_id: UUID, action: Action, match: Match, *, by: Actor, demand_match: bool = True
) -> Post:
    """The locked dossier in the version that the caller meant, by someone who may."""
    post = queries.get_for_editor(session, post_id, by)
    if not workflow.permitted(action, by.permissions, own=queries.is_own(session, post, by)):
        raise Forbidden("this is not yours to " + action.value)
    compare = match.check if demand_match else match.check_if_sent
    compare(post.version, revision=post.revision, updated_at=post.updated_at, updated_by=post.updated_by)
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


def _check_ready(session: Session, post: Post, revision: Revision) -> None:
    blockers, warnings = workflow.checklist(revision)
    if blockers:
        members: dict[str, Any] = {
            "blockers": [b._asdict() for b in blockers],
            "warnings": [w._asdict() for w in warnings],
        }
        raise NotReady("; ".join(finding.detail for finding in blockers), **members)
    if site_queries.get_settings(session).require_approval and post.state is not State.APPROVED:
        raise Conflict("this site publishes approved revisions only")


def _touch(post: Post, *, by: Actor, at: datetime) -> None:
    post.version += 1
    post.updated_by, post.updated_at = by.id, at


def _write_revision(session: Session, post: Post, facts: dict[str, Any], *, by: Actor, at: datetime) -> None:
    revision = Revision(id=new_id(), post_id=post.id, number=post.revision, created_by=by.id, created_at=at, **facts)
    session.add(revision)
    session.flush()
    _link_terms(session, post)


def _link_terms(session: Session, post: Post) -> None:
    """The terms of the newest and of the live revision."""
    numbers = {post.revision, post.live_revision}
    kept = session.exec(select(Revision).where(col(Revision.post_id) == post.id, col(Revision.number).in_(numbers)))
    ids = {term_id for revision in kept for term_id in content.term_ids(revision)}
    session.execute(delete(PostTerm).where(col(PostTerm.post_id) == post.id))
    if ids:
        session.execute(insert(PostTerm), [{"term_id": term_id, "post_id": post.id} for term_id in ids])


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
