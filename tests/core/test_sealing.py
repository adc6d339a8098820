"""Sealed tips: the vectors byte by byte, envelopes that are not right, and what an opened one may contain."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.core import base64url, sealing
from tests.tips import KEYS, VECTORS, filled_with, message_of, padded, private_key

OWN = private_key(KEYS["news desk"]["private_key_pkcs8"])
OTHER = private_key(KEYS["night desk"]["private_key_pkcs8"])
POINTS = [sealing.public_point(key) for key in (OWN, OTHER)]
GOOD = sealing.seal({"body": "وثيقة في الدرج", "name": "سلمى"}, POINTS)
DATA = base64url.to_bytes(GOOD)
HEAD, ENTRY = 70, 64
LIST_END = HEAD + 2 * ENTRY

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


@each_vector
def test_a_vector_is_sealed_as_it_is_written(vector: dict[str, Any]) -> None:
    text = sealing.seal(
        message_of(vector),
        [base64url.to_bytes(KEYS[name]["public_key"]) for name in vector["recipients"]],
        ephemeral=private_key(vector["ephemeral_private_key_pkcs8"]),
        content_key=base64url.to_bytes(vector["content_key"]),
    )
    assert sha256(text.encode()).hexdigest() == vector["envelope_sha256"]
    assert vector.get("envelope", text) == text
    recipients = tuple(bytes.fromhex(KEYS[name]["key_id"]) for name in vector["recipients"])
    assert sealing.inspect(text) == sealing.Envelope(recipients, vector["bucket"])
    for name in vector["recipients"]:
        assert sealing.open_sealed(text, private_key(KEYS[name]["private_key_pkcs8"])) == message_of(vector)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_keys_of_the_vectors_are_what_they_say(key: dict[str, str]) -> None:
    point = sealing.public_point(private_key(key["private_key_pkcs8"]))
    assert sealing.parse_public_key(key["public_key"]) == point
    assert sealing.key_id(point).hex() == key["key_id"]
    assert sealing.fingerprint(point) == key["fingerprint"]
    assert re.fullmatch("([0-9A-F]{4} ){15}[0-9A-F]{4}", key["fingerprint"])
    assert key["fingerprint"].replace(" ", "").lower() == sha256(point).hexdigest()


def test_an_envelope_can_be_opened_by_hand_with_the_document_alone() -> None:
    vector = VECTORS[0]
    data = base64url.to_bytes(vector["envelope"])
    ephemeral, key_id, wrapped = data[5:70], data[70:86], data[86:134]
    x = OWN.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral))
    pseudorandom = hmac.digest(ephemeral + POINTS[0], x, "sha256")
    wrapping_key = hmac.digest(pseudorandom, b"masthead/sealed-tip/v1/wrap\x01", "sha256")
    content_key = AESGCM(wrapping_key).decrypt(bytes(12), wrapped, data[:70] + key_id)
    plain = AESGCM(content_key).decrypt(bytes(12), data[134:], data[:134])
    length = int.from_bytes(plain[:4], "big")
    assert json.loads(plain[4 : 4 + length]) == vector["message"]
    assert (data[:5], key_id, len(plain), set(plain[4 + length :])) == (
        b"MHT1\x01",
        sha256(POINTS[0]).digest()[:16],
        1024,
        {0},
    )


TEXTS = st.text(max_size=300)


@given(body=TEXTS.filter(str.strip), optional=st.dictionaries(st.sampled_from(["name", "contact", "subject"]), TEXTS))
def test_what_is_sealed_is_opened(body: str, optional: dict[str, str]) -> None:
    text = sealing.seal({"body": body, **optional}, POINTS)
    assert sealing.open_sealed(text, OWN) == sealing.open_sealed(text, OTHER) == {"body": body, **optional}


def test_nothing_is_sealed_twice_alike() -> None:
    first, second = (base64url.to_bytes(sealing.seal({"body": "x"}, POINTS)) for _ in range(2))
    assert first[5:HEAD] != second[5:HEAD]
    assert first[HEAD + 16 : HEAD + ENTRY] != second[HEAD + 16 : HEAD + ENTRY]
    assert first[LIST_END:-16] != second[LIST_END:-16]


@pytest.mark.parametrize(("least", "bucket"), [(1, 1024), (1010, 4096), (4082, 16_384), (16_370, 65_536)])
def test_sizes_within_a_bucket_are_equal(least: int, bucket: int) -> None:
    """`{"body":""}` has eleven bytes, the length before it four."""
    most = bucket - 15
    lengths = {len(sealing.seal({"body": "x" * size}, POINTS)) for size in (least, least + 1, most - 1, most)}
    assert lengths == {-(-(LIST_END + bucket + 16) * 4 // 3)}


def test_eight_keys_are_the_most() -> None:
    keys = [sealing.new_key() for _ in range(9)]
    points = [sealing.public_point(key) for key in keys]
    text = sealing.seal({"body": "x" * 65_521}, points[:8])
    assert len(text) == sealing.MOST_TEXT
    assert sealing.inspect(text).recipients == tuple(map(sealing.key_id, points[:8]))
    assert all(sealing.open_sealed(text, key)["body"] == "x" * 65_521 for key in keys[:8])
    with pytest.raises(ValueError, match="other keys"):
        sealing.open_sealed(text, keys[8])
    with pytest.raises(ValueError, match="1 to 8 keys, not 9"):
        sealing.seal({"body": "x"}, points)


OFF_CURVE = POINTS[0][:-1] + bytes([POINTS[0][-1] ^ 1])


@pytest.mark.parametrize(
    ("message", "points", "complaint"),
    [
        ({}, POINTS, "needs a body"),
        ({"body": " \n"}, POINTS, "needs a body"),
        ({"body": "x", "email": "a@b.example"}, POINTS, "not email"),
        ({"body": "\ud800"}, POINTS, "surrogate"),
        ({"body": "x" * 65_522}, POINTS, "at most 65532 bytes, this one has 65533"),
        ({"body": "س" * 32_761}, POINTS, "this one has 65533"),
        ({"body": "x"}, [], "1 to 8 keys, not 0"),
        ({"body": "x"}, [POINTS[0], POINTS[0]], "each key once"),
        ({"body": "x"}, [POINTS[0][:33]], "uncompressed"),
        ({"body": "x"}, [OFF_CURVE], "no point on the curve"),
    ],
)
def test_what_cannot_be_sealed(message: dict[str, str], points: list[bytes], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        sealing.seal(message, points)


def changed(at: int, by: bytes) -> str:
    return base64url.to_text(DATA[:at] + by + DATA[at + len(by) :])


def of_count(count: int) -> bytes:
    """The right number of bytes for a count of our choice, every entry with an id of its own."""
    entries = b"".join(bytes([number]) * ENTRY for number in range(count))
    return DATA[:4] + bytes([count]) + DATA[5:HEAD] + entries + DATA[LIST_END:]


HYBRID = bytes([6 + (DATA[69] & 1)])
MALFORMED: dict[str, tuple[str, str]] = {
    "empty": ("", "begin with MHT1"),
    "one letter": ("T", "cut off"),
    "other words": ("hello", "cut off"),
    "magic alone": (base64url.to_text(b"MHT1"), "1 to 8 keys, not 0"),
    "head alone": (base64url.to_text(DATA[:HEAD]), "cut off or too long"),
    "list alone": (base64url.to_text(DATA[:LIST_END]), "cut off or too long"),
    "magic of version 2": (changed(0, b"MHT2"), "begin with MHT1"),
    "magic in lower case": (changed(0, b"mht1"), "begin with MHT1"),
    "binary first": (base64url.to_text(b"\0" + DATA[1:]), "begin with MHT1"),
    "no keys": (changed(4, b"\0"), "not 0"),
    "one key said, two there": (changed(4, b"\1"), "for 1 keys that has 1238 bytes"),
    "three keys said, two there": (changed(4, b"\3"), "for 3 keys"),
    "nine keys": (base64url.to_text(of_count(9)), "not 9"),
    "255 keys": (base64url.to_text(of_count(255)), "not 255"),
    "a byte missing": (base64url.to_text(DATA[:-1]), "cut off or too long"),
    "a byte more": (base64url.to_text(DATA + b"\0"), "cut off or too long"),
    "a tag missing": (base64url.to_text(DATA[:-16]), "cut off or too long"),
    "a whole bucket more": (base64url.to_text(DATA + bytes(1024)), "cut off or too long"),
    "a size between buckets": (base64url.to_text(DATA[:LIST_END] + bytes(2048 + 16)), "cut off or too long"),
    "empty ciphertext": (base64url.to_text(DATA[:LIST_END] + bytes(16)), "cut off or too long"),
    "bucket of 256 KiB": (base64url.to_text(DATA[:LIST_END] + bytes(262_144 + 16)), "at most"),
    "same key twice": (base64url.to_text(DATA[: HEAD + ENTRY] + DATA[HEAD : HEAD + ENTRY] + DATA[LIST_END:]), "once"),
    "point compressed": (changed(5, b"\2"), "uncompressed"),
    "point hybrid": (changed(5, HYBRID), "uncompressed"),
    "point at infinity": (changed(5, bytes(65)), "uncompressed"),
    "point of zeros": (changed(5, b"\4" + bytes(64)), "no point on the curve"),
    "point off the curve": (changed(69, bytes([DATA[69] ^ 1])), "no point on the curve"),
    "point beyond the field": (changed(5, b"\4" + b"\xff" * 64), "no point on the curve"),
    "point of another curve": (
        changed(5, sealing.public_point(ec.generate_private_key(ec.SECP256K1()))),
        "no point on the curve",
    ),
    "padding": (GOOD + "==", "base64url"),
    "a line break at the end": (GOOD + "\n", "base64url"),
    "a space before": (" " + GOOD, "base64url"),
    "a line break within": (GOOD[:76] + "\n" + GOOD[76:], "base64url"),
    "standard base64": ("+/" + GOOD[2:], "base64url"),
    "NUL": (GOOD[:-1] + "\0", "base64url"),
    "Arabic digits": (GOOD[:-1] + "٣", "base64url"),
    "full-width letters": ("Ｔ" + GOOD[1:], "base64url"),
    "half a surrogate pair": (GOOD[:-1] + "\ud800", "base64url"),
    "letters added": (GOOD + "AAA", "cut off or too long"),
    "PEM": ("-----BEGIN MESSAGE-----\n" + GOOD, "base64url"),
    "JSON": (json.dumps({"sealed": GOOD}), "base64url"),
    "ten megabytes": ("A" * 10_000_000, "at most"),
}


@pytest.mark.parametrize(("text", "complaint"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_envelopes_are_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        sealing.inspect(text)
    with pytest.raises(ValueError, match=complaint):
        sealing.open_sealed(text, OWN)


def test_an_envelope_has_one_spelling() -> None:
    """The last letter carries bits that say nothing: of its kin only one is taken."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(DATA) % 3
    decodes_alike = [
        GOOD[:-1] + letter
        for letter in letters
        if base64.urlsafe_b64decode(GOOD[:-1] + letter + "=" * (-len(GOOD) % 4)) == DATA
    ]
    assert len(decodes_alike) > 1
    for spelling in decodes_alike:
        if spelling != GOOD:
            with pytest.raises(ValueError, match="one spelling"):
                sealing.inspect(spelling)


@given(st.text() | st.binary(max_size=3000).map(lambda data: base64url.to_text(b"MHT1" + data)))
def test_arbitrary_text_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        sealing.inspect(text)


def test_no_byte_can_be_changed_unnoticed() -> None:
    for at, byte in enumerate(DATA):
        with pytest.raises(ValueError, match=r"."):
            sealing.open_sealed(changed(at, bytes([byte ^ 1])), OWN)


REGIONS: dict[str, Callable[[bytes], bytes]] = {
    "the other key's entry": lambda data: data[: LIST_END - 1] + bytes([data[LIST_END - 1] ^ 1]) + data[LIST_END:],
    "entries in another order": lambda data: (
        data[:HEAD] + data[HEAD + ENTRY : LIST_END] + data[HEAD : HEAD + ENTRY] + data[LIST_END:]
    ),
    "an entry taken out": lambda data: data[:4] + b"\1" + data[5 : HEAD + ENTRY] + data[LIST_END:],
    "an entry added": lambda data: data[:4] + b"\3" + data[5:LIST_END] + bytes(ENTRY) + data[LIST_END:],
    "another ephemeral point": lambda data: data[:5] + sealing.public_point(sealing.new_key()) + data[HEAD:],
    "ciphertext of another envelope": lambda data: (
        data[:LIST_END] + base64url.to_bytes(sealing.seal({"body": "x"}, POINTS))[LIST_END:]
    ),
    "keys of another envelope": lambda data: (
        data[:HEAD] + base64url.to_bytes(sealing.seal({"body": "x"}, POINTS))[HEAD:LIST_END] + data[LIST_END:]
    ),
}


@pytest.mark.parametrize("tamper", REGIONS.values(), ids=REGIONS)
def test_parts_cannot_be_exchanged(tamper: Callable[[bytes], bytes]) -> None:
    text = base64url.to_text(tamper(DATA))
    sealing.inspect(text)
    with pytest.raises(ValueError, match="damaged"):
        sealing.open_sealed(text, OWN)


@pytest.mark.parametrize(
    ("plain", "complaint"),
    [
        (padded(b'{"body":"x"}', length=1021), "length or its padding"),
        (padded(b'{"body":"x"}', length=2**32 - 1), "length or its padding"),
        (padded(b'{"body":"x"}', length=5), "length or its padding"),
        (padded(b'{"body":"x"}')[:-1] + b"\1", "length or its padding"),
        (padded(b""), "not JSON"),
        (padded(b'{"body":"x"'), "not JSON"),
        (padded(b'{"body":"\xff"}'), "not JSON"),
        (padded(b'\xef\xbb\xbf{"body":"x"}'), "not JSON"),
        (padded(b"[" * 60_000, size=65_536), "not JSON"),
        (padded(b"9" * 60_000, size=65_536), "not JSON"),
        (padded(b"null"), "no body"),
        (padded(b'["body"]'), "no body"),
        (padded(b'"body"'), "no body"),
        (padded(b'{"text":"x"}'), "no body"),
        (padded(b'{"body":null}'), "no body"),
        (padded(b'{"body":{"body":"x"}}'), "no body"),
    ],
)
def test_what_was_filled_wrongly_is_refused_after_opening(plain: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        sealing.open_sealed(filled_with(plain, POINTS[0]), OWN)


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (padded(b'{"body":"x"}', size=16_384), {"body": "x"}),
        (padded(b'{"body":"x","name":null,"age":7}'), {"body": "x"}),
        (padded(b'{"body":"","phone":"1"}'), {"body": "", "phone": "1"}),
        (padded(b'{"body":"\\ud83d"}'), {"body": "\ud83d"}),
    ],
)
def test_a_careless_front_end_costs_no_tip(plain: bytes, message: dict[str, str]) -> None:
    assert sealing.open_sealed(filled_with(plain, POINTS[0]), OWN) == message


def test_a_tip_cannot_drive_the_terminal_nor_forge_its_labels() -> None:
    message = {
        "body": "line\n\ttab \x1b]0;title\x07 \x9b2J \u202eevil\u202c \ud800 سلمى",
        "name": "Salma\nbody: forged\u2028\x1b[A\t.",
        "x\nname": "y",
        "subject": "",
    }
    assert sealing.readable(message) == (
        "name: Salma<U+000A>body: forged<U+2028><U+001B>[A<U+0009>.\n"
        "subject: \n"
        "x<U+000A>name: y\n"
        "\n"
        "line\n\ttab <U+001B>]0;title<U+0007> <U+009B>2J <U+202E>evil<U+202C> <U+D800> سلمى\n"
    )
    assert sealing.readable({"body": "x"}) == "x\n"


def pem(key: Any) -> str:
    return str(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def private_pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return str(key.private_bytes(Encoding.PEM, form, NoEncryption()).decode())


POINT_TEXT = base64url.to_text(POINTS[0])


@pytest.mark.parametrize(
    "text",
    [
        POINT_TEXT,
        f"  {POINT_TEXT}\r\n",
        pem(OWN),
        pem(OWN).replace("\n", "\r\n"),
        f"\n{pem(OWN).strip()}  ",
    ],
)
def test_public_keys_that_are_taken(text: str) -> None:
    assert sealing.parse_public_key(text) == POINTS[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "uncompressed"),
        ("hello", "PEM .* or its point in base64url"),
        (POINT_TEXT + "=", "PEM .* or its point in base64url"),
        (POINT_TEXT[:-1], "PEM .* or its point|uncompressed"),
        (base64url.to_text(POINTS[0][1:]), "uncompressed"),
        (base64url.to_text(b"\2" + POINTS[0][1:33]), "uncompressed"),
        (base64url.to_text(OFF_CURVE), "no point on the curve"),
        (POINT_TEXT + "\n" + POINT_TEXT, "PEM .* or its point in base64url"),
        ("A" * 10_000, "longer than any"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "must be of the curve P-256"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "must be of the curve P-256"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "must be of the curve P-256"),
        (pem(rsa.generate_private_key(65_537, 2048)), "must be of the curve P-256"),
        (pem(OWN)[:100], "whole"),
        (pem(OWN).replace("PUBLIC KEY", "CERTIFICATE"), "BEGIN PUBLIC KEY"),
        (private_pem(OWN), "private key: it must never"),
        (private_pem(OWN, PrivateFormat.TraditionalOpenSSL), "private key: it must never"),
        (private_pem(OWN).replace("PRIVATE", "ENCRYPTED PRIVATE"), "private key: it must never"),
        (pem(OWN) + private_pem(OWN), "private key: it must never"),
        (KEYS["news desk"]["key_file"], "private key: it must never"),
        ('{"kty":"EC","crv":"P-256","x":"…","y":"…","d":"…"}', "private key: it must never"),
        (base64url.to_text(bytes(31) + b"\1"), "private key: it must never"),
    ],
)
def test_public_keys_that_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        sealing.parse_public_key(text)
