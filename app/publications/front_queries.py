"""Fronts and series as readers see them: prepared, a constant number of statements a page."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Prepared
from app.publications.front_models import Pin, SeriesPart
from app.publications.models import Kind, Publication, PublicationTerm
from app.publications.queries import visible, visible_part
from app.taxonomy.models import Section, Series

P = table_of(Publication).c
LINK = table_of(PublicationTerm).c
PIN = table_of(Pin).c
PART = table_of(SeriesPart).c
SERIES = table_of(Series).c
SECTION = table_of(Section).c

_NOW = bindparam("now", type_=UTCDateTime())
_PLACE = bindparam("place", type_=Uuid())
_LOCALE: BindParameter[str] = bindparam("locale")
_PARTS_SHOWN = visible_part(Kind.ARTICLE.value, _LOCALE)
_SHOWN = (P.kind == Kind.ARTICLE.value, P.locale == _LOCALE, visible(_NOW))


def _section() -> Select[Any]:
    return select(SECTION.id).where(SECTION.slug == bindparam("slug"))


def _front(section: bool) -> Select[Any]:
    """(id, part, summary, comments) rows: pinned in their order, featured, then all, newest first; some come twice."""
    columns = (P.summary, P.comment_count)
    pinned = select(P.id, literal("pinned"), *columns).join(table_of(Pin), PIN.post_id == P.id)
    pinned = pinned.where(PIN.place_id == _PLACE, PIN.locale == _LOCALE, *_SHOWN).order_by(PIN.position)
    featured = select(P.id, literal("featured"), *columns).where(P.featured == bindparam("yes"), *_SHOWN)
    newest = select(P.id, literal("newest"), *columns)
    order: tuple[Any, ...] = (P.published_at, P.id)
    if section:
        filed = select(true()).where(LINK.post_id == P.id, LINK.term_id == _PLACE)
        featured = featured.where(exists(filed))
        order = (LINK.published_at, LINK.post_id)
        listed = (LINK.term_id == _PLACE, LINK.kind == Kind.ARTICLE.value, LINK.locale == _LOCALE)
        newest = newest.join(table_of(PublicationTerm), LINK.post_id == P.id)
        newest = newest.where(*listed, visible(_NOW, LINK.published_at))
    else:
        newest = newest.where(*_SHOWN)
    featured = featured.order_by(P.published_at.desc(), P.id.desc()).limit(bindparam("featured_limit"))
    newest = newest.order_by(*(key.desc() for key in order)).limit(bindparam("limit"))
    return select(union_all(*(select(part.subquery()) for part in (pinned, featured, newest))).subquery())


def _all_series(paging: bool) -> Select[Any]:
    """(id, slug, names, descriptions, parts public in the language) rows."""
    statement = _series().order_by(SERIES.slug).limit(bindparam("limit"))
    return statement.where(SERIES.slug > bindparam("after")) if paging else statement


def _one_series() -> Select[Any]:
    return _series().where(SERIES.slug == bindparam("slug"))


def _series() -> Select[Any]:
    parts = table_of(SeriesPart).join(table_of(Publication), P.group_id == PART.group_id)
    counted = select(func.count()).select_from(parts).where(PART.series_id == SERIES.id, *_PARTS_SHOWN)
    texts = (cast(SERIES.names, Text), cast(SERIES.descriptions, Text))
    return select(SERIES.id, SERIES.slug, *texts, counted.correlate(table_of(Series)).scalar_subquery())


def _parts() -> Select[Any]:
    parts = table_of(SeriesPart).join(table_of(Publication), P.group_id == PART.group_id)
    rows = select(P.id, PART.position, P.summary, P.comment_count).select_from(parts)
    return rows.where(PART.series_id == bindparam("series", type_=Uuid()), *_PARTS_SHOWN).order_by(PART.position)


SECTION_ID = Prepared(_section)
FRONT = Prepared(_front)
ALL_SERIES = Prepared(_all_series)
ONE_SERIES = Prepared(_one_series)
SERIES_TOTAL = Prepared(lambda: select(func.count()).select_from(table_of(Series)))
PARTS = Prepared(_parts)
