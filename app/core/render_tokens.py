"""The token that a form carries from the moment it is shown: signed, bound to the form, written down nowhere."""

import hmac
import unicodedata
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.core import base64url
from app.core.keys import KEY_ID, MAC_BYTES, Keys

YOUNGEST = timedelta(seconds=3)
OLDEST = timedelta(hours=24)

_PURPOSE = "render-token"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_TIME_BYTES = 6
_HEAD_BYTES = len(KEY_ID) + _TIME_BYTES


class FormKind(StrEnum):
    """Which form a token is for."""

    COMMENT = "comment"
    CONTACT = "contact"


class Verdict(StrEnum):
    """What a token says about who filled in the form."""

    OK = "ok"
    MISSING = "missing"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    FORGED = "forged"


def issue(keys: Keys, form: FormKind, subject: str, *, at: datetime) -> str:
    """A token for this form, shown at this moment; `subject` is the slug of the story, or nothing."""
    head = KEY_ID + ((at - _EPOCH) // _TICK).to_bytes(_TIME_BYTES)
    return base64url.to_text(head + _seal(keys, head, form, subject))


def verdict(keys: Keys, token: str | None, form: FormKind, subject: str, *, at: datetime) -> Verdict:
    """What is to be thought of a token that came back, whatever was sent in its place."""
    if token is None or not token.strip():
        return Verdict.MISSING
    try:
        packed = base64url.to_bytes(token)
    except ValueError:
        return Verdict.FORGED
    head, seal = packed[:_HEAD_BYTES], packed[_HEAD_BYTES:]
    if len(seal) != MAC_BYTES or not hmac.compare_digest(seal, _seal(keys, head, form, subject)):
        return Verdict.FORGED
    age = at - (_EPOCH + int.from_bytes(head[len(KEY_ID) :]) * _TICK)
    if age < YOUNGEST:
        return Verdict.TOO_YOUNG
    return Verdict.TOO_OLD if age > OLDEST else Verdict.OK


def _seal(keys: Keys, head: bytes, form: FormKind, subject: str) -> bytes:
    return keys.mac(_PURPOSE, head + f"{form.value}\0{unicodedata.normalize('NFC', subject)}".encode())
