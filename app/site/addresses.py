"""Addresses that an admin types: what is accepted, and why the rest is not. Raise ValueError."""

import re
from urllib.parse import SplitResult, urlsplit

PLACEHOLDERS = ("locale", "slug", "yyyy", "mm", "id")

_PLACEHOLDER = re.compile("{(" + "|".join(PLACEHOLDERS) + ")}")
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
_NOT_IN_A_PATH = re.compile(r"[\s?#\\{}<>\"%]")
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
