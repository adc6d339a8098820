"""The file in which an editor keeps a private key: locked by a passphrase, read by Python and by any browser."""

import json
import secrets
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from app.core import base64url
from app.core.sealing import fingerprint, parse_public_key, public_point

FORMAT = "masthead-tip-key-1"
MOST_TEXT = 4_096
# OWASP's figure for PBKDF2 with SHA-256, the one slow function that every browser has. The upper bound keeps a file
# that somebody tampered with from holding the machine for hours.
ITERATIONS, MOST_ITERATIONS = 600_000, 10_000_000
SALT_BYTES = 16
SHORTEST_PASSPHRASE = 12

# one salt makes one key, which encrypts one thing: then any nonce will do
_NONCE = bytes(12)
_NO_KEY_FILE = "this is no private key file of Masthead, or a part of it is missing"


def lock(private_key: ec.EllipticCurvePrivateKey, passphrase: str, *, salt: bytes | None = None) -> str:
    """The text of the file; raises ValueError for a short passphrase. A given salt must be new."""
    if len(_normal(passphrase)) < SHORTEST_PASSPHRASE:
        raise ValueError(f"the passphrase must have at least {SHORTEST_PASSPHRASE} characters: take five words or more")
    salt = salt or secrets.token_bytes(SALT_BYTES)
    point = public_point(private_key)
    plain = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    locked = AESGCM(_stretched(passphrase, salt, ITERATIONS)).encrypt(_NONCE, plain, point)
    members = {
        "format": FORMAT,
        "public_key": base64url.to_text(point),
        "fingerprint": fingerprint(point),
        "kdf": "PBKDF2-HMAC-SHA-256",
        "iterations": ITERATIONS,
        "salt": base64url.to_text(salt),
        "cipher": "AES-256-GCM",
        "private_key": base64url.to_text(locked),
    }
    return json.dumps(members, indent=2) + "\n"


def unlock(text: str, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """The private key in a file's text; raises ValueError for a wrong passphrase and for what is no such file."""
    members = _members(text)
    try:
        point = parse_public_key(members["public_key"])
        salt, locked = (base64url.to_bytes(members[name]) for name in ("salt", "private_key"))
    except ValueError:
        raise ValueError(_NO_KEY_FILE) from None
    try:
        plain = AESGCM(_stretched(passphrase, salt, members["iterations"])).decrypt(_NONCE, locked, point)
    except InvalidTag:
        raise ValueError("the passphrase is wrong, or the file is damaged") from None
    key = load_der_private_key(plain, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or public_point(key) != point:
        raise ValueError("this file holds another private key than it says")
    return key


def _members(text: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(text) if len(text) <= MOST_TEXT else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(_NO_KEY_FILE)
    if not all(isinstance(found.get(name), str) for name in ("public_key", "salt", "private_key")):
        raise ValueError(_NO_KEY_FILE)
    iterations = found.get("iterations")
    if type(iterations) is not int or not ITERATIONS <= iterations <= MOST_ITERATIONS:
        raise ValueError(f"a private key file has {ITERATIONS} to {MOST_ITERATIONS} iterations")
    return found


def _stretched(passphrase: str, salt: bytes, iterations: int) -> bytes:
    return PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(_normal(passphrase).encode())


def _normal(passphrase: str) -> str:
    """Keyboards spell é and آ in two ways; the passphrase is one."""
    return unicodedata.normalize("NFC", passphrase)
