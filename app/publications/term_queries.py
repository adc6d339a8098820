"""Sections, tags and bylines with how many live stories stand under each: prepared, one statement a list."""

from functools import partial
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Table, Text, bindparam, cast, func, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Prepared
from app.publications.models import Kind, Publication, PublicationTerm
from app.taxonomy.models import Author, Section, Tag

P = table_of(Publication).c
LINK = table_of(PublicationTerm).c
TAG = table_of(Tag).c

_NOW = bindparam("now", type_=UTCDateTime())


def _counted(terms: Table, *, localised: bool) -> Select[Any]:
    """Each term with its count. What was taken back is subtracted, not joined away: it is little, and to look up every
    live story took 1.7 s at 100,000 of them instead of 70 ms.
    """
    gone = _gone(localised)
    appeared = (
        select(func.count()).where(LINK.term_id == terms.c.id, *_listed(localised)).correlate(terms).scalar_subquery()
    )
    count = appeared - func.coalesce(gone.c.number, 0)
    texts = (cast(terms.c.names, Text), cast(terms.c.descriptions, Text))
    counted = select(terms.c.id, terms.c.slug, *texts, count).outerjoin(gone, gone.c.term_id == terms.c.id)
    return counted.where(*_known(terms))


def _known(terms: Table) -> list[ColumnElement[bool]]:
    """A tag that only drafts name is nothing that readers may know."""
    return [TAG.public] if terms is table_of(Tag) else []


def _gone(localised: bool) -> CTE:
    over = select(P.id).where(P.unpublish_at <= _NOW)
    counted = select(LINK.term_id, func.count().label("number")).where(LINK.post_id.in_(over), *_listed(localised))
    return counted.group_by(LINK.term_id).cte("gone")


def _listed(localised: bool) -> list[ColumnElement[bool]]:
    locale = [LINK.locale == bindparam("locale")] if localised else []
    return [LINK.kind == Kind.ARTICLE.value, LINK.published_at <= _NOW, *locale]


def _page(terms: Table, localised: bool, paging: bool) -> Select[Any]:
    statement = _counted(terms, localised=localised).order_by(terms.c.slug).limit(bindparam("limit"))
    return statement.where(terms.c.slug > bindparam("after")) if paging else statement


def _one(terms: Table, localised: bool) -> Select[Any]:
    return _counted(terms, localised=localised).where(terms.c.slug == bindparam("slug"))


def _tree(localised: bool) -> Select[Any]:
    sections = table_of(Section)
    statement = _counted(sections, localised=localised).add_columns(sections.c.parent_id)
    return statement.order_by(sections.c.position, sections.c.slug)


def _total(terms: Table) -> Select[Any]:
    return select(func.count()).select_from(terms).where(*_known(terms))


TREE = Prepared(_tree)
PAGES = {kind: Prepared(partial(_page, table_of(kind))) for kind in (Tag, Author)}
ONES = {kind: Prepared(partial(_one, table_of(kind))) for kind in (Tag, Author)}
TOTALS = {kind: Prepared(partial(_total, table_of(kind))) for kind in (Tag, Author)}
