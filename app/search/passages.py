"""Laying a story out for search: what is looked through and what is shown of it, word by word beside each other."""

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.core.folding import aligned
from app.search.workflow import MOST_LETTERS

CUT = "\x1f"  # between the parts of a shown line; texts have no control characters
MOST_FOLDED = 200_000  # letters of one story that are searched: PostgreSQL holds a megabyte
_ENOUGH, _MOST = 12, 28  # words of a passage: it ends with a sentence when it has enough
_SENTENCE_ENDS = frozenset(".!?؟…。")


class LaidOut(NamedTuple):
    """The two columns of an entry."""

    words: str
    shown: str


def lay_out(title: str, dek: str, names: Iterable[str], filed: Iterable[str], body: str) -> LaidOut:
    """Title, dek, names of terms, what the story is `filed` under (no text has such words), passages of the body."""
    named = [word for name in names for word in aligned(name)[0]]
    lines = [_line(*aligned(title)), _line(*aligned(dek)), (_words(named), ""), (_words(filed), "")]
    room = MOST_FOLDED
    for words, parts in _passages(body):
        line = _line(words, parts)
        room -= len(line[0])
        if room < 0:
            break
        lines.append(line)
    return LaidOut("\n".join(words for words, _ in lines), "\n".join(shown for _, shown in lines))


def _line(words: Sequence[str], parts: Sequence[str]) -> tuple[str, str]:
    return _words(words), CUT.join(map(_escaped, parts))


def _words(words: Iterable[str]) -> str:
    """With a space before and behind each, so that beginnings and whole words can be told apart."""
    line = " ".join(word[:MOST_LETTERS] for word in words)
    return f" {line} " if line else ""


def _escaped(text: str) -> str:
    """As it stands in HTML that stands in JSON."""
    return json.dumps(html.escape(" ".join(text.split()) if text.isspace() else text), ensure_ascii=False)[1:-1]


def _passages(body: str) -> Iterator[tuple[list[str], list[str]]]:
    for paragraph in body.split("\n"):
        words, parts = aligned(paragraph.strip())
        begin = 0
        for number, behind in enumerate(parts[2::2], 1):
            length = number - begin
            ends = length >= _ENOUGH and not _SENTENCE_ENDS.isdisjoint(behind)
            if number == len(words) or ends or length >= _MOST:
                # what stands before the first word of a later passage went with the passage before
                before = parts[0] if begin == 0 else ""
                yield words[begin:number], [before, *parts[2 * begin + 1 : 2 * number + 1]]
                begin = number


def highlights(words: str, shown: str, wanted: Sequence[str]) -> str:
    """The member `highlights` of a story that was found, ready to be spliced in. Of long texts only the lines that are
    shown are cut out: to split all of them took most of the time of a search.
    """
    title_ends = words.index("\n")
    dek_ends = words.index("\n", title_ends + 1)
    shown_title, shown_dek, _ = shown.split("\n", 2)
    title = _marked(words[:title_ends], shown_title, wanted)
    dek = _marked(words[title_ends + 1 : dek_ends], shown_dek, wanted)
    passages = [
        _marked(words[begin:end], shown.split("\n", number + 1)[number], wanted)
        for number, begin, end in _first_found(words, dek_ends, wanted)
    ]
    body = ",".join([f'"{passage}"' for passage in passages])
    return f'"highlights":{{"title":"{title}","dek":"{dek}","body":[{body}]}}'


def _first_found(words: str, dek_ends: int, wanted: Sequence[str]) -> list[tuple[int, int, int]]:
    """The two passages in which words are first found: the number of the line, where it begins and ends."""
    names_end = words.index("\n", dek_ends + 1)
    filed_ends = words.find("\n", names_end + 1)
    if filed_ends < 0:  # no body
        return []
    found = set()
    for needle in wanted:
        place = words.find(needle, filed_ends)
        if place >= 0:
            begin = words.rindex("\n", 0, place) + 1
            end = words.find("\n", place)
            found.add((begin, len(words) if end < 0 else end))
    return [(words.count("\n", 0, begin), begin, end) for begin, end in sorted(found)[:2]]


def _marked(line: str, text: str, wanted: Sequence[str]) -> str:
    places = set()
    for needle in wanted:
        at = line.find(needle)
        while at >= 0:
            places.add(2 * line.count(" ", 0, at + 1) - 1)
            at = line.find(needle, at + 1)
    if not places:
        return text.replace(CUT, "")
    parts = text.split(CUT)
    for place in places:
        # a word that folds to several is written once, with the first of them
        written = place
        while not parts[written]:
            written -= 2
        if not parts[written].startswith("<mark>"):
            parts[written] = f"<mark>{parts[written]}</mark>"
    return "".join(parts)
