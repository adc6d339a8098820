"""Bytes as base64url without padding, in one spelling only."""

import base64
import re

_ALPHABET = re.compile("[A-Za-z0-9_-]*")


def to_text(data: bytes) -> str:
    """The one spelling that `to_bytes` takes back."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """The bytes of a canonical spelling; raises ValueError for padding, other letters and bits that say nothing."""
    if not _ALPHABET.fullmatch(text):
        raise ValueError("must be base64url without padding: letters, digits, - and _ only")
    if len(text) % 4 == 1:
        raise ValueError("is cut off: no base64url has this length")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_text(data) != text:
        raise ValueError("must be base64url in its one spelling: the unused bits at its end must be zero")
    return data
