"""Strong ETags: 304 for readers, If-Match (412, 428) for writers (RFC 9110, sections 8.8 and 13)."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from xxhash import xxh3_128_hexdigest

from app.core.errors import Malformed, PreconditionRequired, Stale

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def etag_of(body: bytes) -> str:
    """A strong tag over the bytes that are sent."""
    # no secret depends on it: who found a collision could hide a change of their own words from their own cache.
    # SHA-256 of a long thread took 60 µs, a tenth of the whole answer, this takes 5
    return f'"{xxh3_128_hexdigest(body)}"'


def etag_for(version: int) -> str:
    """The tag of an editor's resource: its version."""
    return f'"{version}"'


def tags_in(header: str) -> frozenset[str] | None:
    """Opaque values listed in the header, weak ones and those of compressing proxies as their origin; None for `*`."""
    if header.strip() == "*":
        return None
    return frozenset(tag.removesuffix("-gzip").removesuffix("-br") for tag in _TAG.findall(header))


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether a reader already has these bytes."""
    if if_none_match is None:
        return False
    tags = tags_in(if_none_match)
    return tags is None or etag.strip('"') in tags


def last_modified(moment: datetime) -> tuple[bytes, bytes]:
    """The header that says when something in an answer last changed. No 304 comes of it: a second is too coarse, and a
    renamed term changes what stories say without a date; tags are for that.
    """
    return b"last-modified", format_datetime(moment, usegmt=True).encode()


@dataclass(frozen=True, slots=True)
class Match:
    """What If-Match said: nothing (None), anything (`*`), or a set of versions."""

    tags: frozenset[str] | None = None
    anything: bool = False

    def check(self, version: int, **current: object) -> None:
        """Raises PreconditionRequired without the header, Stale with `current` when another version is the newest."""
        if self.tags is None and not self.anything:
            raise PreconditionRequired()
        self.check_if_sent(version, **current)

    def check_if_sent(self, version: int, **current: object) -> None:
        """The same where the header is optional."""
        if self.tags is not None and str(version) not in self.tags:
            raise Stale(members={"current": {"etag": etag_for(version), **current}})


async def _if_match(
    request: Request,
    if_match: Annotated[str | None, Header(description='the ETag that you read, such as `"3"`, or `*`')] = None,
) -> Match:
    values = request.headers.getlist("if-match")
    if not values:
        return Match()
    tags = tags_in(", ".join(values))
    if tags is not None and not tags:
        raise Malformed('If-Match must be `*` or quoted ETags such as "3"')
    return Match(tags, anything=tags is None)


IfMatch = Annotated[Match, Depends(_if_match)]
