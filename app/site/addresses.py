"""Addresses that an admin types: what is accepted, and why the rest is not. Raise ValueError."""

import re
from unicodedata import normalize
from urllib.parse import SplitResult, unquote, urlsplit

PLACEHOLDERS = ("locale", "slug", "yyyy", "mm", "id")

_PLACEHOLDER = re.compile("{(" + "|".join(PLACEHOLDERS) + ")}")
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
_NOT_IN_A_PATH = re.compile(r"[\s?#\\{}<>\"%]")
_NEVER_IN_A_PATH = re.compile(r"[\x00-\x1f\x7f-\x9f#\\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def web_address(value: str) -> str:
    """An absolute http(s) address without user info."""
    _split(value)
    return value


def base_address(value: str) -> str:
    """Where the front end lives: a web address that paths can be put behind."""
    if {"?", "#"} & set(value):
        raise ValueError("must have no query and no fragment")
    _split(value)
    return value


def origin(value: str) -> str:
    """Scheme, host and port as browsers write an origin (`https://news.example`)."""
    parts = _split(value)
    if parts.path not in ("", "/") or {"?", "#"} & set(value):
        raise ValueError("must be an origin such as https://news.example, without a path")
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _split(value: str) -> SplitResult:
    if _UNSAFE.search(value):
        raise ValueError("must be ASCII without spaces: percent-encode the path, write the host in Punycode")
    parts = urlsplit(value)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.port == 0:
        raise ValueError("must begin with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise ValueError("must have no user name or password")
    return parts


def front_path(value: str) -> str:
    """A path of the front end as it is compared: decoded, in NFC. A query belongs to it, as in `/?p=17`."""
    try:
        path = normalize("NFC", unquote(value, errors="strict"))
    except UnicodeDecodeError:
        raise ValueError("must be percent-encoded UTF-8") from None
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("must begin with one /")
    if _NEVER_IN_A_PATH.search(path):
        raise ValueError("is a path: no fragment, backslash, line break or other control character")
    return path


def front_path_or_web_address(value: str) -> str:
    """Either of the two: where a path leads."""
    if not value.startswith("/"):
        return web_address(value)
    if "?" in value:
        raise ValueError("is a path: with a query, write the whole address, from https:// on")
    return front_path(value)


def author_pattern(value: str) -> str:
    """A path of the front end for bylines, which have a slug in each language and no date."""
    if "{slug}" not in value:
        raise ValueError("must contain {slug}")
    if set(_PLACEHOLDER.findall(value)) - {"locale", "slug"}:
        raise ValueError("takes only {locale} and {slug}")
    return url_pattern(value)


def url_pattern(value: str) -> str:
    """A path of the front end with placeholders, one of which tells pieces apart."""
    if not value.startswith("/") or value.startswith("//"):
        raise ValueError("must begin with one /")
    if not {"slug", "id"} & set(_PLACEHOLDER.findall(value)):
        raise ValueError("must contain {slug} or {id}")
    if _NOT_IN_A_PATH.search(_PLACEHOLDER.sub("", value)):
        known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"is a path: no spaces, queries, percent signs or placeholders other than {known}")
    return value
