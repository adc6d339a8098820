"""Rules of ranking: where a word stands counts more than how often; pure, as tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.publications.workflow import OLDEST

MOST_CANDIDATES = 300  # so many of the newest matches are ranked
MOST_WALKED = 5_000  # so many matches are looked at for those updated lately, which no index knows
MOST_LETTERS = 60  # of one word: more tells nobody anything

_TICK = timedelta(microseconds=1)
_PLACES_IN_A_TICK = 16


class Worth(NamedTuple):
    """What a word is worth in one place: when it begins a word there, and what is added when it is the whole word."""

    begins: int
    whole: int


TITLE, DEK, NAMES, BODY = Worth(8, 4), Worth(4, 2), Worth(4, 2), Worth(1, 1)
MOST_IN_BODY = 5  # times that a word counts in the body
SIDE_BY_SIDE_IN_TITLE, SIDE_BY_SIDE = 8, 4  # all words of the query, as they were asked


def first_place(moment: datetime) -> int:
    """The first number in the index for what appeared at this moment: a later one is larger."""
    return max(0, (moment - OLDEST) // _TICK) * _PLACES_IN_A_TICK


def needles(terms: Sequence[str]) -> list[str]:
    """What is looked for in `words`, where a space stands before each word."""
    return [f" {term}" for term in terms]


def score(words: str, wanted: Sequence[str]) -> int:
    """How well a story answers the words that are wanted; all of them are in it."""
    title = words.index("\n")
    dek = words.index("\n", title + 1)
    names = words.index("\n", dek + 1)
    body = words.index("\n", names + 1)
    places = ((TITLE, 0, title), (DEK, title, dek), (NAMES, dek, names))
    found = 0
    for needle in wanted:
        whole = needle + " "
        for worth, begin, end in places if words.find(needle, 0, names) >= 0 else ():
            if words.find(needle, begin, end) >= 0:
                found += worth.begins + (worth.whole if words.find(whole, begin, end) >= 0 else 0)
        times = words.count(needle, body)
        if times:
            found += min(times, MOST_IN_BODY) * BODY.begins
            found += min(words.count(whole, body), MOST_IN_BODY) * BODY.whole
    if len(wanted) > 1:
        phrase = "".join(wanted)
        found += SIDE_BY_SIDE_IN_TITLE if words.find(phrase, 0, title) >= 0 else 0
        found += SIDE_BY_SIDE if words.find(phrase, title) >= 0 else 0
    return found
