"""Sealed tips, envelope version 1: any one of several newsroom keys opens it, no server can (docs/sealed-tips.md)."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from app.core import base64url
from app.core.text import BIDI_CONTROLS, NOT_IN_PROSE

MAGIC = b"MHT1"
MOST_RECIPIENTS = 8
BUCKETS = (1_024, 4_096, 16_384, 65_536)
MEMBERS = ("name", "contact", "subject", "body")
LENGTH_BYTES = 4
CONTENT_KEY_BYTES = 32
# Every key here encrypts one thing in its life: a content key is random for each envelope, a wrapping key comes from an
# ephemeral key that is random for each envelope and from one recipient. GCM needs that no nonce is used twice under one
# key, and under a key that is used once any will do. A random one would be bytes and a second thing to get wrong.
NONCE = bytes(12)

_CURVE = ec.SECP256R1()
_POINT_BYTES = 65
_UNCOMPRESSED = 4
_MOST_KEY_TEXT = 8_192
_SCALAR_BYTES = 32
_PRIVATE_SIGNS = ("PRIVATE KEY", '"private_key"', '"d"')  # PEM, our own key file, JWK
_PRIVATE = "this is a private key: it must never reach a server. Give the public key that belongs to it"

_LINE_BREAKS = re.compile("[\t\n\u2028\u2029]")

_TAG_BYTES = 16
_KEY_ID_BYTES = 16
_ENTRY_BYTES = _KEY_ID_BYTES + CONTENT_KEY_BYTES + _TAG_BYTES
_HEAD_BYTES = len(MAGIC) + 1 + _POINT_BYTES
_WRAP_INFO = b"masthead/sealed-tip/v1/wrap"

_MOST_BYTES = _HEAD_BYTES + MOST_RECIPIENTS * _ENTRY_BYTES + BUCKETS[-1] + _TAG_BYTES
MOST_TEXT = -(-_MOST_BYTES * 4 // 3)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope shows to everyone: for which keys it is, and how large the message may at most be."""

    recipients: tuple[bytes, ...]
    bucket: int


@dataclass(frozen=True, slots=True)
class _Parts:
    head: bytes
    entries: Mapping[bytes, bytes]
    ciphertext: bytes

    @property
    def ephemeral(self) -> bytes:
        return self.head[-_POINT_BYTES:]

    @property
    def before_ciphertext(self) -> bytes:
        return self.head + b"".join(key + wrapped for key, wrapped in self.entries.items())


def parse_public_key(text: str) -> bytes:
    """The uncompressed point of a public key in PEM or base64url; raises ValueError saying what is right."""
    text = text.strip()
    if len(text) > _MOST_KEY_TEXT:
        raise ValueError("this is longer than any public key")
    if any(sign in text for sign in _PRIVATE_SIGNS):
        raise ValueError(_PRIVATE)
    if text.startswith("-----BEGIN"):
        return _point_of_pem(text)
    try:
        point = base64url.to_bytes(text)
    except ValueError:
        raise ValueError("a public key is PEM (BEGIN PUBLIC KEY) or its point in base64url without padding") from None
    if len(point) == _SCALAR_BYTES:
        raise ValueError(_PRIVATE)
    check_point(point)
    return point


def _point_of_pem(text: str) -> bytes:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("this PEM holds no public key: it must read BEGIN PUBLIC KEY and be whole") from None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise ValueError("this key is of another kind: it must be of the curve P-256 (prime256v1)")


def check_point(point: bytes) -> None:
    """Raises ValueError for what is no uncompressed point on P-256."""
    if len(point) != _POINT_BYTES or point[0] != _UNCOMPRESSED:
        raise ValueError(f"a public key is an uncompressed point of P-256: {_POINT_BYTES} bytes that begin with 04")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        raise ValueError("this public key is no point on the curve P-256") from None


def key_id(public_point: bytes) -> bytes:
    """The 16 bytes by which an envelope names a key: the first half of its fingerprint."""
    return sha256(public_point).digest()[:_KEY_ID_BYTES]


def fingerprint(public_point: bytes) -> str:
    """SHA-256 in groups of four, for two people to compare over the phone."""
    digits = sha256(public_point).hexdigest().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def new_key() -> ec.EllipticCurvePrivateKey:
    """A new private key on P-256."""
    return ec.generate_private_key(_CURVE)


def public_point(private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """The uncompressed public point of a private key."""
    return private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def inspect(text: str) -> Envelope:
    """What can be checked without a private key; raises ValueError with the reason. Work and memory are bounded."""
    parts = _take_apart(text)
    return Envelope(tuple(parts.entries), len(parts.ciphertext) - _TAG_BYTES)


def seal(
    message: Mapping[str, str],
    recipients: Sequence[bytes],
    *,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    content_key: bytes | None = None,
) -> str:
    """An envelope for these public points; raises ValueError. An ephemeral or content key must be new: see NONCE."""
    padded = _padded(message)
    _check_recipients(recipients)
    ephemeral = ephemeral or new_key()
    content_key = content_key or secrets.token_bytes(CONTENT_KEY_BYTES)
    head = MAGIC + bytes([len(recipients)]) + public_point(ephemeral)
    before = head
    for point in recipients:
        wrapping_key = _wrapping_key(ephemeral, point, public_point(ephemeral), point)
        before += key_id(point) + AESGCM(wrapping_key).encrypt(NONCE, content_key, head + key_id(point))
    return base64url.to_text(before + AESGCM(content_key).encrypt(NONCE, padded, before))


def open_sealed(text: str, private_key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The message as it was written, controls and all; raises ValueError if it is damaged or for other keys."""
    parts = _take_apart(text)
    own = public_point(private_key)
    wrapped = parts.entries.get(key_id(own))
    if wrapped is None:
        raise ValueError("this envelope was sealed for other keys than this one")
    try:
        wrapping_key = _wrapping_key(private_key, parts.ephemeral, parts.ephemeral, own)
        content_key = AESGCM(wrapping_key).decrypt(NONCE, wrapped, parts.head + key_id(own))
        padded = AESGCM(content_key).decrypt(NONCE, parts.ciphertext, parts.before_ciphertext)
    except InvalidTag:
        raise ValueError("this envelope is damaged: it is not as it was sealed") from None
    return _message(padded)


def _take_apart(text: str) -> _Parts:
    if len(text) > MOST_TEXT:
        raise ValueError(f"an envelope has at most {MOST_TEXT} characters")
    try:
        data = base64url.to_bytes(text)
    except ValueError as error:
        raise ValueError(f"an envelope {error}") from None
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError("this is no sealed tip of version 1: it must begin with MHT1")
    count = data[len(MAGIC)] if len(data) > len(MAGIC) else 0
    if not 1 <= count <= MOST_RECIPIENTS:
        raise ValueError(f"an envelope is for 1 to {MOST_RECIPIENTS} keys, not {count}")
    body = _HEAD_BYTES + count * _ENTRY_BYTES
    if len(data) - body - _TAG_BYTES not in BUCKETS:
        raise ValueError(f"an envelope for {count} keys that has {len(data)} bytes is cut off or too long")
    head = data[:_HEAD_BYTES]
    check_point(head[-_POINT_BYTES:])
    starts = range(_HEAD_BYTES, body, _ENTRY_BYTES)
    entries = {data[at : at + _KEY_ID_BYTES]: data[at + _KEY_ID_BYTES : at + _ENTRY_BYTES] for at in starts}
    if len(entries) != count:
        raise ValueError("an envelope names each key once")
    return _Parts(head, entries, data[body:])


def _check_recipients(recipients: Sequence[bytes]) -> None:
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise ValueError(f"seal for 1 to {MOST_RECIPIENTS} keys, not {len(recipients)}")
    if len(set(recipients)) != len(recipients):
        raise ValueError("seal for each key once")
    for point in recipients:
        check_point(point)


def _wrapping_key(own: ec.EllipticCurvePrivateKey, other: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, other))
    return HKDF(SHA256(), 32, salt=ephemeral + recipient, info=_WRAP_INFO).derive(shared)


def _padded(message: Mapping[str, str]) -> bytes:
    if unknown := set(message) - set(MEMBERS):
        raise ValueError(f"a message has {', '.join(MEMBERS)}, not {', '.join(sorted(unknown))}")
    if not message.get("body", "").strip():
        raise ValueError("a message needs a body")
    try:
        written = json.dumps(dict(message), ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise ValueError("a message must be text: this one has half of a surrogate pair") from None
    room = next((size for size in BUCKETS if size >= LENGTH_BYTES + len(written)), None)
    if room is None:
        raise ValueError(f"a message has at most {BUCKETS[-1] - LENGTH_BYTES} bytes, this one has {len(written)}")
    return (len(written).to_bytes(LENGTH_BYTES) + written).ljust(room, b"\0")


def _message(padded: bytes) -> dict[str, str]:
    """What lay in the envelope came from a stranger: sealed does not mean well formed."""
    end = LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES])
    if end > len(padded) or padded[end:].strip(b"\0"):
        raise ValueError("this envelope opened, but was filled wrongly: its length or its padding is wrong")
    try:
        found: Any = json.loads(padded[LENGTH_BYTES:end].decode())
    except (ValueError, RecursionError):
        raise ValueError("this envelope opened, but holds no message: it is not JSON") from None
    # what a front end added or left null must not cost the tip: every text is shown, the rest is passed over
    texts = {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
    if "body" not in texts:
        raise ValueError("this envelope opened, but holds no message: it has no body")
    return texts


def readable(message: Mapping[str, str]) -> str:
    """The message for a terminal, body last: what could drive the terminal or pass for a label is spelled out."""
    told = [name for name in MEMBERS if name in message] + sorted(set(message) - set(MEMBERS))
    labelled = [f"{_on_one_line(name)}: {_on_one_line(message[name])}\n" for name in told if name != "body"]
    return "".join(labelled) + "\n" * bool(labelled) + _spelled_out(message["body"]) + "\n"


def _on_one_line(text: str) -> str:
    return _LINE_BREAKS.sub(_spell, _spelled_out(text))


def _spelled_out(text: str) -> str:
    return BIDI_CONTROLS.sub(_spell, NOT_IN_PROSE.sub(_spell, text))


def _spell(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
