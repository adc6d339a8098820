"""Reading what is public: every SELECT starts at `published(at)`, or at its twin for prepared statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlmodel import Session, col
from sqlmodel import select as select_models
from sqlmodel.sql.expression import SelectOfScalar
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import Utf8, table_of
from app.core.db import Prepared
from app.publications.models import Correction, Publication, PublicationTerm, PublicPath, Slug
from app.publications.projection import DOC_VERSION
from app.publications.schemas import Sort, StoryQuery
from app.site.queries import SETTINGS_TEXT
from app.taxonomy.models import Author, Section, Tag, Term

P = table_of(Publication).c
LINK = table_of(PublicationTerm).c
SLUG = table_of(Slug).c

_NOW = bindparam("now", type_=UTCDateTime())


def visible(
    at: datetime | ColumnElement[Any],
    published_at: ColumnElement[datetime] = P.published_at,
    unpublish_at: ColumnElement[Any] = P.unpublish_at,
) -> ColumnElement[bool]:
    """The one rule: decided when read, so that no clock can make a story late."""
    return and_(published_at <= at, or_(unpublish_at.is_(None), unpublish_at > at))


def visible_part(kind: Any, locale: Any) -> tuple[ColumnElement[bool], ...]:
    """The rule for pieces reached by the group of a part: the expressions keep the planner from walking all pieces."""
    date = func.coalesce(P.published_at, P.updated_at)
    return func.coalesce(P.kind, P.kind) == kind, func.coalesce(P.locale, P.locale) == locale, visible(_NOW, date)


def published(at: datetime) -> SelectOfScalar[Publication]:
    """What the public may see at this moment."""
    return select_models(Publication).where(visible(at))


def find_publication(session: Session, post_id: UUID, *, at: datetime) -> Publication | None:
    """The live piece of a dossier."""
    return session.exec(published(at).where(col(Publication.id) == post_id)).first()


def list_corrections(session: Session, post_id: UUID) -> Sequence[Correction]:
    """What was said about a story afterwards, oldest first."""
    said = select_models(Correction).where(col(Correction.post_id) == post_id)
    return session.exec(said.order_by(col(Correction.at), col(Correction.id))).all()


def outdated() -> SelectOfScalar[UUID]:
    """Pieces whose documents have an older shape."""
    return select_models(Publication.id).where(col(Publication.doc_version) < DOC_VERSION)


def ids_under(term_id: UUID) -> SelectOfScalar[UUID]:
    """Dossiers whose public documents name a term: those that a new name must reach."""
    return select_models(PublicationTerm.post_id).where(col(PublicationTerm.term_id) == term_id)


def holder_of_slug() -> ScalarSelect[Any]:
    """Whose public slug `:slug` is. No join: PostgreSQL, before its first ANALYZE, asks each story for its slug."""
    return select(SLUG.post_id).where(SLUG.slug == bindparam("slug"), SLUG.was_public).scalar_subquery()


def _story() -> Select[Any]:
    return select(
        P.id,
        P.slug,
        P.group_id,
        P.locale,
        P.published_at,
        P.section_id,
        P.tag_ids,
        P.summary,
        Utf8(P.body).label("body"),
        Utf8(P.detail).label("detail"),
        P.comment_count,
        P.comments_mode,
        SETTINGS_TEXT,
    ).where(P.id == holder_of_slug(), P.kind == bindparam("kind"), visible(_NOW))


def _resolve() -> Select[Any]:
    return (
        select(P.kind, P.slug, P.path, P.link)
        .join(table_of(PublicPath), table_of(PublicPath).c.post_id == P.id)
        .where(table_of(PublicPath).c.path == bindparam("path"), visible(_NOW))
    )


STORY = Prepared(_story)
RESOLVE = Prepared(_resolve)


class Shape(NamedTuple):
    """Which filters a list uses and with how many values: lists of one shape share one statement."""

    sort: Sort
    locales: int
    sections: int
    tags: int
    authors: int
    featured: bool | None
    ids: int
    after: bool
    before: bool
    updated: bool
    words: int
    body: bool
    paging: bool


_KEYS: dict[Sort, tuple[Any, bool]] = {
    Sort.NEWEST: (P.published_at, True),
    Sort.OLDEST: (P.published_at, False),
    Sort.UPDATED: (P.updated_at, True),
    Sort.COMMENTED: (P.comment_count, True),
}


def _list(shape: Shape) -> Select[Any]:
    """The page after the cursor; a list under one term reads the link table, whose key is the list's order."""
    key, descending = _KEYS[shape.sort]
    statement = select(P.id, key, P.summary, P.comment_count, *([P.body] if shape.body else []))
    term = _single_term(shape) if key is P.published_at else None
    if term is None:
        # the expression keeps the planner from walking publication dates where another index has the list's order
        date = P.published_at if key is P.published_at else func.coalesce(P.published_at, P.updated_at)
        order: tuple[Any, Any] = (key, P.id)
        statement = statement.where(P.kind == bindparam("kind"), visible(_NOW, date), *_filters(shape))
    else:
        order = (LINK.published_at, LINK.post_id)
        place = [LINK.term_id == term, LINK.kind == bindparam("kind"), visible(_NOW, LINK.published_at)]
        if shape.locales:
            place.append(LINK.locale == bindparam("locale_0"))
        rest = shape._replace(sections=0, tags=0, authors=0, locales=0)
        statement = statement.join(table_of(PublicationTerm), LINK.post_id == P.id).where(*place, *_filters(rest))
    if shape.paging:
        last = tuple_(bindparam("last_key", type_=key.type), bindparam("last_id", type_=Uuid()))
        statement = statement.where(tuple_(*order) < last if descending else tuple_(*order) > last)
    return statement.order_by(*(part.desc() if descending else part for part in order)).limit(bindparam("limit"))


def _total(shape: Shape) -> Select[Any]:
    counted = select(func.count()).select_from(table_of(Publication))
    return counted.where(P.kind == bindparam("kind"), visible(_NOW), *_filters(shape))


def _single_term(shape: Shape) -> Any:
    """The id of the term, when exactly one filters the list: then the list is read from the link table. What is
    featured is little, so it is read from its own index.
    """
    if shape.featured or shape.sections + shape.tags + shape.authors != 1 or shape.locales > 1:
        return None
    model, name = (Section, "section_0") if shape.sections else (Tag, "tag_0") if shape.tags else (Author, "author_0")
    table = table_of(model).c
    return select(table.id).where(table.slug == bindparam(name)).scalar_subquery()


def _filters(shape: Shape) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if shape.locales:
        found.append(P.locale.in_(_values("locale", shape.locales)))
    terms: Sequence[tuple[type[Term], str, int]] = (
        (Section, "section", shape.sections),
        (Tag, "tag", shape.tags),
        (Author, "author", shape.authors),
    )
    found += [_under(model, name, many) for model, name, many in terms if many]
    if shape.ids:
        found.append(P.id.in_(_values("id", shape.ids, Uuid())))
    found += [P.search_text.like(bindparam(f"word_{number}"), escape="\\") for number in range(shape.words)]
    optional = (
        (shape.featured is not None, P.featured == bindparam("featured")),
        (shape.after, P.published_at >= bindparam("published_after", type_=UTCDateTime())),
        (shape.before, P.published_at < bindparam("published_before", type_=UTCDateTime())),
        (shape.updated, P.updated_at >= bindparam("updated_after", type_=UTCDateTime())),
    )
    return found + [condition for used, condition in optional if used]


def _under(model: type[Term], name: str, many: int) -> ColumnElement[bool]:
    table = table_of(model).c
    terms = select(table.id).where(table.slug.in_(_values(name, many)))
    return exists(select(true()).where(LINK.post_id == P.id, LINK.term_id.in_(terms)))


def _values(name: str, many: int, type_: Any = None) -> list[Any]:
    return [bindparam(f"{name}_{number}", type_=type_) for number in range(many)]


LIST = Prepared(_list)
TOTAL = Prepared(_total)


def shape_of(query: StoryQuery, words: int) -> Shape:
    """The shape of a validated query."""
    return Shape(
        sort=query.sort,
        locales=len(query.locale or ()),
        sections=len(query.section or ()),
        tags=len(query.tag or ()),
        authors=len(query.author or ()),
        featured=query.featured,
        ids=len(query.ids or ()),
        after=query.published_after is not None,
        before=query.published_before is not None,
        updated=query.updated_after is not None,
        words=words,
        body=query.include is not None,
        paging=query.cursor is not None,
    )


def run_prepared(session: Session, statement: Prepared, parameters: dict[str, Any], *shape: Any) -> list[Any]:
    """A prepared statement under a session, for those that are too slow for the event loop."""
    return list(session.execute(statement.build(*shape), parameters))
