"""Dossiers of one story in several languages: each has its own life, and only the translation knows its original."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col

from app.core.actor import Actor
from app.core.errors import wrong
from app.core.folding import search_text
from app.core.http.conditional import Match
from app.events.service import record
from app.posts import changing, content, queries, service, translations_queries
from app.posts.errors import NoTranslation, PostNotFound
from app.posts.models import Post, Revision
from app.posts.translations_schemas import TranslatedInput, TranslationInput, TranslationItem
from app.posts.workflow import Action
from app.site import queries as site_queries


def translate(
    session: Session, post_id: UUID, wish: TranslationInput, match: Match, *, by: Actor, at: datetime
) -> Post:
    """Open a linked dossier in another language; the original is not written. Raises PostNotFound, Forbidden, Stale,
    IllegalMove, TranslationExists, Invalid.
    """
    site_queries.hold_locales(session)
    original = changing.reach(session, post_id, Action.TRANSLATE, match, by=by, demand_match=False)
    changing.move(session, original, Action.TRANSLATE, by=by)
    if wish.locale == original.locale:
        raise wrong("locale", "same_locale", "must be another language than the original's")
    service.refuse_second(session, original, wish.locale)
    newest = queries.newest_revision(session, original)
    title = wish.title or newest.title
    facts = content.copied(newest) if wish.copy_content else {}
    facts |= {"title": title, "search_text": search_text(title, facts.get("dek", ""))}
    post = service.begin(session, original.kind, wish.locale, original, by=by, at=at)
    service.finish(session, post, facts, slug=None, by=by, at=at)
    _record(session, post, by=by, at=at)
    return post


def catch_up(session: Session, post_id: UUID, wish: TranslatedInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Say up to which revision of its original a translation has followed; its version stays. Raises PostNotFound,
    Forbidden, Stale, IllegalMove, NoTranslation, Invalid.
    """
    post = changing.reach(session, post_id, Action.TRANSLATE, match, by=by, demand_match=False)
    changing.move(session, post, Action.TRANSLATE, by=by)
    original = session.get(Post, post.translated_from) if post.translated_from else None
    if original is None:
        raise NoTranslation()
    number = wish.revision or original.revision
    if number > original.revision:
        raise wrong(
            "revision", "unknown", f"must be the number of a revision of the original, at most {original.revision}"
        )
    if number != post.translated_revision:
        post.translated_revision = number
        _record(session, post, by=by, at=at)
    return post


def list_languages(session: Session, post_id: UUID, *, by: Actor) -> list[TranslationItem]:
    """Every language of the story that this person may see, this one too. Raises PostNotFound."""
    post = session.exec(queries.for_editor(by).where(col(Post.id) == post_id)).first()
    if post is None:
        raise PostNotFound()
    rows = translations_queries.list_group(session, queries.for_editor(by), post.group_id)
    origins = translations_queries.origins(session, [post for post, _ in rows])
    return [_item(post, revision, origins.get(post.id)) for post, revision in rows]


def _item(post: Post, revision: Revision, origin: translations_queries.Origin | None) -> TranslationItem:
    return TranslationItem(
        id=post.id,
        locale=post.locale,
        slug=revision.slug,
        title=revision.title,
        state=post.state,
        life=post.life,
        translation_of=origin.post_id if origin else None,
        stale_since_revision=origin.stale_since if origin else None,
    )


def _record(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    """The event tells which revision of which dossier the translation has now."""
    data: dict[str, Any] = {"kind": post.kind.value, "locale": post.locale}
    data |= {"translation_of": str(post.translated_from), "translated_revision": post.translated_revision}
    record(session, "post.translated", post.id, by=by, at=at, **data)
