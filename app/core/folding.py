"""The one normaliser for search and duplicates: what readers take for the same word folds to the same text."""

import re
import unicodedata
from functools import lru_cache

from app.core.text import without_piles

MAX_SEARCH_TERMS = 10

# Harakat and other marks, superscript alef, tatweel, Koranic signs: written or left out at will.
ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u06d6-\u06ed]")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
# أ إ آ ؤ ئ are not in here: decomposed, they have lost hamza and madda as marks already.
_LETTERS = str.maketrans("ٱىة", "ايه")
# The article with a particle before it. Repeated, because "ألعاب" (games) loses its first two letters by this rule too:
# only so do it and "الألعاب" (the games) meet again, and folding twice changes nothing.
_ARTICLES = re.compile(r"(?<![^ ])(?:[وفبك]?ال|لل)+(?=[^\W\d_]{3})")
_WORD_CATEGORIES = frozenset("LNM")


def fold(text: str) -> str:
    """Words joined by single spaces, for comparing only; folding twice changes nothing."""
    if text.isascii():
        return _BETWEEN_ASCII.sub(" ", text.lower()).strip()
    # HTML entities bring piles of marks in behind `clean_prose`, and dropping what parts them makes new ones
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", without_piles(text)).casefold())
    bare = _LATIN_MARKS.sub("", ARABIC_MARKS.sub("", decomposed))
    words = unicodedata.normalize("NFKC", without_piles(bare)).translate(_SPELLING).split()
    return _ARTICLES.sub("", " ".join(words))


class _Spelling(dict[int, int | str | None]):
    """What becomes of a character: format characters go, all but letters, numbers and marks are spaces."""

    def __missing__(self, code: int) -> str | None:
        category = unicodedata.category(chr(code))
        kept = chr(code) if category[0] in _WORD_CATEGORIES else " "
        found = None if category == "Cf" else kept
        if code < _REMEMBERED:
            self[code] = found
        return found


_REMEMBERED = 0x3000  # the scripts of most readers; whoever sends all of Unicode fills no memory with it
_SPELLING = _Spelling(_LETTERS)
# of ASCII nothing decomposes, joins or is left out
_BETWEEN_ASCII = re.compile("[^a-z0-9]+")


def search_terms(q: str) -> tuple[str, ...]:
    """The different words of a query in its order, at most ten: more would only cost time."""
    return tuple(dict.fromkeys(fold(q).split()))[:MAX_SEARCH_TERMS]


class _Breaks(dict[int, int | str | None]):
    """The same for cutting: what folds to nothing of a word is a space, and all else stays where it stands."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code))
        within = any(unicodedata.category(part)[0] in _WORD_CATEGORIES for part in parts)
        found = chr(code) if within or unicodedata.category(chr(code)) == "Cf" else " "
        if code < _REMEMBERED:
            self[code] = found
        return found


_BREAKS = _Breaks()
_RUN = re.compile("[^ ]+")
_fold_word = lru_cache(maxsize=8_192)(fold)


def aligned(text: str) -> tuple[list[str], list[str]]:
    """The folded words of a text, and the text cut into what stands before the first, the first as it is written, what
    stands behind it, and so on: word `n` is part `2n + 1`. A word that folds to several is written once.
    """
    words: list[str] = []
    parts, end = [""], 0
    for run in _RUN.finditer(text.translate(_BREAKS)):
        folded = _fold_word(run[0]).split()
        if not folded:
            continue
        parts[-1] += text[end : run.start()]
        parts += [text[run.start() : run.end()], *[""] * (2 * len(folded) - 1)]
        words += folded
        end = run.end()
    parts[-1] += text[end:]
    return words, parts


def search_text(*parts: str) -> str:
    """What the search column holds: a space before every word, so that LIKE '% word%' finds beginnings only."""
    return searchable(*map(fold, parts))


def searchable(*folded: str) -> str:
    """The same of parts that are folded already."""
    return "".join([f" {part}" for part in folded if part])
