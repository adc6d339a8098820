"""Keyset paging: a cursor holds the sort values of the last row, and belongs to one route, filter set and sort."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from app.core.clock import wire_time
from app.core.errors import Invalid, wrong

Key = str | int | float | bool | datetime | UUID | None

_MARK_BYTES = 6


def encode_cursor(scope: str, key: Sequence[Key]) -> str:
    """Opaque text for `?cursor=`; `scope` names route, filters and sort, and only its fingerprint is kept."""
    values = [_plain(part) for part in key]
    packed = _mark(scope) + json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(text: str, scope: str, kinds: Sequence[type]) -> list[Key]:
    """The sort values again, typed as `kinds`; raises Invalid for a cursor that this list did not make."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = json.loads(packed[_MARK_BYTES:])
        if packed[:_MARK_BYTES] != _mark(scope) or not isinstance(values, list) or len(values) != len(kinds):
            raise bad_cursor()
        return [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (binascii.Error, UnicodeError, ValueError, OverflowError, RecursionError):
        raise bad_cursor() from None


def bad_cursor() -> Invalid:
    """The one answer for every cursor that is not ours."""
    return wrong("cursor", "cursor", "is not a cursor of this list with these filters and this sort", part="query")


def _mark(scope: str) -> bytes:
    return hashlib.blake2b(scope.encode(), digest_size=_MARK_BYTES).digest()


def _plain(part: Key) -> str | int | float | bool | None:
    if isinstance(part, datetime):
        return wire_time(part)
    return str(part) if isinstance(part, UUID) else part


def _typed(value: object, kind: type) -> Key:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None:
            raise ValueError
        return moment.astimezone(UTC)  # here, because the first and last hours of the calendar overflow
    if kind is UUID and isinstance(value, str):
        return UUID(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62:
        return value
    if kind is str and isinstance(value, str) and "\x00" not in value:
        value.encode()
        return value
    raise ValueError
