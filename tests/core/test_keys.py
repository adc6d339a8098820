"""Derived keys and tokens: one purpose each, one spelling each, nothing shown."""

import hmac
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.keys import Keys

ROOT = bytes(range(32))
KEYS = Keys(ROOT)
ID = UUID("018f3a5e-7c1d-7b2a-9c3d-1f2e3d4c5b6a")
PURPOSE = "comment-edit"
TOKEN = KEYS.token(PURPOSE, ID)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_derivation_is_hkdf_sha256_and_stays_so() -> None:
    # RFC 5869 with this root, no salt and info "masthead/limits", computed by hand with hmac: tokens outlive releases
    pseudorandom = hmac.digest(b"\x00" * 32, ROOT, "sha256")
    assert KEYS.derive("limits") == hmac.digest(pseudorandom, b"masthead/limits\x01", "sha256")


def test_purposes_and_roots_have_keys_of_their_own() -> None:
    found = {KEYS.derive("a"), KEYS.derive("b"), Keys(bytes(32)).derive("a"), KEYS.mac("a", b"x"), KEYS.mac("a", b"y")}
    assert len(found) == 5
    assert Keys(ROOT).derive("a") == KEYS.derive("a")


def test_a_token_names_its_subject() -> None:
    assert KEYS.subject(PURPOSE, TOKEN) == ID
    assert Keys(ROOT).token(PURPOSE, ID) == TOKEN
    assert len(TOKEN) == 55


@pytest.mark.parametrize(
    "token",
    [
        "",
        "A",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.swapcase(),
        KEYS.token("receipt", ID),
        Keys(bytes(32)).token(PURPOSE, ID),
        "AAAA" + TOKEN[4:],
        "é" + TOKEN[1:],
        "\ud800" + TOKEN[1:],
        TOKEN.replace("_", "/").replace("-", "+") + "/+",
        "A" * 100_000,
    ],
)
def test_other_tokens_name_nobody(token: str) -> None:
    assert KEYS.subject(PURPOSE, token) is None


def test_every_changed_character_is_refused_its_spelling_variants_too() -> None:
    for place in range(len(TOKEN)):
        for letter in ALPHABET:
            if letter != TOKEN[place]:
                assert KEYS.subject(PURPOSE, TOKEN[:place] + letter + TOKEN[place + 1 :]) is None


@given(st.text())
def test_arbitrary_text_names_nobody(text: str) -> None:
    assert KEYS.subject(PURPOSE, text) is None


def test_the_root_is_shown_to_nobody() -> None:
    assert repr(KEYS) == str(KEYS) == "Keys(…)"
    assert ROOT.hex() not in f"{KEYS!r} {KEYS.token(PURPOSE, uuid4())}"
