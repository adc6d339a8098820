"""Text as people send it: `Annotated[str, Line(300)]` and `Annotated[str, Prose(100_000)]` clean it, then measure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

WORDS_PER_MINUTE = 220
_LINE_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"

_PLANE_ENDS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NO_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef" + _PLANE_ENDS
NOT_IN_PROSE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_NO_CHARACTERS}]")
_NOT_IN_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_NO_CHARACTERS}]")
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# Putting marks into canonical order takes quadratic time in CPython: 100 kB of them hold a core for 11 s.
# UAX 15 calls 30 in a row enough for any language; more is an attack or a "zalgo" joke.
_MARKS = "".join(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(char))
_MARK = re.compile(f"[{_MARKS}]")
_PILE_OF_MARKS = re.compile(f"[{_MARKS}]{{31,}}")

_ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
# Letters, marks and symbols by category which no font draws: joiners, fillers, the empty Braille cell, selectors.
_BLANK_CHARACTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
_CJK = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BETWEEN_WORDS = re.compile(r"[\s/\u2013\u2014]+")


def clean_line(value: str) -> str:
    """One line in NFC without bidi controls; raises ValueError for line breaks, controls and what is no character."""
    plain = BIDI_CONTROLS.sub("", value)
    _refuse(_NOT_IN_A_LINE, plain)
    return _nfc_or_empty(" ".join(plain.split())).strip(" " + _ZERO_WIDTH)


def clean_prose(value: str) -> str:
    """Lines in NFC without blank ones around them, bidi controls kept; raises ValueError for other controls."""
    unix = re.sub("\r\n?|[\u2028\u2029]", "\n", value)
    _refuse(NOT_IN_PROSE, unix)
    lines = _nfc_or_empty(unix).split("\n")
    filled = [number for number, line in enumerate(lines) if not is_blank(line)]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def _refuse(unwanted: re.Pattern[str], value: str) -> None:
    if found := unwanted.search(value):
        raise ValueError(_complaint(found[0]))
    if has_piles(value):
        raise ValueError("more than 30 combining marks in a row are not allowed")


def has_piles(text: str) -> bool:
    """More than 30 combining marks in a row; no such row misses every 31st character, so that most texts tell soon."""
    return bool(_MARK.search(text[30::31]) and _PILE_OF_MARKS.search(text))


def without_piles(text: str) -> str:
    """The text without such rows."""
    return _PILE_OF_MARKS.sub("", text) if has_piles(text) else text


def _complaint(char: str) -> str:
    if char in _LINE_BREAKS:
        kind = "a line break"
    elif char == "\t":
        kind = "a tab"
    elif unicodedata.category(char) == "Cs":
        kind = "half of a surrogate pair"
    elif unicodedata.category(char) == "Cc":
        kind = "a control character"
    else:
        kind = "a code point that is no character"
    return f"{kind} (U+{ord(char):04X}) is not allowed"


def _nfc_or_empty(text: str) -> str:
    return "" if is_blank(text) else unicodedata.normalize("NFC", text)


def is_blank(text: str) -> bool:
    """True when a reader would see nothing: white space, invisible formatting, fillers."""
    return all(char in _BLANK_CHARACTERS or unicodedata.category(char) in _BLANK_CATEGORIES for char in text)


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """Strict text; lengths count after cleaning: padding neither reaches the minimum nor breaks the maximum."""

    max_length: int
    min_length: int = 1

    def _schema(self, source: object, clean: Callable[[str], str]) -> core_schema.CoreSchema:
        if source is not str:
            raise TypeError("annotate str itself: Annotated[str, Line(300)] | None")

        def clean_strings(value: object) -> object:
            return clean(value) if isinstance(value, str) else value

        measured = core_schema.str_schema(strict=True, min_length=self.min_length, max_length=self.max_length)
        return core_schema.no_info_before_validator_function(clean_strings, measured)


class Line(_Cleaned):
    """For titles, names, subjects: `Annotated[str, Line(300)]`; the shortest allowed is 1 unless told."""

    __slots__ = ()

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return self._schema(source, clean_line)


class Prose(_Cleaned):
    """For bodies: `Annotated[str, Prose(100_000)]`; the shortest allowed is 1 unless told."""

    __slots__ = ()

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return self._schema(source, clean_prose)


def excerpt(text: str, limit: int = 200) -> str:
    """At most `limit` characters of plain text on one line, cut between words and then ended by an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    end = line.rfind(" ", 0, limit)
    if end <= 0:
        end = limit - 1
        while end > 1 and unicodedata.category(line[end]) in {"Mn", "Mc", "Me", "Cf"}:
            end -= 1
    return line[:end].rstrip(" ,;:.-\u2013\u2014\u060c\u061b") + "\u2026"


def count_words(text: str) -> int:
    """Words of any script; Chinese and Japanese, which write no spaces, count by the character."""
    spaced = _BETWEEN_WORDS.split(_CJK.sub(" ", text))
    return len(_CJK.findall(text)) + sum(any(map(str.isalnum, word)) for word in spaced)


def reading_minutes(words: int) -> int:
    """Whole minutes, rounded up; even a headline takes one."""
    return max(1, -(-words // WORDS_PER_MINUTE))
