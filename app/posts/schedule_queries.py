"""What is coming, and what partners may read before its time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, tuple_
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.keyset import Key, decode_cursor, encode_cursor
from app.core.language import direction
from app.posts import content, queries
from app.posts.errors import PostNotFound
from app.posts.models import Life, Post, Revision
from app.posts.schedule_schemas import Embargo, EmbargoedStory, PostHead, Scheduled, ScheduleQuery, What
from app.publications.models import Turn, Upcoming
from app.publications.projection import whole_story
from app.site import queries as site_queries
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy.models import Section

SCHEDULE = "/v1/editor/schedule"
EMBARGOES = "/v1/editor/embargoes"


def list_schedule(session: Session, query: ScheduleQuery, actor: Actor, scope: str) -> Page[Scheduled]:
    """One page of what is coming to dossiers that this person may see, the next first."""
    shown = func.coalesce(Post.scheduled_revision, Post.live_revision, Post.revision)
    statement = (
        select(Upcoming, Post, Revision)
        .join(Post, col(Post.id) == col(Upcoming.post_id))
        .join(Revision, and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == shown))
        .where(col(Post.id).in_(queries.for_editor(actor).with_only_columns(col(Post.id))))
    )
    if query.locale:
        statement = statement.where(col(Post.locale).in_(query.locale))
    if query.section:
        statement = statement.where(queries.under(Section, query.section))
    key = (col(Upcoming.at), col(Upcoming.post_id), col(Upcoming.turn))
    total = total_of(session, statement.with_only_columns(key[0]), query)
    if query.cursor is not None:
        statement = statement.where(tuple_(*key) > tuple_(*decode_cursor(query.cursor, scope, (datetime, UUID, str))))
    rows = session.exec(statement.order_by(*key).limit(query.limit + 1)).all()
    sections = _sections(session, [revision for _, _, revision in rows])
    found = [
        Scheduled(
            at=upcoming.at,
            what=_what(upcoming, post),
            embargoed=post.embargoed and upcoming.turn is Turn.APPEAR,
            post=PostHead(**_head(post, revision, sections)),
        )
        for upcoming, post, revision in rows
    ]
    items, following = page_of(found, query.limit, lambda last: encode_cursor(scope, _key_of(last)))
    return Page(items=list(items), next=following, total=total)


def _key_of(coming: Scheduled) -> tuple[Key, ...]:
    """Where a cursor after this line begins."""
    turn = Turn.EXPIRE if coming.what is What.UNPUBLISH else Turn.APPEAR
    return coming.at, coming.post.id, turn.value


def _what(upcoming: Upcoming, post: Post) -> What:
    if upcoming.turn is Turn.EXPIRE:
        return What.UNPUBLISH
    return What.UPDATE if post.life is Life.PUBLISHED else What.PUBLISH


def _sections(session: Session, revisions: Sequence[Revision]) -> dict[UUID, Section]:
    return taxonomy_queries.get_terms(session, Section, {r.section_id for r in revisions if r.section_id})


def _head(post: Post, revision: Revision, sections: dict[UUID, Section]) -> dict[str, Any]:
    return {
        **{name: getattr(post, name) for name in ("id", "kind", "locale", "life")},
        **{name: getattr(revision, name) for name in ("slug", "title", "dek")},
        "dir": direction(post.locale),
        "revision": revision.number,
        "section": sections[revision.section_id].slug if revision.section_id else None,
    }


def _embargoed(at: datetime) -> Any:
    pinned = and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == col(Post.scheduled_revision))
    return select(Post, Revision).join(Revision, pinned).where(col(Post.embargoed), col(Post.publish_at) > at)


def list_embargoes(session: Session, query: PageQuery, *, at: datetime) -> Page[Embargo]:
    """One page of what is under embargo, the next to appear first."""
    key = (col(Post.publish_at), col(Post.id))
    statement = _embargoed(at)
    total = total_of(session, statement.with_only_columns(col(Post.id)), query)
    if query.cursor is not None:
        statement = statement.where(tuple_(*key) > tuple_(*decode_cursor(query.cursor, EMBARGOES, (datetime, UUID))))
    rows = session.exec(statement.order_by(*key).limit(query.limit + 1)).all()
    sections = _sections(session, [revision for _, revision in rows])
    found = [Embargo(**_head(post, revision, sections), embargo_until=post.publish_at) for post, revision in rows]
    items, following = page_of(found, query.limit, lambda last: encode_cursor(EMBARGOES, (last.embargo_until, last.id)))
    return Page(items=list(items), next=following, total=total)


def get_embargoed(session: Session, post_id: UUID, *, at: datetime) -> EmbargoedStory:
    """A story under embargo as it will appear. Raises PostNotFound when there is none, or its time has come."""
    found = session.exec(_embargoed(at).where(col(Post.id) == post_id)).first()
    if found is None:
        raise PostNotFound()
    post, revision = found
    piece = content.project(session, post, revision, updated_at=post.publish_at)
    site, addresses = site_queries.get_settings(session), site_queries.get_addresses(session)
    return EmbargoedStory(**whole_story(piece, site, addresses, at=at), embargo_until=post.publish_at)
