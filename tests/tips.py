"""The test vectors of docs/sealed-tips-vectors.json, as the tests of Python and of the browser read them."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key

from app.core import base64url, sealing
from tests.server import ROOT

_FILE: dict[str, Any] = json.loads((ROOT / "docs" / "sealed-tips-vectors.json").read_text(encoding="utf-8"))
KEYS: dict[str, dict[str, str]] = {key["name"]: key for key in _FILE["keys"]}
VECTORS: list[dict[str, Any]] = _FILE["vectors"]


def message_of(vector: dict[str, Any]) -> dict[str, str]:
    """The message of a vector; long ones are given as a text and how often it is repeated."""
    return {
        name: value if isinstance(value, str) else value["repeat"] * value["times"]
        for name, value in vector["message"].items()
    }


def private_key(pkcs8: str) -> ec.EllipticCurvePrivateKey:
    """A private key of the vectors."""
    key = load_der_private_key(base64url.to_bytes(pkcs8), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def filled_with(plain: bytes, point: bytes) -> str:
    """A flawless envelope around what no sealer of ours would put into it."""
    content_key = bytes(32)
    data = base64url.to_bytes(sealing.seal({"body": "x"}, [point], content_key=content_key))
    before = data[:134]
    return base64url.to_text(before + AESGCM(content_key).encrypt(bytes(12), plain, before))


def padded(written: bytes, *, length: int | None = None, size: int = 1024) -> bytes:
    """The length (the true one unless told), what is written, zeros."""
    return ((len(written) if length is None else length).to_bytes(4, "big") + written).ljust(size, b"\0")
