"""Reading the index: what is public is decided here, in the statement that finds it and in that which shows it."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, bindparam, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Prepared, Twofold
from app.publications.models import Publication, Unindexed
from app.publications.queries import visible
from app.search.index import INDEX, answers
from app.search.models import SearchEntry
from app.search.workflow import MOST_CANDIDATES, MOST_WALKED
from app.taxonomy.models import Author, Section, Tag, Term

P = table_of(Publication).c
ENTRY = table_of(SearchEntry).c

_NOW = bindparam("now", type_=UTCDateTime())


def _waiting() -> Select[Any]:
    return select(table_of(Unindexed).c.post_id).limit(bindparam("most"))


WAITING = Prepared(_waiting)


class Bounds(NamedTuple):
    """By which times the matches are bounded."""

    after: bool
    before: bool
    updated: bool


def _candidates(database: str, bounds: Bounds) -> Select[Any]:
    """The newest matches that the public may see: the index is walked backwards until there are enough."""
    places = []
    if bounds.after:
        places.append(INDEX.c.rowid >= bindparam("first", type_=BigInteger()))
    if bounds.before:
        places.append(INDEX.c.rowid < bindparam("last", type_=BigInteger()))
    index: Any = INDEX
    if bounds.updated:
        found = select(INDEX.c.rowid).where(answers(database), *places).order_by(INDEX.c.rowid.desc())
        index, matches = found.limit(MOST_WALKED).subquery(), []
    else:
        matches = [answers(database), *places]
    joined = index.join(table_of(SearchEntry), ENTRY.id == index.c.rowid)
    statement = (
        select(ENTRY.id, ENTRY.words, ENTRY.facets)
        .select_from(joined.join(table_of(Publication), ENTRY.post_id == P.id))
        .where(*matches, visible(_NOW), *_times(bounds))
    )
    return statement.order_by(index.c.rowid.desc()).limit(MOST_CANDIDATES)


def _times(bounds: Bounds) -> list[Any]:
    """The times themselves: numbers of the index are a little larger where many stories share a moment."""
    bounded = (
        (bounds.after, P.published_at >= bindparam("published_after", type_=UTCDateTime())),
        (bounds.before, P.published_at < bindparam("published_before", type_=UTCDateTime())),
        (bounds.updated, P.updated_at >= bindparam("updated_after", type_=UTCDateTime())),
    )
    return [condition for used, condition in bounded if used]


CANDIDATES = Twofold(_candidates)


def _shown(number: int) -> Select[Any]:
    """As lists of stories have their rows, with what is shown of each in the end."""
    chosen = ENTRY.id.in_([bindparam(f"id_{place}", type_=BigInteger()) for place in range(number)])
    statement = select(P.id, ENTRY.id, P.summary, P.comment_count, ENTRY.shown)
    return statement.join(table_of(Publication), ENTRY.post_id == P.id).where(chosen, visible(_NOW))


SHOWN = Prepared(_shown)


def _terms(model: type[Term], number: int) -> Select[Any]:
    table = table_of(model).c
    return select(table.id).where(table.slug.in_([bindparam(f"slug_{place}") for place in range(number)]))


TERMS = Prepared(_terms)
FILTERS: dict[str, type[Term]] = {"section": Section, "tag": Tag, "author": Author}
