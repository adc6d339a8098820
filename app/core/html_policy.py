"""What HTML a story may hold: tables of elements, attributes and values which a web editor could read."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from app.core.html_tokens import BLOCK_ELEMENTS

VOID_ELEMENTS = frozenset({"br", "col", "hr", "img", "wbr"})
ELEMENTS = (
    BLOCK_ELEMENTS
    | VOID_ELEMENTS
    | {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "colgroup",
        "del",
        "dfn",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
    }
    | {"small", "span", "strong", "sub", "sup", "td", "th", "time", "u", "var"}
)
# Same meaning under the name we keep. h1 is the headline of the page, which is the story's title.
RENAMED = {
    "address": "div",
    "article": "div",
    "center": "div",
    "footer": "div",
    "h1": "h2",
    "header": "div",
    "main": "div",
    "strike": "s",
    "tt": "code",
}

_ATTRIBUTES_ANYWHERE = frozenset({"dir", "lang"})
_FOOTNOTE = frozenset({"class", "id"})
_CITED = frozenset({"cite"})
_CELL = frozenset({"align", "colspan", "rowspan"})
_ATTRIBUTES = {
    "a": _FOOTNOTE | {"href", "hreflang", "rel", "title"},
    "abbr": frozenset({"title"}),
    "blockquote": _CITED,
    "code": frozenset({"class"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "del": _CITED | {"datetime"},
    "dfn": frozenset({"title"}),
    "hr": frozenset({"class"}),
    "img": frozenset({"alt", "height", "loading", "src", "title", "width"}),
    "ins": _CITED | {"datetime"},
    "li": _FOOTNOTE | {"value"},
    "ol": frozenset({"class", "reversed", "start", "type"}),
    "q": _CITED,
    "section": frozenset({"class"}),
    "sup": frozenset({"class"}),
    "td": _CELL,
    "th": _CELL | {"scope"},
    "time": frozenset({"datetime"}),
}
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    tag: _ATTRIBUTES_ANYWHERE | _ATTRIBUTES.get(tag, frozenset()) for tag in ELEMENTS
}

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,5}", re.ASCII)
_ALLOWED_VALUES = {
    "align": re.compile("left|right|center", re.IGNORECASE),
    "class": re.compile(r"footnote-(ref|item|backref)|footnotes(-sep|-list)?|language-[\w+#.-]{1,40}"),
    "colspan": _NUMBER,
    "datetime": re.compile(r"[-+:.,0-9A-Z ]{1,40}", re.ASCII),
    "dir": re.compile("ltr|rtl|auto", re.IGNORECASE),
    "height": _NUMBER,
    "hreflang": _LANGUAGE,
    # An id of the writer's choice could hide one of the page's own from its scripts.
    "id": re.compile(r"fn(ref)?[0-9]+(:[0-9]+)?", re.ASCII),
    "lang": _LANGUAGE,
    "reversed": re.compile("(reversed)?"),
    "rowspan": _NUMBER,
    "scope": re.compile("(col|row)(group)?"),
    "span": _NUMBER,
    "start": _NUMBER,
    "type": re.compile("[1aAiI]"),
    "value": _NUMBER,
    "width": _NUMBER,
}
# Written by us whatever was there.
OURS = frozenset({"loading", "rel"})
ADDRESS_ATTRIBUTES = frozenset({"cite", "href", "src"})
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_PAGE_SCHEMES = frozenset({"http", "https"})
_MISSING = "without an address"
_BROKEN = "with a broken address"
_KINDS_OF_ADDRESS = {"a": "link", "img": "image"}
# What a link may say about its target; "sponsored" and "nofollow" mark paid links, which is the law in places.
_LINK_RELATIONS = ("author", "license", "me", "nofollow", "sponsored", "tag", "ugc")


class AddressRefusedError(ValueError):
    """An address which is left out; the text says why in plain words."""

    def __init__(self, tag: str, flaw: str) -> None:
        super().__init__(f"removed {_KINDS_OF_ADDRESS.get(tag, 'source')} {flaw}")


def allowed_value(attribute: str, value: str) -> str | None:
    """The value as it may stay, None when it may not; of classes some may stay, and without a rule any text."""
    rule = _ALLOWED_VALUES.get(attribute)
    if rule is None:
        return value
    if attribute == "class":
        return " ".join(name for name in value.split() if rule.fullmatch(name)) or None
    return value if rule.fullmatch(value) else None


def address(tag: str, value: str, base_url: str) -> str:
    """An absolute address, or for links a fragment of this page; raises AddressRefusedError for all that is neither."""
    # Browsers drop control characters too, so "java\tscript:" is a scheme to them.
    url = re.sub("[\x00-\x1f\x7f]", "", value).strip().replace(" ", "%20")
    if not url:
        raise AddressRefusedError(tag, _MISSING)
    if url.startswith("#") and tag == "a":
        return url
    try:
        absolute = url if urlsplit(url).scheme else urljoin(base_url, url)
        parts = urlsplit(absolute)
    except ValueError as error:
        raise AddressRefusedError(tag, _BROKEN) from error
    if parts.scheme not in (LINK_SCHEMES if tag == "a" else _PAGE_SCHEMES):
        raise AddressRefusedError(tag, f"with scheme {parts.scheme[:20]}:")
    if parts.scheme in _PAGE_SCHEMES and not parts.hostname:
        raise AddressRefusedError(tag, _BROKEN)
    return absolute


def link_relations(value: str) -> str:
    """The `rel` of a link: always without opener and referrer, and what its writer said about the target."""
    said = value.lower().split()
    return " ".join(["noopener", "noreferrer", *(word for word in _LINK_RELATIONS if word in said)])
