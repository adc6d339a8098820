"""Reading HTML as a stream of tags and text, in linear time for any input: what to keep is decided elsewhere."""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

BLOCK_ELEMENTS = frozenset(
    {"aside", "blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)

# html.parser would do, but before Python 3.11.14 it takes minutes for 100 kB of "<a " and fails on "<![".
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+ (?P<name>[^\s/>][^\s/>=]*+)
        (?: \s*+ = \s*+ (?: "(?P<double>[^"]*+)" | '(?P<single>[^']*+)' | (?P<bare>[^\s>"'][^\s>]*+)? ) )?""",
    re.VERBOSE | re.ASCII,
)
_TAG_END = re.compile(r"[\s/]*+>", re.ASCII)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
# Digits are bounded: html.unescape raises ValueError for a number of more than 4,300.
_REFERENCE = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{1,31};?)")
# Without a semicolon a name counts only where nothing follows, or "?a=1&section=news" would become "?a=1§ion=news".
_REFERENCE_IN_ATTRIBUTE = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{1,31}(?:;|(?![=A-Za-z0-9])))")
# Their content is no markup to a browser, up to the end tag.
_RAW_END = {
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE)
    for tag in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}


class Start(NamedTuple):
    """A start tag; names are in lower case, values decoded, the first of two attributes with one name counts."""

    tag: str
    attributes: dict[str, str]


class End(NamedTuple):
    """An end tag."""

    tag: str


class Text(NamedTuple):
    """Decoded characters between tags."""

    text: str


def tokens(html: str) -> Iterator[Start | End | Text]:
    """Tags and text in order; comments, declarations and the content of scripts and the like are left out."""
    position = 0
    while position < len(html):
        opening = html.find("<", position)
        if opening != position:
            end = opening if opening >= 0 else len(html)
            yield Text(_decoded(_REFERENCE, html[position:end]))
            position = end
        elif name := _TAG_NAME.match(html, position):
            tag, position = _tag(html, name)
            yield tag
            if isinstance(tag, Start) and tag.tag in _RAW_END:
                raw_end = _RAW_END[tag.tag].search(html, position)
                position = raw_end.start() if raw_end else len(html)
        elif html.startswith(("<!", "<?", "</"), position):
            position = _after_comment(html, position)
        else:
            yield Text("<")
            position += 1


def _tag(html: str, name: re.Match[str]) -> tuple[Start | End | Text, int]:
    attributes: dict[str, str] = {}
    position = name.end()
    while not (end := _TAG_END.match(html, position)):
        found = _ATTRIBUTE.match(html, position)
        if not found:
            # Unfinished at the end of the document: browsers drop it, writers would rather see what they typed.
            return Text(html[name.start() :]), len(html)
        value = found["double"] or found["single"] or found["bare"] or ""
        attributes.setdefault(found["name"].lower(), _decoded(_REFERENCE_IN_ATTRIBUTE, value))
        position = found.end()
    tag = name[1].lower()
    return End(tag) if html.startswith("</", name.start()) else Start(tag, attributes), end.end()


def _decoded(reference: re.Pattern[str], text: str) -> str:
    return reference.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def _after_comment(html: str, position: int) -> int:
    if html.startswith("<!--", position):
        comment = _COMMENT.match(html, position)
        return comment.end() if comment else len(html)
    end = html.find(">", position)
    return end + 1 if end >= 0 else len(html)


def plain_text(html: str) -> str:
    """What a reader sees, a line for every block, without the arrows which lead back from footnotes."""
    pieces: list[str] = []
    preformatted = muted = False
    for token in tokens(html):
        match token:
            case Text(text) if not muted:
                pieces.append(text if preformatted else re.sub(r"\s+", " ", text))
            case Start("a", attributes):
                muted = "footnote-backref" in attributes.get("class", "")
            case End("a"):
                muted = False
            case Start("br"):
                pieces.append("\n")
            case Start("td" | "th"):
                pieces.append(" ")
            case Start(tag) | End(tag) if tag in BLOCK_ELEMENTS:
                preformatted = isinstance(token, Start) and tag == "pre"
                pieces.append("\n")
    lines = ("".join(pieces)).split("\n")
    return "\n".join(filter(None, (re.sub(" +", " ", line).strip() for line in lines)))
