"""Reading dossiers: every editor read starts at `for_editor(actor)`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, true, tuple_
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.folding import search_terms
from app.core.http.paging import Cut, page_of, total_of
from app.core.ids import parse_id
from app.core.keyset import Key, decode_cursor, encode_cursor
from app.posts import translations_queries, workflow
from app.posts.errors import PostNotFound
from app.posts.locks_queries import list_held
from app.posts.models import Dossier, Life, Post, PostTerm, Revision
from app.posts.schemas import PostQuery, PostSort
from app.posts.withdrawal_models import Withdrawal
from app.publications import queries as publications_queries
from app.site import queries as site_queries
from app.site.policies import check_locales
from app.staff.permissions import Permission as P
from app.staff.queries import Sight
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy.models import Author, Section, Tag

_KEY = (datetime, UUID)


def for_editor(actor: Actor) -> SelectOfScalar[Post]:
    """The dossiers that this person may see: all, or their own."""
    return select(Post).where(_seen_by(actor))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.may(P.POSTS_READ_ANY):
        return true()
    return owned_by(actor) if actor.may(P.POSTS_READ_OWN) else false()


def owned_by(actor: Actor) -> ColumnElement[bool]:
    """Made by the person, or carrying their byline."""
    if actor.id is None:
        return false()
    bylines = select(Author.id).where(col(Author.user_id) == actor.id)
    signed = select(PostTerm.post_id).where(col(PostTerm.term_id).in_(bylines))
    return or_(col(Post.created_by) == actor.id, col(Post.id).in_(signed))


def is_own(session: Session, post: Post, actor: Actor) -> bool:
    """Whether the dossier is this person's own."""
    return session.exec(select(Post.id).where(col(Post.id) == post.id, owned_by(actor))).first() is not None


def lock_live(session: Session, term_id: UUID | None, after: UUID | None, *, limit: int) -> Sequence[Post]:
    """Dossiers before the public, newest first, all or those that name a term, held against who would publish them."""
    live = select(Post).where(col(Post.life) == Life.PUBLISHED)
    if term_id is not None:
        live = live.where(col(Post.id).in_(publications_queries.ids_under(term_id)))
    if after is not None:
        live = live.where(col(Post.id) < after)
    return session.exec(live.order_by(col(Post.id).desc()).limit(limit).with_for_update()).all()


def lock_outdated(session: Session, *, limit: int) -> Sequence[Post]:
    """Dossiers before the public whose documents have an older shape, newest first."""
    live = select(Post).where(col(Post.life) == Life.PUBLISHED, col(Post.id).in_(publications_queries.outdated()))
    return session.exec(live.order_by(col(Post.id).desc()).limit(limit).with_for_update()).all()


def lock_dossiers(session: Session, ids: set[UUID]) -> None:
    """Hold them all in one order, so that two batches never wait for each other in a ring."""
    session.exec(select(Post.id).where(col(Post.id).in_(ids)).order_by(col(Post.id)).with_for_update()).all()


def get_for_editor(session: Session, post_id: UUID, actor: Actor) -> Post:
    """A visible dossier, locked for the transaction where the database has row locks. Raises PostNotFound."""
    post = session.exec(for_editor(actor).where(col(Post.id) == post_id).with_for_update(of=Post)).first()
    if post is None:
        raise PostNotFound()
    return post


def see_for_editor(session: Session, post_id: UUID, actor: Actor) -> Post:
    """A visible dossier, only to be read. Raises PostNotFound."""
    post = session.exec(for_editor(actor).where(col(Post.id) == post_id)).first()
    if post is None:
        raise PostNotFound()
    return post


def sight(action: workflow.Action | None = None) -> Sight:
    """What a guard asks: is the dossier in the path there for this person, and may they do this to it?"""

    def see(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
        post_id = parse_id(path["post_id"])
        found = for_editor(actor).where(col(Post.id) == post_id)
        post = session.exec(found).first() if post_id else None
        if post is None:
            raise PostNotFound()
        if action and not workflow.permitted(action, actor.permissions, own=is_own(session, post, actor)):
            raise Forbidden("this is not yours to " + action.value)

    return see


def get_revision(session: Session, post_id: UUID, number: int) -> Revision | None:
    """One snapshot of a dossier."""
    wanted = (col(Revision.post_id) == post_id, col(Revision.number) == number)
    return session.exec(select(Revision).where(*wanted)).first()


def newest_revision(session: Session, post: Post) -> Revision:
    """The snapshot on the desk."""
    wanted = (col(Revision.post_id) == post.id, col(Revision.number) == post.revision)
    return session.exec(select(Revision).where(*wanted)).one()


def languages_of(session: Session, group_id: UUID) -> frozenset[str]:
    """The languages in which there is a dossier of this story outside the trash."""
    there = (col(Post.group_id) == group_id, col(Post.life) != Life.TRASHED)
    return frozenset(session.exec(select(Post.locale).where(*there)))


def open_dossier(session: Session, post: Post, actor: Actor) -> Dossier:
    """A dossier with what an editor sees of it."""
    return _opened(session, [(post, newest_revision(session, post))], actor)[0]


def open_revisions(session: Session, post: Post, revisions: Sequence[Revision], actor: Actor) -> list[Dossier]:
    """A dossier as it was with each of these revisions."""
    return _opened(session, [(post, revision) for revision in revisions], actor)


def get_dossier(session: Session, post_id: UUID, actor: Actor) -> tuple[Dossier, int]:
    """A visible dossier and its version. Raises PostNotFound."""
    post = see_for_editor(session, post_id, actor)
    return open_dossier(session, post, actor), post.version


def list_dossiers(session: Session, query: PostQuery, actor: Actor, scope: str) -> Cut[Dossier]:
    """One page, in a constant number of queries."""
    if query.locale:
        check_locales(site_queries.get_settings(session), query.locale)
    key = (col(Post.updated_at), col(Post.id))
    statement = (
        select(Post, Revision)
        .join(Revision, and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == col(Post.revision)))
        .where(_seen_by(actor), *_filters(query))
    )
    total = total_of(session, statement.with_only_columns(col(Post.id)), query)
    backwards = query.sort is PostSort.UPDATED
    if query.cursor is not None:
        last = tuple_(*decode_cursor(query.cursor, scope, _KEY))
        statement = statement.where(tuple_(*key) < last if backwards else tuple_(*key) > last)
    order = [part.desc() if backwards else part for part in key]
    found = _opened(session, session.exec(statement.order_by(*order).limit(query.limit + 1)).all(), actor)
    return Cut(*page_of(found, query.limit, lambda last: encode_cursor(scope, _key_of(last))), total)


def _filters(query: PostQuery) -> list[ColumnElement[bool]]:
    shown = col(Post.life) == query.life if query.life else col(Post.life) != Life.TRASHED
    terms = ((Section, query.section), (Tag, query.tag), (Author, query.author))
    found = [shown, *(under(table, slugs) for table, slugs in terms if slugs)]
    optional: Sequence[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = (
        (query.kind, lambda kind: col(Post.kind) == kind),
        (query.state, lambda state: col(Post.state) == state),
        (query.locale, lambda locales: col(Post.locale).in_(locales)),
        (query.ids, lambda ids: col(Post.id).in_(ids)),
        (query.updated_after, lambda moment: col(Post.updated_at) >= moment),
    )
    found += [condition(value) for value, condition in optional if value is not None]
    words = search_terms(query.q) if query.q else ()
    if query.q and not words:
        found.append(false())
    return found + [col(Revision.search_text).contains(f" {word}", autoescape=True) for word in words]


def under(table: type[Section | Tag | Author], slugs: Sequence[str]) -> ColumnElement[bool]:
    """The dossiers that name one of these terms."""
    terms = select(table.id).where(col(table.slug).in_(slugs))
    return col(Post.id).in_(select(PostTerm.post_id).where(col(PostTerm.term_id).in_(terms)))


def _opened(session: Session, rows: Sequence[tuple[Post, Revision]], actor: Actor) -> list[Dossier]:
    """Rows with the slugs of their terms: three queries however many rows, one for what is one's own, one for what was
    withdrawn, one for locks, and one if there are translations among them.
    """
    revisions = [revision for _, revision in rows]
    sections = taxonomy_queries.get_terms(session, Section, {r.section_id for r in revisions if r.section_id})
    tags = taxonomy_queries.get_terms(session, Tag, {UUID(id_) for r in revisions for id_ in r.tag_ids})
    authors = taxonomy_queries.get_terms(session, Author, {UUID(id_) for r in revisions for id_ in r.author_ids})
    ids = [post.id for post, _ in rows]
    taken = session.exec(select(Withdrawal).where(col(Withdrawal.post_id).in_(ids)))
    withdrawals = {withdrawal.post_id: withdrawal for withdrawal in taken}
    own = set(session.exec(select(Post.id).where(col(Post.id).in_(ids), owned_by(actor))))
    origins = translations_queries.origins(session, [post for post, _ in rows])
    held = list_held(session, ids, at=actor.admitted_at)
    return [
        Dossier(
            post,
            revision,
            sections[revision.section_id].slug if revision.section_id else None,
            [tags[UUID(id_)].slug for id_ in revision.tag_ids if UUID(id_) in tags],
            [authors[UUID(id_)].slug for id_ in revision.author_ids if UUID(id_) in authors],
            own=post.id in own,
            translation_of=origins[post.id].post_id if post.id in origins else None,
            stale_since_revision=origins[post.id].stale_since if post.id in origins else None,
            withdrawal=withdrawals.get(post.id),
            lock=held.get(post.id),
        )
        for post, revision in rows
    ]


def _key_of(dossier: Dossier) -> tuple[Key, ...]:
    """Where a cursor after this dossier begins."""
    return dossier.post.updated_at, dossier.post.id
