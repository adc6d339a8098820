"""What stands around one story: neighbours, translations, related stories, its place in series; one round trip."""

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import tuple_ as row_of
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Prepared, as_uuid
from app.publications.front_models import SeriesPart
from app.publications.models import Publication, PublicationTerm
from app.publications.queries import visible, visible_part
from app.taxonomy.models import Series

P = table_of(Publication).c
LINK = table_of(PublicationTerm).c
PART = table_of(SeriesPart).c
SERIES = table_of(Series).c

RELATED = 4
CANDIDATES = 6  # so many of the newest under each tag and in the section are looked at

_NOW = bindparam("now", type_=UTCDateTime())
_HERE = (bindparam("published_at", type_=UTCDateTime()), bindparam("id", type_=Uuid()))
_ID, _SECTION = bindparam("id", type_=Uuid()), bindparam("section_id", type_=Uuid())
_NEWEST_FIRST = (P.published_at.desc(), P.id.desc())


def _around(tags: int) -> Select[Any]:
    """(what, text, number, and of series also: slug, total, previous, next) rows."""
    in_section = P.section_id == _SECTION
    parts = (
        _neighbour("previous", older=True),
        _neighbour("next", older=False),
        _neighbour("previous_in_section", in_section, older=True),
        _neighbour("next_in_section", in_section, older=False),
        _translations(),
        _related(tags),
        _series(),
    )
    return select(union_all(*(select(part.subquery()) for part in parts)).subquery())


def _rows(what: str, text: Any, number: Any) -> Select[Any]:
    nothing: list[Any] = [cast(null(), kind).label(f"none_{n}") for n, kind in enumerate((Text, Integer, Text, Text))]
    columns: list[Any] = [literal(what), text, number, *nothing]
    return select(*columns)


def _neighbour(what: str, *places: Any, older: bool) -> Select[Any]:
    order = row_of(P.published_at, P.id)
    side = order < row_of(*_HERE) if older else order > row_of(*_HERE)
    nearest = _NEWEST_FIRST if older else (P.published_at, P.id)
    # the expressions keep the planner on the index of sections, which has no kind, and from walking there from now
    kind = func.coalesce(P.kind, P.kind) if places else P.kind
    date = func.coalesce(P.published_at, P.updated_at)
    beside = (kind == bindparam("kind"), P.locale == bindparam("locale"), visible(_NOW, date))
    return _rows(what, P.link, literal(0)).where(*beside, *places, side).order_by(*nearest).limit(1)


def _translations() -> Select[Any]:
    """Every language of the story, its own too."""
    group = P.group_id == bindparam("group_id", type_=Uuid())
    return _rows("translation", P.translation, literal(0)).where(group, visible(_NOW)).order_by(P.locale)


def _related(tags: int) -> Select[Any]:
    """Most shared tags first, then those of the same section, then the newest."""
    candidates = _candidates(tags).subquery()
    each = (candidates.c.published_at, candidates.c.post_id)
    best = (func.sum(candidates.c.nearness).label("nearness"), *each)
    order = [part.desc() for part in best]
    # twice as many as are shown, as some may be taken back: to look each candidate up cost as much as all the rest
    found = select(*best).group_by(*each).order_by(*order).limit(2 * RELATED).subquery()
    rows = _rows("related", P.summary, P.comment_count).join(found, found.c.post_id == P.id).where(visible(_NOW))
    return rows.order_by(*(found.c[part.key].desc() for part in best)).limit(RELATED)


def _candidates(tags: int) -> CompoundSelect[Any]:
    """The newest under each tag and in the section; looking at all would cost more the older the magazine is.

    A shared tag counts more than the section, which is at most one.
    """
    terms = [(bindparam(f"tag_{number}", type_=Uuid()), 2) for number in range(tags)]
    newest = []
    for term, nearness in (*terms, (_SECTION, 1)):
        rows = select(LINK.post_id, LINK.published_at, literal(nearness).label("nearness")).where(
            LINK.term_id == term,
            LINK.kind == bindparam("kind"),
            LINK.locale == bindparam("locale"),
            LINK.published_at <= _NOW,
            LINK.post_id != _ID,
        )
        newest.append(rows.order_by(LINK.published_at.desc(), LINK.post_id.desc()).limit(CANDIDATES).subquery())
    return union_all(*(select(rows) for rows in newest))


def _series() -> Select[Any]:
    """The series that the story is a part of, with its position among the parts that are public in its language."""
    mine = table_of(SeriesPart).alias("mine")
    beside = [PART.series_id == mine.c.series_id, P.group_id == PART.group_id]
    beside += visible_part(bindparam("kind"), bindparam("locale"))

    def counted(*more: Any) -> Any:
        return select(func.count()).select_from(_PARTS).where(*beside, *more).correlate(mine).scalar_subquery()

    def link(where: Any, order: Any) -> Any:
        nearest = select(P.link).select_from(_PARTS).where(*beside, where).order_by(order).limit(1)
        return nearest.correlate(mine).scalar_subquery()

    return (
        select(
            literal("series"),
            cast(SERIES.names, Text),
            counted(PART.position <= mine.c.position),
            SERIES.slug,
            counted(),
            link(PART.position < mine.c.position, PART.position.desc()),
            link(PART.position > mine.c.position, PART.position),
        )
        .select_from(mine.join(table_of(Series), SERIES.id == mine.c.series_id))
        .where(mine.c.group_id == bindparam("group_id", type_=Uuid()))
        .order_by(SERIES.slug)
    )


_PARTS = table_of(SeriesPart).join(table_of(Publication), P.group_id == PART.group_id)

AROUND = Prepared(_around)


def tag_parameters(tag_ids: str) -> dict[str, Any]:
    """The tags of a story, as its row has them, as parameters; so many is the shape of the statement."""
    return {f"tag_{number}": as_uuid(text) for number, text in enumerate(tag_ids.split(","))} if tag_ids else {}
