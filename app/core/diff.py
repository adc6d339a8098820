"""What changed between two texts, word by word, in bounded time: paragraphs are compared first, then the words of those
that differ.
"""

import re
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from diff_match_patch import diff_match_patch

SECONDS = 0.3  # then what is left is one deletion and one insertion, which is true, only coarse

_SURROGATES, _MANY = 0xD800, 0x800
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Marks are no \w, so words are told by what is not in them: an Arabic word keeps its vowels, a joiner and an apostrophe
# split nothing. Chinese and Japanese put no spaces between words: there each letter stands alone.
_SIGNS = (
    r"!-&(-/:-@\[-^`{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4-\u00b9\u00bb-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066c"
    r"\u06d4\u2010-\u2018\u201a-\u2027\u2030-\u205e\u3001-\u303f"
)
_ALONE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = re.compile(r"\w")
_WORDS = re.compile(rf"\s+|[{_SIGNS}{_ALONE}]|[^\s{_SIGNS}{_ALONE}]+")


class Op(StrEnum):
    """What happened to a piece of text."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


class Hunk(NamedTuple):
    """A piece of text that stayed, came or went."""

    op: Op
    text: str


_OPS = {0: Op.EQUAL, 1: Op.INSERT, -1: Op.DELETE}


def deadline() -> float:
    """The moment at which comparisons that begin now become coarse."""
    return time.time() + SECONDS


def word_diff(before: str, after: str, *, until: float) -> list[Hunk]:
    """Pieces in reading order: without the insertions they are the first text, without the deletions the second."""
    found: list[Hunk] = []
    gone = ""
    for op, text in [*_compared(before, after, _LINES.findall, until), Hunk(Op.EQUAL, "")]:
        if op is Op.DELETE:
            gone = text
        elif op is Op.INSERT and gone:
            found += _compared(gone, text, _WORDS.findall, until)
            gone = ""
        else:
            found += [Hunk(Op.DELETE, gone), Hunk(op, text)]
            gone = ""
    return list(_joined([hunk for hunk in found if hunk.text]))


def _compared(before: str, after: str, cut: Callable[[str], list[str]], until: float) -> list[Hunk]:
    """Both texts as strings of one character a piece, which the library compares, and back."""
    numbers: dict[str, int] = {}
    old, new = (
        "".join([_character(numbers.setdefault(piece, len(numbers))) for piece in cut(text)])
        for text in (before, after)
    )
    pieces = list(numbers)
    library = diff_match_patch()
    # With a time limit of its own it tries a short cut that looks at no clock (300 s for 500 kB of “a b”), and so do
    # its ways of making differences pleasant to read.
    library.Diff_Timeout = 0
    found = library.diff_main(old, new, checklines=False, deadline=until)
    return [Hunk(_OPS[op], "".join([pieces[_number(char)] for char in text])) for op, text in found]


def _character(number: int) -> str:
    return chr(number if number < _SURROGATES else number + _MANY)


def _number(char: str) -> int:
    return ord(char) if ord(char) < _SURROGATES else ord(char) - _MANY


def _joined(hunks: list[Hunk]) -> Iterator[Hunk]:
    """Changes with no word between them as one deletion and one insertion, so that a phrase is read as a phrase."""
    gone: list[str] = []
    come: list[str] = []
    same: list[str] = []
    for op, text in hunks:
        if op is Op.EQUAL:
            same.append(text)
            continue
        kept = "".join(same)
        if _LETTER.search(kept) or "\n" in kept or not (gone or come):
            yield from _hunks(gone, come)
            yield from _hunks([], [], kept)
            gone, come = [], []
        else:
            gone.append(kept)
            come.append(kept)
        same = []
        (gone if op is Op.DELETE else come).append(text)
    yield from _hunks(gone, come)
    yield from _hunks([], [], "".join(same))


def _hunks(gone: list[str], come: list[str], same: str = "") -> Iterator[Hunk]:
    pieces = ((Op.DELETE, "".join(gone)), (Op.INSERT, "".join(come)), (Op.EQUAL, same))
    return (Hunk(op, text) for op, text in pieces if text)
