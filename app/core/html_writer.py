"""Writing HTML which every parser reads alike: elements close in order, none stays open, none is nested without end."""

from collections import Counter
from html import escape

from app.core.html_policy import VOID_ELEMENTS
from app.core.html_tokens import BLOCK_ELEMENTS

MAX_DEPTH = 50

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_ROW = _CELLS | {"tr"}
_ROW_GROUPS = frozenset({"caption", "colgroup", "tbody", "tfoot", "thead"})
_TABLE = frozenset({"table"})
# What a start tag ends, and where the search for it stops: without this, unclosed <li> and <p> would pile up.
_IMPLIED_ENDS = (
    dict.fromkeys(BLOCK_ELEMENTS, (frozenset({"p"}), _TABLE | _CELLS | {"caption"}))
    | {"a": (frozenset({"a"}), _CELLS | {"caption"})}
    | dict.fromkeys(_HEADINGS, (_HEADINGS | {"p"}, _CELLS | {"aside", "blockquote", "div", "figure", "li", "section"}))
    | {"li": (frozenset({"li"}), _TABLE | {"ol", "ul"})}
    | dict.fromkeys(("dd", "dt"), (frozenset({"dd", "dt"}), _TABLE | {"dl"}))
    | dict.fromkeys(_CELLS, (_CELLS, _TABLE))
    | {"tr": (_ROW | {"caption", "colgroup"}, _TABLE)}
    | dict.fromkeys(_ROW_GROUPS, (_ROW_GROUPS | _ROW, _TABLE))
)
_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


class HtmlWriter:
    """Takes tags in any order and writes balanced ones."""

    # An element left open inside another closes with it. Browsers and nh3 would open <a> and <b> again in every
    # paragraph after it, which makes gigabytes of a hundred kilobytes.

    def __init__(self) -> None:
        self._written: list[str] = []
        self._open: list[str] = []
        self._too_deep: Counter[str] = Counter()

    def text(self, text: str) -> None:
        """Write characters, escaped."""
        # Every parser drops the newline after <pre>: left there, each rendering would take one away.
        starts_pre = self._written[-1:] and self._written[-1].startswith("<pre")
        self._written.append(_escaped(text.lstrip("\n") if starts_pre else text))

    def start(self, tag: str, attributes: dict[str, str]) -> str:
        """Write a start tag; where there are too many around it, say in plain words what was lost instead."""
        self._end_implied(tag)
        if tag not in VOID_ELEMENTS:
            if len(self._open) >= MAX_DEPTH:
                self._too_deep[tag] += 1
                return f"flattened elements nested more than {MAX_DEPTH} deep"
            self._open.append(tag)
        self._written.append(f"<{tag}{''.join(f' {name}={_quoted(value)}' for name, value in attributes.items())}>")
        return ""

    def end(self, tag: str) -> None:
        """Close the nearest such element and all within it; an end tag without one is dropped."""
        if self._too_deep[tag]:
            self._too_deep[tag] -= 1
            return
        same = _HEADINGS if tag in _HEADINGS else {tag}
        for depth in reversed(range(len(self._open))):
            if self._open[depth] in same:
                self._close_down_to(depth)
                return
            if self._open[depth] == "table":
                return

    def finish(self) -> str:
        """The HTML, with all that was open closed."""
        self._close_down_to(0)
        return "".join(self._written).strip()

    def _end_implied(self, tag: str) -> None:
        ended, barriers = _IMPLIED_ENDS.get(tag, _NOTHING)
        for depth in reversed(range(len(self._open))):
            if self._open[depth] in barriers:
                return
            if self._open[depth] in ended:
                self._close_down_to(depth)

    def _close_down_to(self, depth: int) -> None:
        self._written.extend(f"</{tag}>" for tag in reversed(self._open[depth:]))
        del self._open[depth:]


def _escaped(text: str) -> str:
    """As nh3 writes it: where nothing else differs either, the sanitiser needs no second round."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


def _quoted(value: str) -> str:
    return '"' + _escaped(value).replace('"', "&quot;") + '"'
