"""Which e-mail addresses are taken: what mail can reach, in any script, and nothing that could forge a header."""

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.email import Email

ADAPTER: TypeAdapter[str] = TypeAdapter(Email)

TAKEN = [
    "a@b.example",
    "first.last+tag@sub.domain.example",
    "o'hara_7!#$%&*/=?^`{|}~-@example.org",
    "Reader@EXAMPLE.org",
    "قارئ@مثال.شبكة",
    "पाठक@उदाहरण.भारत",
    "a" * 64 + "@" + "b" * 63 + ".example",
]
REFUSED = [
    "",
    "@",
    "a@",
    "@b.example",
    "a@b",
    "a@localhost",
    "a@b..example",
    "a@.example",
    "a@b.example.",
    "a@-b.example",
    "a@b-.example",
    "a@b_c.example",
    "a@[127.0.0.1]",
    ".a@b.example",
    "a.@b.example",
    "a..b@c.example",
    "a b@c.example",
    "a@b .example",
    "a@b@c.example",
    "a@b.example,c@d.example",
    "Reader <a@b.example>",
    '"a b"@c.example',
    "a@b.example\nBcc: c@d.example",
    "a\u200b@b.example",
    "a@b\u00a0.example",
    "a" * 65 + "@b.example",
    "a@" + "b" * 64 + ".example",
]


@pytest.mark.parametrize("address", TAKEN)
def test_taken(address: str) -> None:
    assert ADAPTER.validate_python(f" {address} ") == address


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(address)
