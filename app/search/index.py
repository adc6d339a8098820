"""The index itself, which the two databases build differently: FTS5 with `unicode61`, `tsvector` with GIN. Both hold
the folded words as they are, and both are asked for quoted beginnings.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, cast, column, literal_column, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session

INDEX = table("search_index", column("rowid"), column("words"))

# an index without texts of its own has to be told what it held
_FORGET = text("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', :id, :words)")
_HOLD = text("INSERT INTO search_index (rowid, words) VALUES (:id, :words)")
_FORGET_VECTOR = text("DELETE FROM search_index WHERE rowid = :id")
# past PostgreSQL's own parser, which would cut words in other places than FTS5
_HOLD_VECTOR = text("INSERT INTO search_index (rowid, words) VALUES (:id, array_to_tsvector(CAST(:words AS text[])))")


def answers(database: str) -> ColumnElement[bool]:
    """Whether a row of the index answers a question, as `Question.said` says it."""
    if database == "sqlite":
        return literal_column("search_index").op("MATCH")(bindparam("fts5", type_=Text()))
    return INDEX.c.words.op("@@")(cast(bindparam("tsquery", type_=Text()), TSQUERY))


def hold(session: Session, id_: int, words: str) -> None:
    """Hold the words of an entry."""
    if _is_sqlite(session):
        session.execute(_HOLD, {"id": id_, "words": words})
    else:
        session.execute(_HOLD_VECTOR, {"id": id_, "words": sorted(set(words.split()))})


def forget(session: Session, id_: int, words: str) -> None:
    """Forget an entry with the words that it was held with."""
    if _is_sqlite(session):
        session.execute(_FORGET, {"id": id_, "words": words})
    else:
        session.execute(_FORGET_VECTOR, {"id": id_})


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def under(id_: UUID) -> str:
    """The word by which a story under this term, or with this id, is filtered: `=` stands in no folded text."""
    return f"={id_.hex}"


def in_locale(code: str) -> str:
    """The same for a language."""
    return f"={code.lower()}"


FEATURED = "=featured"


class Question:
    """What the index is asked: each of these beginnings, and any word of each of these groups."""

    def __init__(self, terms: Sequence[str], groups: Iterable[Sequence[str]], not_: Sequence[str] = ()) -> None:
        self._terms, self._groups, self._not = terms, list(groups), not_

    def fts5(self) -> str:
        """Every token quoted, so that no word of a reader is an operator."""
        asked = [f'"{term}" *' for term in self._terms]
        asked += ["(" + " OR ".join([f'"{word}"' for word in group]) + ")" for group in self._groups]
        return " ".join([" AND ".join(asked), *[f'NOT "{word}"' for word in self._not]])

    def tsquery(self) -> str:
        """The same."""
        asked = [f"'{term}':*" for term in self._terms]
        asked += ["(" + " | ".join([f"'{word}'" for word in group]) + ")" for group in self._groups]
        return " & ".join([*asked, *[f"!'{word}'" for word in self._not]])

    def said(self) -> dict[str, str]:
        """For both databases: the statement of each takes its own."""
        return {"fts5": self.fts5(), "tsquery": self.tsquery()}
