"""From a query to its page: find candidates, rank them, mark what was found. Runs off the event loop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.core.db import Look, Row, as_uuid
from app.core.http.paging import page_of
from app.core.keyset import decode_cursor, encode_cursor
from app.publications import splice
from app.search import facets, index, queries, workflow
from app.search.passages import highlights
from app.search.schemas import SearchQuery, SearchSort

_SLACK = 1_000_000  # numbers for stories of one moment: no newsroom has so many
Place = tuple[int, ...]  # where a match stands: its score and its number, or its number alone


class Ranked(NamedTuple):
    """A match before it is shown."""

    place: Place
    id: int
    words: str


class Results(NamedTuple):
    """A page, ready to be sent, with the surrogate keys of its stories."""

    body: bytes
    keys: list[str]
    cursor: str | None


def find(look: Look, query: SearchQuery, terms: Sequence[str], scope: str, at: datetime) -> Results:
    """The page of a query. Raises Invalid for a cursor of another."""
    after = None
    if query.cursor is not None:
        after = tuple(decode_cursor(query.cursor, scope, (int,) * (2 if query.sort is SearchSort.RELEVANCE else 1)))
    candidates = _candidates(look, query, terms, at)
    wanted = workflow.needles(terms)
    ranked = sorted(_ranked(candidates, wanted, query.sort), reverse=True)
    left = ranked if after is None else [match for match in ranked if match.place < after]
    shown, cursor = page_of(left[: query.limit + 1], query.limit, lambda match: encode_cursor(scope, match.place))
    rows = _rows(look, shown, wanted, at)
    page = splice.page_bytes(splice.items_text(rows, query.fields), cursor, len(ranked) if query.count else None)
    body = b'%b,"facets":%b}' % (page[:-1], facets.counted([share for _, _, share in candidates]))
    return Results(body, splice.item_keys(rows), cursor)


def _candidates(look: Look, query: SearchQuery, terms: Sequence[str], at: datetime) -> list[Row]:
    groups = _groups(look, query)
    if not terms or not all(groups):  # nothing but punctuation begins no word, and under no term stands nothing
        return []
    unfeatured = [index.FEATURED] if query.featured is False else []
    question = index.Question([term[: workflow.MOST_LETTERS] for term in terms], groups, unfeatured)
    after, before, updated = query.published_after, query.published_before, query.updated_after
    given = {"published_after": after, "published_before": before, "updated_after": updated}
    parameters: dict[str, Any] = {name: moment for name, moment in given.items() if moment is not None}
    if after is not None:
        parameters["first"] = workflow.first_place(after)
    if before is not None:
        parameters["last"] = workflow.first_place(before) + _SLACK
    bounds = queries.Bounds(after is not None, before is not None, updated is not None)
    return look(queries.CANDIDATES, parameters | {"now": at, **question.said()}, bounds)


def _groups(look: Look, query: SearchQuery) -> list[list[str]]:
    """One group a filter: a story carries a word of each."""
    groups = []
    for name, model in queries.FILTERS.items():
        slugs = getattr(query, name)
        if slugs:
            found = look(queries.TERMS, {f"slug_{n}": slug for n, slug in enumerate(slugs)}, model, len(slugs))
            groups.append([index.under(id_) for (value,) in found if (id_ := as_uuid(value)) is not None])
    if query.locale:
        groups.append([index.in_locale(code) for code in query.locale])
    if query.ids:
        groups.append([index.under(id_) for id_ in query.ids])
    if query.featured:
        groups.append([index.FEATURED])
    return groups


def _ranked(candidates: Sequence[Row], wanted: Sequence[str], sort: SearchSort) -> list[Ranked]:
    if sort is SearchSort.NEWEST:
        return [Ranked((id_,), id_, words) for id_, words, _ in candidates]
    return [Ranked((workflow.score(words, wanted), id_), id_, words) for id_, words, _ in candidates]


def _rows(look: Look, shown: Sequence[Ranked], wanted: Sequence[str], at: datetime) -> list[Row]:
    """The stories of a page, as lists have them, with their highlights."""
    if not shown:
        return []
    chosen = {f"id_{place}": match.id for place, match in enumerate(shown)}
    found = {row[1]: row for row in look(queries.SHOWN, chosen | {"now": at}, len(chosen))}
    pairs = [(found[match.id], match.words) for match in shown if match.id in found]
    return [(*row[:4], highlights(words, row[4], wanted)) for row, words in pairs]
