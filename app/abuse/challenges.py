"""Proof of work in the wire format of ALTCHA (version 1): made, and checked when it comes back solved. No I/O."""

import base64
import binascii
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from altcha import v1 as altcha

from app.core.keys import Keys
from app.core.render_tokens import FormKind

LIFE = timedelta(hours=1)
_MEMBERS: dict[str, type] = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


def make(keys: Keys, form: FormKind, subject: str, *, largest_number: int, at: datetime) -> dict[str, Any]:
    """A challenge for this form and thread, good for an hour, which costs half of `largest_number` hashes."""
    made = altcha.create_challenge(
        altcha.ChallengeOptions(
            algorithm="SHA-256",
            max_number=largest_number,
            hmac_key=_key(keys, form, subject),
            expires=at + LIFE,
        )
    )
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": made.max_number,  # as ALTCHA's widget reads it; the library writes maxNumber
        "salt": made.salt,
        "signature": made.signature,
    }


def solved(keys: Keys, answer: str, form: FormKind, subject: str, *, at: datetime) -> str | None:
    """The challenge that was solved, to be spent once; None for whatever else was sent in its place."""
    payload = _payload(answer)
    if payload is None or payload["algorithm"] != "SHA-256" or not _fresh(payload["salt"], at):
        return None
    # the library would ask the clock of the machine; its expiry was checked against ours
    right, _ = altcha.verify_solution(payload, _key(keys, form, subject), check_expires=False)  # type: ignore[call-overload]
    return str(payload["challenge"]) if right else None


def _payload(answer: str) -> dict[str, Any] | None:
    try:
        payload = json.loads(base64.b64decode(answer, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    # exactly these types: a bool is an int to Python, and the library hashes whatever it is given
    return payload if all(type(payload.get(name)) is kind for name, kind in _MEMBERS.items()) else None


def _fresh(salt: str, at: datetime) -> bool:
    """Whether the salt, which is signed as a whole, names a moment that is still to come."""
    _, _, query = salt.partition("?")
    name, _, value = query.partition("&")[0].partition("=")
    if name != "expires" or not value.isascii() or not value.isdigit() or len(value) > 12:
        return False
    return at <= datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value))


def _key(keys: Keys, form: FormKind, subject: str) -> bytes:
    """A key for each form and thread: what was solved for one opens no other."""
    return keys.mac("proof-of-work", f"{form.value}\0{unicodedata.normalize('NFC', subject)}".encode())
