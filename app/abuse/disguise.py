"""The spellings behind which a word hides: spaced, dotted, stretched, with look-alike letters or digits for letters.

A spelling is only compared with the lists of the site: one that comes out odd costs an honest writer nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice, takewhile
from typing import NamedTuple

from app.core.folding import fold

MOST_FRAGMENTS = 12  # a word that was taken apart into more pieces is not put together again
FRAGMENT = 2  # letters in such a piece
FEWEST_CONSONANTS = 3
SOUND = "~"  # before a spelling that keeps the consonants only: no word begins like this


def _table(look_alikes: Mapping[str, str]) -> dict[int, str]:
    return {ord(other): letter for letter, others in look_alikes.items() for other in others}


# Persian, Urdu, Kurdish and dotless letters, for the Arabic ones that they stand for
_TO_ARABIC = _table(
    {
        **{"ك": "کڪگڭ", "ي": "یےېێ", "ه": "ہھەۀۃ", "ب": "پڀٮ", "ج": "چ", "ف": "ڤڡ", "ز": "ژ", "ر": "ڕړڒ"},
        **{"ن": "ںڼ", "ت": "ټٹ", "د": "ڈډ", "و": "ۆۇۋ", "ق": "ٯ", "ل": "ڵ", "س": "ڛښ", "ع": "ڠ"},
        **{str(digit): chr(0x660 + digit) + chr(0x6F0 + digit) for digit in range(10)},
    }
)
# Cyrillic and Greek letters that look like Latin ones
_TO_LATIN = _table(
    {
        **{
            "a": "аα",
            "b": "вьβ",
            "c": "сϲ",
            "d": "ԁ",
            "e": "еєε",
            "g": "ɡ",
            "h": "нһ",
            "i": "іӏιı",
            "j": "ј",
            "k": "кκ",
        },
        **{"m": "м", "n": "пη", "o": "оοσ", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "тτ", "u": "υ", "v": "ν", "w": "ԝω"},
        **{"x": "хχ", "y": "уγ", "z": "з"},
    }
)
_SIGNS = _table({"a": "@", "s": "$", "e": "€", "i": "!¡", "l": "|", "t": "+", "x": "×"})
_LEET = (str.maketrans("013457890", "oieastbgo"), str.maketrans("013457890", "oleastbgo"))
# inside an Arabic word: what looks like its letters, what sounds like them
_SHAPES = str.maketrans("05o1li93", "هههاااوع")
_SOUNDS = _table(
    {
        **{"ا": "124a", "ب": "bp", "ت": "t", "ج": "j", "ح": "7", "خ": "5", "د": "d", "ر": "r", "ز": "z", "س": "s"},
        **{"ص": "9", "ط": "6", "ع": "3", "غ": "g", "ف": "fv", "ق": "8q", "ك": "ckx", "ل": "l", "م": "m", "ن": "n"},
        **{"ه": "h", "و": "0ouw", "ي": "eiy"},
    }
)
# Arabic written with Latin letters and digits, and the classes of consonants that it does not tell apart
_PAIRS = {"sh": "ش", "ch": "ش", "kh": "خ", "gh": "غ", "th": "ت", "dh": "د"}
_ARABIZI = _SOUNDS | _table({"": "aeiouwy2", "س": "s9", "ت": "t6"})
_CONSONANTS = _table({"": "اوي", "ت": "طث", "س": "ص", "د": "ضذ", "ز": "ظ"})

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
_ARABIC = re.compile("[\u0620-\u064a]")
_OTHER_THAN_LATIN = re.compile("[\u0370-\u052f\u0131]")
_LATIN_OR_DIGIT = re.compile("[a-z0-9]")
_LETTER_AND_DIGIT = re.compile("[a-z][0-9]|[0-9][a-z]")
_HELD_DOWN = re.compile(r"(.)\1{2,}")
_PARTICLE = re.compile("(?:[وفبكل]{0,2}ال|لل|[وفبكل])(?=.{3})")
_EDGES = " \t.,;:?!\u060c\u061b\u061f\u06d4\"'()[]{}<>\u00ab\u00bb\u2026*_~`-"
_NO_LETTER = re.compile(r"[\W_]+")


class Spellings(NamedTuple):
    """Every spelling of single words that a text may hide, and its plain words in their order."""

    words: frozenset[str]
    line: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Spellings":
        """The spellings of a text; what this costs grows with its length alone."""
        seen = _UNSEEN.sub("", text)
        line = tuple(plain(seen).split())
        found: set[str] = set()
        fresh = {*line, *_put_together(line), *_without_signs(seen)}
        for _ in range(2):  # a particle before a word that has digits for letters
            found |= fresh
            fresh = {other for word in fresh for other in _others(word)} - found
        return cls(frozenset(found | fresh), line)


def plain(text: str) -> str:
    """Folded words without any marks, in the Arabic letters and digits that others stand for."""
    bare = "".join(char for char in fold(text) if unicodedata.category(char)[0] != "M")
    return bare.translate(_TO_ARABIC)


def _put_together(line: Sequence[str]) -> Iterator[str]:
    """Words in pieces: two neighbours, and rows of single letters or pairs of them."""
    for start in range(len(line)):
        pieces = line[start : start + MOST_FRAGMENTS]
        yield "".join(pieces[:2])
        yield from islice(accumulate(takewhile(_is_fragment, pieces)), 2, None)


def _is_fragment(word: str) -> bool:
    return len(word) <= FRAGMENT


def _without_signs(text: str) -> Iterator[str]:
    """Words with signs inside, taken out or for the letters that they look like."""
    for token in text.split():
        core = token.strip(_EDGES)
        if not core.isalnum():
            yield plain(_NO_LETTER.sub("", core))
            yield plain(_NO_LETTER.sub("", core.translate(_SIGNS)))


def _others(word: str) -> Iterator[str]:
    if _HELD_DOWN.search(word):
        yield _HELD_DOWN.sub(r"\1", word)
        yield _HELD_DOWN.sub(r"\1\1", word)
    if _OTHER_THAN_LATIN.search(word):
        yield word.translate(_TO_LATIN)
    if _ARABIC.search(word):
        if particle := _PARTICLE.match(word):
            yield word[particle.end() :]
        if _LATIN_OR_DIGIT.search(word):
            yield word.translate(_SHAPES)
            yield word.translate(_SOUNDS)
    elif _LETTER_AND_DIGIT.search(word):
        yield from (word.translate(table) for table in _LEET)
        yield sound_of(word)


def sound_of(word: str) -> str:
    """The consonants of an Arabic word, in either alphabet; without digits a Latin word is taken for a foreign one."""
    if _ARABIC.search(word) is None:
        for pair, letter in _PAIRS.items():
            word = word.replace(pair, letter)
        word = word.translate(_ARABIZI)
    consonants = word.translate(_CONSONANTS)
    return SOUND + (consonants.removesuffix("ه") if len(consonants) > FEWEST_CONSONANTS else consonants)
