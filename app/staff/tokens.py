"""Access tokens (JWT, ten minutes, python-jose), refresh tokens and API keys (opaque, derived, one spelling each)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jose import jwt

from app.core.errors import Unauthenticated
from app.core.ids import parse_id, random_id
from app.core.keys import MAC_BYTES, Keys
from app.staff.errors import KeyRefused

ACCESS_LIFE = timedelta(minutes=10)
ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068
KEY_ID = "1"
ISSUER = "masthead"
AUDIENCE = "masthead:editor"
MOST_CHARACTERS = 4_096
API_KEY = "api-key"
API_KEY_PREFIX = "mh_"  # by which scanners of public code know it, and the guard

_HEADER_KEYS = {"alg", "typ", "kid"}
_OPTIONS = {f"require_{claim}": True for claim in ("exp", "iat", "sub", "aud", "iss", "jti")} | {"leeway": 0}
_PACKED_BYTES = 16 + 4


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom an access token speaks for, and in which session."""

    user_id: UUID
    session_id: UUID


def make_access(keys: Keys, claims: Claims, scope: str, *, at: datetime) -> str:
    """A signed token for one session; the session is looked up on every request, so it ends with it."""
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "jti": str(random_id()),
        "iat": int(at.timestamp()),
        "exp": int((at + ACCESS_LIFE).timestamp()),
        "use": "access",
        "scope": scope,
    }
    return str(jwt.encode(body, _key(keys), ALGORITHM, {"typ": TYPE, "kid": KEY_ID}))


def read_access(keys: Keys, token: str) -> Claims:
    """The claims of a token of ours that is still good; anything else whatever raises Unauthenticated."""
    claims = _decoded(keys, token) if len(token) <= MOST_CHARACTERS else None
    user_id = parse_id(str(claims.get("sub"))) if claims else None
    session_id = parse_id(str(claims.get("sid"))) if claims else None
    if claims is None or claims.get("use") != "access" or user_id is None or session_id is None:
        raise Unauthenticated("the access token is invalid or has expired", error="invalid_token")
    return Claims(user_id, session_id)


def _decoded(keys: Keys, token: str) -> dict[str, Any] | None:
    try:
        header = jwt.get_unverified_header(token)
        if set(header) != _HEADER_KEYS or (header["alg"], header["typ"], header["kid"]) != (ALGORITHM, TYPE, KEY_ID):
            return None
        decoded: dict[str, Any] = jwt.decode(
            token, _key(keys), algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS
        )
        if not all(type(decoded[claim]) is int for claim in ("exp", "iat")):
            return None
        return decoded
    except Exception:  # noqa: BLE001  the library leaks RecursionError, TypeError and more from hostile tokens
        return None


def _key(keys: Keys) -> str:
    # hex text: the library would parse a key that happens to be JSON
    return keys.derive("access-token").hex()


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says of itself before it is believed."""

    session_id: UUID
    generation: int
    mac: bytes

    @classmethod
    def parse(cls, text: str) -> "RefreshToken | None":
        """The parts of a well-formed token in its one spelling, else None."""
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            return None
        if len(packed) != _PACKED_BYTES + MAC_BYTES or _spelled(packed) != text:
            return None
        return cls(UUID(bytes=packed[:16]), int.from_bytes(packed[16:20]), packed[20:])


def make_refresh(keys: Keys, session_id: UUID, salt: bytes, generation: int) -> str:
    """The token of one generation, derived from the secret key and the session's salt: neither alone suffices."""
    body = session_id.bytes + generation.to_bytes(4)
    return _spelled(body + keys.mac("refresh-token", body + salt))


def _spelled(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def make_api_key(keys: Keys, key_id: UUID) -> str:
    """The secret of an API key, derived from its id: no copy is kept, and it can be shown again in a repetition."""
    return API_KEY_PREFIX + keys.token(API_KEY, key_id)


def read_api_key(keys: Keys, text: str) -> UUID:
    """The id of a key of ours, alive or not. Raises Unauthenticated."""
    key_id = keys.subject(API_KEY, text.removeprefix(API_KEY_PREFIX))
    if key_id is None:
        raise KeyRefused()
    return key_id
