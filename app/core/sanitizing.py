"""Making a story's HTML safe: `html_policy` applies, losses are noted, then nh3 has the last word."""

from collections import Counter
from collections.abc import Iterable, Iterator

import nh3

from app.core import html_policy as policy
from app.core.html_tokens import End, Start, Text, tokens
from app.core.html_writer import HtmlWriter
from app.core.text import NOT_IN_PROSE

MAX_WARNINGS = 50
_MAX_ROUNDS = 4
_MAX_NAME_LENGTH = 40

_LAST_WORD = nh3.Cleaner(
    tags=set(policy.ELEMENTS),
    attributes={tag: set(names) for tag, names in policy.ATTRIBUTES.items()},
    url_schemes=set(policy.LINK_SCHEMES),
    link_rel=None,
    strip_comments=True,
)


def sanitize(html: str, *, base_url: str) -> tuple[str, tuple[str, ...]]:
    """HTML which holds only what the policy allows, and what was lost in plain words; its output passes unchanged."""
    losses: dict[str, None] = {}
    for _ in range(_MAX_ROUNDS):
        kept = _Scrubber(base_url, losses).scrub(html)
        before, html = html, _LAST_WORD.clean(kept).strip()
        if html == kept:
            break
        losses |= dict.fromkeys(_missing(kept, html))
        if html == before:
            break
    return html, _at_most(MAX_WARNINGS, losses)


class _Scrubber:
    """Applies the policy to tags and attributes one by one."""

    def __init__(self, base_url: str, losses: dict[str, None]) -> None:
        self._base_url = base_url
        self._losses = losses
        self._writer = HtmlWriter()

    def scrub(self, html: str) -> str:
        for token in tokens(html):
            match token:
                case Text(text):
                    self._writer.text(NOT_IN_PROSE.sub("", text))
                case Start(tag, attributes):
                    self._start(policy.RENAMED.get(tag, tag), attributes)
                case End(tag):
                    self._writer.end(policy.RENAMED.get(tag, tag))
        return self._writer.finish()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in policy.ELEMENTS:
            self._lose(f"removed element <{_readable(tag)}>")
            return
        kept = dict(self._kept(tag, attributes))
        if tag == "img":
            if "src" not in attributes:
                self._lose("removed image without an address")
            if "src" not in kept:
                return
            kept["loading"] = "lazy"
        if tag == "a" and "href" in kept:
            kept["rel"] = policy.link_relations(attributes.get("rel", ""))
        self._lose(self._writer.start(tag, kept))

    def _kept(self, tag: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, value in attributes.items():
            if name not in policy.ATTRIBUTES[tag]:
                self._lose(f"removed attribute {_readable(name)} on <{tag}>")
            elif name in policy.ADDRESS_ATTRIBUTES:
                try:
                    yield name, policy.address(tag, value, self._base_url)
                except policy.AddressRefusedError as refusal:
                    self._lose(str(refusal))
            elif name not in policy.OURS:
                allowed = policy.allowed_value(name, value)
                if allowed is not None:
                    yield name, NOT_IN_PROSE.sub("", allowed)
                if (allowed or "").split() != value.split():
                    self._lose(f"removed attribute {name} on <{tag}>")

    def _lose(self, what: str) -> None:
        if what:
            self._losses.setdefault(what)


def _readable(name: str) -> str:
    return NOT_IN_PROSE.sub("", name)[:_MAX_NAME_LENGTH]


def _missing(before: str, after: str) -> Iterator[str]:
    """What the parser behind nh3 dropped for reasons of its own: a stray cell, an address it cannot read."""
    remaining = Counter(_parts(after))
    for part, count in Counter(_parts(before)).items():
        if remaining[part] < count:
            yield f"removed {part}"


def _parts(html: str) -> Iterator[str]:
    for token in tokens(html):
        if isinstance(token, Start):
            yield f"element <{token.tag}>"
            yield from (f"attribute {name} on <{token.tag}>" for name in token.attributes)


def _at_most(limit: int, losses: Iterable[str]) -> tuple[str, ...]:
    listed = tuple(losses)
    return listed if len(listed) <= limit else (*listed[:limit], f"and {len(listed) - limit} more kinds of losses")
