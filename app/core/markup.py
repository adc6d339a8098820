"""From what writers and readers type to HTML that is safe to show; done once, when it is written."""

import re
from typing import Any, Literal, NamedTuple

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from mdit_py_plugins.footnote import footnote_plugin

from app.core.html_tokens import plain_text
from app.core.sanitizing import sanitize

BodyFormat = Literal["markdown", "html"]

MAX_NESTING = 40
MAX_BRACKETS = 5_000
_TOO_MANY_BRACKETS = f"links left as text: more than {MAX_BRACKETS} square brackets"


# Arabic comma, semicolon, question mark and full stop, closing quotation mark, ellipsis.
_AFTER_ADDRESSES = "\u060c\u061b\u061f\u06d4\u00bb\u2026"


class Rendered(NamedTuple):
    """A body ready to serve, and for its editor what was lost on the way."""

    html: str
    text: str
    warnings: tuple[str, ...]


class _Links(LinkifyIt):  # type: ignore[misc]  # linkify-it ships no types
    """Finds addresses in prose, but not bare domains: nobody who writes about gov.uk or node.js asked for a link."""

    def __init__(self) -> None:
        super().__init__(options={"fuzzy_link": False, "fuzzy_email": False})

    def normalize(self, match: Any) -> None:
        """To the library Arabic punctuation after an address is a part of it."""
        super().normalize(match)
        if surplus := len(match.raw) - len(match.raw.rstrip(_AFTER_ADDRESSES)):
            match.last_index -= surplus
            match.raw, match.text, match.url = (part[:-surplus] for part in (match.raw, match.text, match.url))


def _markdown(*, html: bool, breaks: bool) -> MarkdownIt:
    options = {"html": html, "breaks": breaks, "linkify": True, "maxNesting": MAX_NESTING}
    markdown = MarkdownIt("commonmark", options).enable("linkify")
    markdown.linkify = _Links()
    return markdown


def _story_markdown() -> MarkdownIt:
    markdown = _markdown(html=True, breaks=False).enable(["table", "strikethrough"]).use(footnote_plugin)
    markdown.core.ruler.push("align_cells", _align_cells)
    # A link the library refuses stays in the text as its source; the sanitiser removes and reports it.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    return markdown


def _align_cells(state: StateCore) -> None:
    """Say `align` instead of the inline style, which the sanitiser would have to parse."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"} and (style := token.attrs.pop("style", None)):
            token.attrSet("align", str(style).removeprefix("text-align:"))


def _comment_markdown() -> MarkdownIt:
    markdown = _markdown(html=False, breaks=True)
    # Without [text](address) every link shows where it leads.
    markdown.disable(["code", "heading", "hr", "image", "lheading", "link", "reference"])
    markdown.validateLink = lambda url: url.lower().startswith(("http://", "https://"))  # type: ignore[method-assign]
    return markdown


_STORY = _story_markdown()
# Every bracket may start a link, and looking for its end costs 40 µs: 100 kB of them would take seconds.
_STORY_WITHOUT_LINKS = _story_markdown().disable(["link", "image", "footnote_inline", "footnote_ref", "reference"])
_COMMENT = _comment_markdown()
_COMMENT_CLEANER = nh3.Cleaner(
    tags={"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"},
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https"},
    link_rel="nofollow ugc noopener noreferrer",
)


def render_story(source: str, body_format: BodyFormat, *, base_url: str) -> Rendered:
    """Safe HTML with absolute addresses, its plain text, and warnings; rendered again as "html" it stays the same."""
    crowded = body_format == "markdown" and source.count("[") > MAX_BRACKETS
    if body_format == "markdown":
        source = (_STORY_WITHOUT_LINKS if crowded else _STORY).render(source)
    html, losses = sanitize(source, base_url=base_url)
    return Rendered(html, plain_text(html), (_TOO_MANY_BRACKETS, *losses) if crowded else losses)


# Prose in which nothing can be Markdown, HTML or a link: each line begins with a letter, or a number that counts no
# list, and its other characters are letters, digits, Arabic and Latin marks, and punctuation that means nothing to any.
_PLAIN_LINE = (
    r"(?!\d+[.)])[^\W_](?:[^\W_]|[ ,.;?!'\"()\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u00ab\u00bb"
    r"\u060c\u061b\u061f\u064b-\u0652\u0300-\u036f-])*(?<! )"
)
_LINE_END, _BREAK = "\n", "<br>\n"
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n\n?{_PLAIN_LINE})*")


def render_comment(source: str) -> str:
    """Safe HTML from the little Markdown readers may use; their HTML shows as typed, their links carry no weight.

    Most comments are plain prose, of which parser and cleaner would say the same in a hundred times the time.
    """
    if _PLAIN.fullmatch(source):
        paragraphs = source.split("\n\n")
        return "\n".join([f"<p>{paragraph.replace(_LINE_END, _BREAK)}</p>" for paragraph in paragraphs])
    return rendered_in_full(source)


def rendered_in_full(source: str) -> str:
    """The same by parser and cleaner, whatever the text."""
    return _COMMENT_CLEANER.clean(_COMMENT.render(source)).strip()
