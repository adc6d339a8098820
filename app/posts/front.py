"""Putting stories in order: pins of the fronts, parts of the series."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import MOST_USES, Forbidden, Use, wrong
from app.core.http.conditional import Match
from app.events.service import Happened, record
from app.posts import queries
from app.posts.front_schemas import Parts, Pins
from app.posts.models import Post, Revision
from app.publications.front_models import WHOLE_SITE, Front, Pin, SeriesPart
from app.publications.models import Kind
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.staff.permissions import Permission
from app.taxonomy.errors import TermNotFound
from app.taxonomy.models import Series


class Ordered(NamedTuple):
    """Dossiers in their order, and the version of the list."""

    ids: Sequence[UUID]
    version: int


def list_pins(session: Session, place_id: UUID, locale: str) -> Ordered:
    """What is pinned on a front, in its order; one that nobody has arranged is version 0. Raises Invalid."""
    offered_locale(site_queries.get_settings(session), locale)
    front = session.get(Front, (place_id, locale))
    here = (col(Pin.place_id) == place_id, col(Pin.locale) == locale)
    ids = session.exec(select(Pin.post_id).where(*here).order_by(col(Pin.position))).all()
    return Ordered(ids, front.version if front else 0)


def arrange_front(
    session: Session, place_id: UUID, locale: str, pins: Pins, match: Match, *, by: Actor, at: datetime
) -> Ordered:
    """Pin these stories in this order. Raises Stale, and Invalid for what is no article in this language."""
    _check_may_arrange(by)
    offered_locale(site_queries.get_settings(session), locale)
    for number, post in enumerate(_articles(session, pins.items, by)):
        if post.locale != locale:
            raise wrong(f"items/{number}", "other_locale", f"must be written in {locale}")
    front = _held_front(session, place_id, locale, at)
    match.check(front.version, revision=front.version, updated_at=front.updated_at, updated_by=front.updated_by)
    front.version += 1
    front.updated_at, front.updated_by = at, by.id
    session.execute(delete(Pin).where(col(Pin.place_id) == place_id, col(Pin.locale) == locale))
    rows = [{"position": position, "post_id": post_id} for position, post_id in enumerate(pins.items, 1)]
    if rows:
        session.execute(insert(Pin), [{"place_id": place_id, "locale": locale, **row} for row in rows])
    record(session, "front.changed", None if place_id == WHOLE_SITE else place_id, by=by, at=at, locale=locale)
    return Ordered(pins.items, front.version)


def list_parts(session: Session, series_id: UUID) -> Ordered:
    """The dossiers named as parts of a series, in their order. Raises TermNotFound."""
    series = session.get(Series, series_id)
    if series is None:
        raise TermNotFound()
    parts = select(SeriesPart.post_id).where(col(SeriesPart.series_id) == series_id)
    return Ordered(session.exec(parts.order_by(col(SeriesPart.position))).all(), series.version)


def arrange_series(
    session: Session, series_id: UUID, parts: Parts, match: Match, *, by: Actor, at: datetime
) -> Ordered:
    """Make these stories the parts of a series. Raises TermNotFound, Stale, and Invalid for what is no article or a
    translation of a part before it.
    """
    _check_may_arrange(by)
    series = session.get(Series, series_id, with_for_update=True)
    if series is None:
        raise TermNotFound()
    groups: dict[UUID, UUID] = {}
    for number, post in enumerate(_articles(session, parts.items, by)):
        if post.group_id in groups:
            raise wrong(f"items/{number}", "same_story", "is a translation of another part: one of them is enough")
        groups[post.group_id] = post.id
    match.check(series.version, revision=series.version, updated_at=series.updated_at, updated_by=series.updated_by)
    series.version += 1
    series.updated_at, series.updated_by = at, by.id
    session.execute(delete(SeriesPart).where(col(SeriesPart.series_id) == series_id))
    rows = [
        {"series_id": series_id, "position": position, "post_id": post_id, "group_id": group_id}
        for position, (group_id, post_id) in enumerate(groups.items(), 1)
    ]
    if rows:
        session.execute(insert(SeriesPart), rows)
    record(session, "series.changed", series_id, by=by, at=at, slug=series.slug, previous_slug=None)
    return Ordered(parts.items, series.version)


def list_series_uses(session: Session, series_id: UUID) -> Sequence[Use]:
    """The parts of a series: asked before it is deleted."""
    newest = and_(col(Revision.post_id) == col(SeriesPart.post_id), col(Revision.number) == col(Post.revision))
    parts = select(Post.kind, Post.id, Revision.title).join(SeriesPart, col(SeriesPart.post_id) == col(Post.id))
    named = parts.join(Revision, newest).where(col(SeriesPart.series_id) == series_id)
    return [Use(*row) for row in session.exec(named.order_by(col(SeriesPart.position)).limit(MOST_USES))]


def forget_front(session: Session, happened: Happened) -> None:
    """The section is gone, and so is what was pinned in it."""
    for table in (Pin, Front):
        session.execute(delete(table).where(col(table.place_id) == happened.subject_id))


def _check_may_arrange(by: Actor) -> None:
    if not by.may(Permission.TERMS_WRITE):
        raise Forbidden()


def _articles(session: Session, ids: Sequence[UUID], by: Actor) -> list[Post]:
    """The dossiers of these ids, in this order, none of them held. Raises Invalid naming the first that is unknown."""
    found = {post.id: post for post in session.exec(queries.for_editor(by).where(col(Post.id).in_(ids)))}
    for number, post_id in enumerate(ids):
        if post_id not in found or found[post_id].kind is not Kind.ARTICLE:
            raise wrong(f"items/{number}", "unknown", "must be the id of an article")
    return [found[post_id] for post_id in ids]


def _held_front(session: Session, place_id: UUID, locale: str, at: datetime) -> Front:
    """The row, locked; made now when this is the first time, also when two editors are the first at once."""
    front = session.get(Front, (place_id, locale), with_for_update=True)
    if front is not None:
        return front
    try:
        with session.begin_nested():
            session.add(Front(place_id=place_id, locale=locale, updated_at=at))
    except IntegrityError:
        pass  # the other one was faster: theirs is locked below
    return session.get_one(Front, (place_id, locale), with_for_update=True)
