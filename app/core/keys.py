"""Keys for one purpose each, derived from the root secret (HKDF-SHA-256, RFC 5869), and the tokens made with them."""

import base64
import binascii
import hmac
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_ID = b"\x01"  # which root key a derived token was made with; a second one comes with key rotation
MAC_BYTES = 24


class Keys:
    """Derives, signs and checks; holds the root secret and shows it to nobody."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.derive = lru_cache(maxsize=64)(self._derive)

    def __repr__(self) -> str:
        return "Keys(…)"

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"masthead/{purpose}".encode()).derive(self._secret)

    def mac(self, purpose: str, message: bytes) -> bytes:
        """192 bits of HMAC-SHA-256 under the purpose's key."""
        return hmac.digest(self.derive(purpose), message, "sha256")[:MAC_BYTES]

    def token(self, purpose: str, subject: UUID) -> str:
        """A capability for one thing, derived so that no copy is kept: key id, subject and mac in base64url."""
        packed = KEY_ID + subject.bytes + self.mac(purpose, KEY_ID + subject.bytes)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    def subject(self, purpose: str, token: str) -> UUID | None:
        """Whom a token is for, or None when it is not one of ours for this purpose, in its one spelling."""
        try:
            packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        if len(packed) != 17 + MAC_BYTES or packed[:1] != KEY_ID:
            return None
        subject = UUID(bytes=packed[1:17])
        return subject if hmac.compare_digest(self.token(purpose, subject).encode(), token.encode()) else None
