"""The private key file: what opens it, what does not, and that no file is weaker than it should be."""

import json
import unicodedata
from typing import Any

import pytest

from app.core import base64url, sealing, tip_keys
from tests.tips import KEYS, private_key

KEY = KEYS["investigations"]
FILE, PASSPHRASE = KEY["key_file"], KEY["passphrase"]
MEMBERS: dict[str, Any] = json.loads(FILE)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_files_of_the_vectors_are_written_and_read_as_documented(key: dict[str, str]) -> None:
    own = private_key(key["private_key_pkcs8"])
    salt = base64url.to_bytes(json.loads(key["key_file"])["salt"])
    assert tip_keys.lock(own, key["passphrase"], salt=salt) == key["key_file"]
    opened = tip_keys.unlock(key["key_file"], key["passphrase"])
    assert opened.private_numbers() == own.private_numbers()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_passphrase_is_the_same_however_the_keyboard_spells_it(form: Any) -> None:
    tip_keys.unlock(FILE, unicodedata.normalize(form, PASSPHRASE))


def test_every_file_has_a_salt_of_its_own() -> None:
    key = sealing.new_key()
    first, second = (json.loads(tip_keys.lock(key, PASSPHRASE)) for _ in range(2))
    assert first["salt"] != second["salt"]
    assert first["private_key"] != second["private_key"]
    assert base64url.to_text(key.private_numbers().private_value.to_bytes(32, "big")) not in json.dumps(first)


@pytest.mark.parametrize("passphrase", ["", "eleven char", "é" * 11, unicodedata.normalize("NFD", "é" * 11)])
def test_short_passphrases_are_refused(passphrase: str) -> None:
    with pytest.raises(ValueError, match="at least 12"):
        tip_keys.lock(sealing.new_key(), passphrase)


def altered(name: str) -> str:
    text = str(MEMBERS[name])
    return f"{text[:20]}{'B' if text[20] == 'A' else 'A'}{text[21:]}"


@pytest.mark.parametrize(
    ("members", "passphrase"),
    [
        ({}, ""),
        ({}, PASSPHRASE.upper()),
        ({}, PASSPHRASE + " "),
        ({"private_key": altered("private_key")}, PASSPHRASE),
        ({"salt": base64url.to_text(bytes(16))}, PASSPHRASE),
        ({"iterations": 600_001}, PASSPHRASE),
        ({"public_key": KEYS["news desk"]["public_key"]}, PASSPHRASE),
        ({"private_key": ""}, PASSPHRASE),
    ],
)
def test_a_wrong_passphrase_or_a_changed_file_opens_nothing(members: dict[str, Any], passphrase: str) -> None:
    with pytest.raises(ValueError, match="passphrase is wrong, or the file is damaged"):
        tip_keys.unlock(json.dumps(MEMBERS | members), passphrase)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no private key file"),
        ("null", "no private key file"),
        ("[" * 4_000, "no private key file"),
        (FILE[:-10], "no private key file"),
        (FILE + " " * 4_096, "no private key file"),
        *(
            (json.dumps(MEMBERS | members), "no private key file")
            for members in (
                {"format": "masthead-tip-key-2"},
                {"public_key": None},
                {"public_key": MEMBERS["public_key"][:-1] + "_"},
                {"salt": MEMBERS["salt"] + "=="},
                {"private_key": "+"},
            )
        ),
        *(
            (json.dumps(MEMBERS | {"iterations": count}), "has 600000 to 10000000 iterations")
            for count in (0, -1, 2_048, 599_999, 10_000_001, 10**30, 600_000.0, "600000", True, None)
        ),
    ],
)
def test_other_files_are_refused_before_any_work_is_done(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        tip_keys.unlock(text, PASSPHRASE)


def test_a_file_cannot_name_another_key_than_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tip_keys, "public_point", lambda key: base64url.to_bytes(MEMBERS["public_key"]))
    forged = tip_keys.lock(sealing.new_key(), PASSPHRASE)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="another private key than it says"):
        tip_keys.unlock(forged, PASSPHRASE)
