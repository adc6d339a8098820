"""Counting stories by time: index entries alone are read, and rows only of what was taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, column, exists, func, select, true, values
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.publications.models import Kind, Publication, PublicationTerm
from app.publications.queries import visible
from app.taxonomy.models import Section

P = table_of(Publication).c
LINK = table_of(PublicationTerm).c

_TICK = timedelta(microseconds=1)


class Where(NamedTuple):
    """Which stories: of one language and section, or of all."""

    locale: str | None
    section: str | None

    def listed(self) -> tuple[Any, list[Any]]:
        """The column of the publication date in the index that has these stories, and the conditions on it."""
        columns, conditions = (LINK, [LINK.term_id == self.section_id()]) if self.section is not None else (P, [])
        conditions.append(columns.kind == Kind.ARTICLE.value)
        if self.locale is not None:
            conditions.append(columns.locale == self.locale)
        return columns.published_at, conditions

    def section_id(self) -> Any:
        """The id of the section."""
        table = table_of(Section).c
        return select(table.id).where(table.slug == self.section).scalar_subquery()


def find_oldest(session: Session, where: Where, at: datetime) -> datetime | None:
    """When the first of the stories appeared that the public may see."""
    date, conditions = where.listed()
    first = select(date).where(*conditions, visible(at, date)).order_by(date).limit(1)
    if where.section is not None:
        first = first.join(table_of(Publication), P.id == LINK.post_id)
    found: datetime | None = session.execute(first).scalar()
    return found


def count_between(session: Session, where: Where, bounds: Sequence[datetime], at: datetime) -> Sequence[int]:
    """How many stories appeared between each two neighbouring bounds, until now; those taken back are among them."""
    return session.scalars(_between(where, bounds, at)).all()


def _between(where: Where, bounds: Sequence[datetime], at: datetime) -> Select[Any]:
    columns = (column("place", Integer), column("begins", UTCDateTime()), column("ends", UTCDateTime()))
    # one upper bound only: beside another the planner walks from each month to now
    spans = [(place, begins, min(ends, at + _TICK)) for place, (begins, ends) in enumerate(pairwise(bounds))]
    span = values(*columns).data(spans).cte("span")
    date, conditions = where.listed()
    inside = (date >= span.c.begins, date < span.c.ends)
    counted = select(func.count()).select_from(date.table).where(*conditions, *inside).correlate(span)
    return select(counted.scalar_subquery()).select_from(span).order_by(span.c.place)


def list_gone(session: Session, where: Where, at: datetime) -> Sequence[datetime]:
    """When those appeared that the public may not see any longer: little, so it is looked up from its own index."""
    # the expressions keep the planner from walking every story of the language
    gone = select(P.published_at).where(P.unpublish_at <= at, func.coalesce(P.kind, P.kind) == Kind.ARTICLE.value)
    if where.locale is not None:
        gone = gone.where(func.coalesce(P.locale, P.locale) == where.locale)
    if where.section is not None:
        filed = select(true()).where(LINK.post_id == P.id, LINK.term_id == where.section_id())
        gone = gone.where(exists(filed))
    return session.scalars(gone).all()
