"""The dossier itself: create, edit, trash, restore."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.core.slugs import slugify
from app.events.service import record
from app.posts import changing, content, history, queries, workflow
from app.posts.errors import PostNotFound, TranslationExists
from app.posts.models import Post
from app.posts.schemas import PostCreate, PostUpdate
from app.posts.workflow import Action
from app.publications import service as publications_service
from app.publications.models import Kind
from app.site import queries as site_queries
from app.site.policies import Slugs, offered_locale


def create(session: Session, draft: PostCreate, *, by: Actor, at: datetime) -> tuple[Post, tuple[str, ...]]:
    """Open a dossier with its first revision; returns it and what the sanitiser removed. Raises SlugTaken,
    TranslationExists, Invalid for a locale, section or byline that is not there.
    """
    site_queries.hold_locales(session)
    post = begin(session, draft.kind, draft.locale, _original(session, draft, by), by=by, at=at)
    facts, warnings = content.resolve(session, draft, None, post, by=by, at=at)
    finish(session, post, facts, slug=draft.slug, by=by, at=at)
    return post, warnings


def base_url_for(session: Session, locale: str) -> str:
    """The address before which links of a text in this language stand. Raises Invalid for a locale of no use here."""
    offered_locale(site_queries.get_settings(session), locale, part="body")
    return site_queries.get_addresses(session).public_url


def begin(session: Session, kind: Kind, locale: str, original: Post | None, *, by: Actor, at: datetime) -> Post:
    """An empty dossier, in the group of its original if it is a translation. Raises Invalid, TranslationExists."""
    offered_locale(site_queries.get_settings(session), locale, part="body")
    post_id = new_id()
    post = Post(
        id=post_id,
        kind=kind,
        locale=locale,
        group_id=original.group_id if original else post_id,
        translated_from=original.id if original else None,
        translated_revision=original.revision if original else None,
        created_by=by.id,
        created_at=at,
        updated_by=by.id,
        updated_at=at,
    )
    session.add(post)
    try:
        session.flush()
    except IntegrityError:  # two at the same time; all else that is referred to is there
        raise TranslationExists() from None
    return post


def finish(session: Session, post: Post, facts: dict[str, Any], *, slug: str | None, by: Actor, at: datetime) -> None:
    """The first revision of a dossier that was begun, under its slug or one made from the title. Raises SlugTaken."""
    if slug is not None:
        publications_service.claim_slug(session, slug, post.id)
        facts["slug"] = slug
    else:
        transliterate = site_queries.get_settings(session).slugs is Slugs.TRANSLITERATED
        made = slugify(facts["title"], transliterate=transliterate)
        facts["slug"] = publications_service.claim_free_slug(session, made, post.id)
    changing.write_revision(session, post, facts, by=by, at=at)
    record(session, "post.created", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)


def _original(session: Session, draft: PostCreate, by: Actor) -> Post | None:
    """The dossier to translate. Raises TranslationExists when it is there in this language already."""
    if draft.translation_of is None:
        return None
    try:
        original = queries.get_for_editor(session, draft.translation_of, by)
    except PostNotFound:
        raise wrong("translation_of", "unknown", "must be the id of a dossier that you can see") from None
    if original.kind is not draft.kind:
        raise wrong("translation_of", "kind", f"is of another kind: {original.kind.value}")
    refuse_second(session, original, draft.locale)
    return original


def refuse_second(session: Session, original: Post, locale: str) -> None:
    """Raises TranslationExists when the story has a dossier in this language."""
    taken = (col(Post.group_id) == original.group_id, col(Post.locale) == locale)
    if session.exec(select(Post.id).where(*taken)).first():
        raise TranslationExists()


def edit(
    session: Session, post_id: UUID, change: PostUpdate, match: Match, *, autosave: bool, by: Actor, at: datetime
) -> tuple[Post, tuple[str, ...]]:
    """Write a new revision, of which the public sees nothing yet. Raises PostNotFound, Stale, SlugTaken."""
    post = changing.reach(session, post_id, Action.EDIT, match, by=by)
    changing.move(session, post, Action.EDIT, by=by)
    newest = queries.newest_revision(session, post)
    facts, warnings = content.resolve(session, change, newest, post, by=by, at=at)
    if "slug" in change.model_fields_set and change.slug != newest.slug:
        publications_service.claim_slug(session, change.slug, post_id)
        publications_service.release_slug(session, newest.slug, post_id)
        facts["slug"] = change.slug
    if newest.autosave and autosave and newest.created_by == by.id and not history.referred(session, post, newest):
        session.delete(newest)
        session.flush()
    post.revision += 1
    post.state = workflow.state_after_edit(post.state)
    changing.touch(post, by=by, at=at)
    changing.write_revision(session, post, facts | {"autosave": autosave}, by=by, at=at)
    record(session, "post.edited", post.id, by=by, at=at, revision=post.revision)
    return post, warnings


def trash(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Put a dossier into the trash, where it keeps its slug. Raises PostNotFound, Stale, IllegalMove while public."""
    post = changing.reach(session, post_id, Action.TRASH, match, by=by)
    post.life = changing.move(session, post, Action.TRASH, by=by)
    post.trashed_at = at
    changing.touch(post, by=by, at=at)
    record(session, "post.trashed", post.id, by=by, at=at)
    return post


def restore(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Take a dossier out of the trash. Raises PostNotFound, IllegalMove."""
    post = changing.reach(session, post_id, Action.RESTORE, match, by=by, demand_match=False)
    post.life = changing.move(session, post, Action.RESTORE, by=by)
    post.trashed_at = None
    changing.touch(post, by=by, at=at)
    record(session, "post.restored", post.id, by=by, at=at)
    return post
