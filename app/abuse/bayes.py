"""What words tell of a text, language by language, counted from the decisions of moderators; it never publishes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.abuse.memory_models import BayesWord, Label, TrainedText
from app.core import statements
from app.core.columns import table_of
from app.core.db import Prepared

ALL = ""  # the word that stands in every text: its row counts the texts of a language
FIRST_WORDS, LAST_WORDS = 200, 100  # what is judged and remembered of a long text: advertisement stands at its ends
SHORTEST, LONGEST = 2, 32
COMMON = 3  # a word of so many texts points to no one's

MOST_TELLING = 20
SEEN = 2  # a word of one text is no evidence

_WORDS = table_of(BayesWord)
_COUNTS = select(_WORDS.c.word, _WORDS.c.ham, _WORDS.c.spam)
_HAM, _SPAM = _WORDS.c.ham, _WORDS.c.spam


class Opinion(NamedTuple):
    """How likely a text is spam, the words that say so, and how many texts of the rarer kind it is learnt from."""

    probability: float
    telling: list[str]
    experience: int


def language_of(locale: str) -> str:
    """Varieties of a language learn together."""
    return locale.partition("-")[0]


def words_of(folded: str) -> list[str]:
    """The different words of a folded text that count, from both of its ends."""
    fit = list(dict.fromkeys(word for word in folded.split() if SHORTEST <= len(word) <= LONGEST))
    if len(fit) > FIRST_WORDS + LAST_WORDS:
        fit = fit[:FIRST_WORDS] + fit[-LAST_WORDS:]
    return fit


def opinion(session: Session, folded: str, locale: str) -> Opinion:
    """What is thought of a text: one query, however long it is."""
    wanted = [ALL, *words_of(folded)]
    many = 1 << (len(wanted) - 1).bit_length()  # a power of two, so that few statements do for texts of all lengths
    wanted += wanted[-1:] * (many - len(wanted))
    parameters = {"language": language_of(locale), **dict(zip(_PLACES, wanted, strict=False))}
    counts = {word: (ham, spam) for word, ham, spam in statements.rows(session, _COUNTS_OF_WORDS, parameters, many)}
    hams, spams = counts.pop(ALL, (0, 0))
    return Opinion(*weigh(counts, hams, spams), min(hams, spams))


def _counts_of(many: int) -> Any:
    words = [bindparam(place, type_=Text()) for place in _PLACES[:many]]
    return _COUNTS.where(_WORDS.c.language == bindparam("language"), _WORDS.c.word.in_(words))


_PLACES = tuple(f"word_{place}" for place in range(1 << (FIRST_WORDS + LAST_WORDS).bit_length()))
_COUNTS_OF_WORDS = Prepared(_counts_of)


def weigh(counts: Mapping[str, tuple[int, int]], hams: int, spams: int) -> tuple[float, list[str]]:
    """Naive Bayes over the most telling words, both kinds taken for equally frequent: moderators judge what is
    doubtful, so their numbers say nothing about what comes in.
    """
    odds = {
        word: math.log((spam + 0.5) / (spams + 1)) - math.log((ham + 0.5) / (hams + 1))
        for word, (ham, spam) in counts.items()
        if ham + spam >= SEEN
    }
    telling = sorted(odds, key=lambda word: (-abs(odds[word]), word))[:MOST_TELLING]
    total = max(-50.0, min(50.0, sum(odds[word] for word in telling)))
    return 1 / (1 + math.exp(-total)), [word for word in telling if odds[word] > 1]


def settle(session: Session, about: UUID, label: Label | None, folded: str, locale: str) -> None:
    """Count a text as what people hold it for by now, and no longer as what it was counted before."""
    known = session.get(TrainedText, about)
    if (known.label if known else None) is label:
        return
    if known is not None:
        _take_back(session, known)
    if label is not None:
        _learn(session, TrainedText(id=about, label=label, language=language_of(locale), words=words_of(folded)))


def _learn(session: Session, text: TrainedText) -> None:
    """All rows of a language are changed under the lock of its first: nobody waits in a circle."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert(_WORDS)
    more = {"ham": _HAM + new.excluded.ham, "spam": _SPAM + new.excluded.spam}
    row = {"language": text.language, "ham": int(text.label is Label.HAM), "spam": int(text.label is Label.SPAM)}
    upsert = new.on_conflict_do_update(index_elements=["language", "word"], set_=more)
    session.execute(upsert, [row | {"word": word} for word in sorted([ALL, *text.words])])
    session.add(text)
    session.flush()


def _take_back(session: Session, text: TrainedText) -> None:
    column = _HAM if text.label is Label.HAM else _SPAM
    for words in ([ALL], text.words):
        less = update(_WORDS).where(_among(text.language, words))
        session.execute(less.values({column.name: case((column > 0, column - 1), else_=0)}))
    session.execute(delete(_WORDS).where(_among(text.language, [ALL, *text.words]), _HAM + _SPAM == 0))
    session.delete(text)
    session.flush()


def _among(language: str, words: Sequence[str]) -> ColumnElement[bool]:
    return and_(_WORDS.c.language == language, _WORDS.c.word.in_(words))


def forget(session: Session, about: UUID) -> None:
    """Take back all that a text has taught: nothing of it remains."""
    settle(session, about, None, "", "")


def retire(session: Session, about: UUID) -> None:
    """Let spam go and keep what it taught, but for words so rare that they might point to this one text."""
    known = session.get(TrainedText, about)
    if known is None or known.label is Label.HAM:
        forget(session, about)
        return
    rare = and_(_among(known.language, known.words), _HAM + _SPAM < COMMON)
    session.execute(delete(_WORDS).where(rare))
    session.delete(known)
    session.flush()


def all_words(session: Session, language: str, *, most: int) -> Iterable[tuple[str, int, int]]:
    """The words of so many texts that they point to none, the most frequent first."""
    common = (_WORDS.c.language == language, _WORDS.c.word != ALL, _HAM + _SPAM >= COMMON)
    newest = _COUNTS.where(*common).order_by((_HAM + _SPAM).desc(), _WORDS.c.word).limit(most)
    return [(word, ham, spam) for word, ham, spam in session.execute(newest)]


def texts(session: Session, language: str) -> tuple[int, int]:
    """How many texts of either kind were judged."""
    row = session.execute(_COUNTS.where(_among(language, [ALL]))).first()
    return (row.ham, row.spam) if row else (0, 0)
