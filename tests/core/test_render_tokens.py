"""The token of a form: when it was shown, for what, by us; one spelling, and nothing else will do."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from app.core.keys import Keys
from app.core.render_tokens import FormKind, Verdict, issue, verdict

KEYS = Keys(b"k" * 32)
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
SLUG = "ميزانية-الربيع"
TOKEN = issue(KEYS, FormKind.COMMENT, SLUG, at=NOON)

AGES = [
    (timedelta(hours=-1), Verdict.TOO_YOUNG),
    (timedelta(0), Verdict.TOO_YOUNG),
    (timedelta(seconds=2, milliseconds=998), Verdict.TOO_YOUNG),
    (timedelta(seconds=3), Verdict.OK),
    (timedelta(hours=23, minutes=59, seconds=59), Verdict.OK),
    (timedelta(hours=24, milliseconds=1), Verdict.TOO_OLD),
    (timedelta(days=3_000), Verdict.TOO_OLD),
]


@pytest.mark.parametrize(("age", "expected"), AGES)
def test_between_three_seconds_and_a_day(age: timedelta, expected: Verdict) -> None:
    assert verdict(KEYS, TOKEN, FormKind.COMMENT, SLUG, at=NOON + age) is expected


def judged(token: str | None, form: FormKind = FormKind.COMMENT, subject: str = SLUG, keys: Keys = KEYS) -> Verdict:
    """A minute later."""
    return verdict(keys, token, form, subject, at=NOON + timedelta(minutes=1))


@pytest.mark.parametrize("token", [None, "", "  ", "\n\t"])
def test_nothing_is_missing(token: str | None) -> None:
    assert judged(token) is Verdict.MISSING


def respelled(number: int, bits: int) -> str:
    """The token with some bits of one byte turned."""
    packed = bytearray(base64.urlsafe_b64decode(TOKEN + "=="))
    packed[number] ^= bits
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


LAST = TOKEN[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}.get(TOKEN[-1], chr(ord(TOKEN[-1]) + 1))
HOSTILE = [
    *(respelled(number, 1) for number in range(31)),
    TOKEN[:-1],
    TOKEN[1:],
    TOKEN + "A",
    TOKEN + "AAAA",
    TOKEN + "=",
    TOKEN + "==",
    TOKEN + "\n",
    f" {TOKEN}",
    TOKEN.lower(),
    LAST,
    TOKEN[:7],
    TOKEN + TOKEN,
    "null",
    "A" * 42,
    "A" * 4_096,
    "١٢٣٤",
    "ＡＡＡＡ",
    "\x00" * 42,
    "a.b.c",
    "%2e%2e",
    "\ud800",
]


@pytest.mark.parametrize("token", HOSTILE)
def test_what_is_not_our_token_to_the_letter_is_forged(token: str) -> None:
    assert judged(token) is Verdict.FORGED


@pytest.mark.parametrize(
    ("form", "subject", "keys", "expected"),
    [
        (FormKind.COMMENT, SLUG, KEYS, Verdict.OK),
        (FormKind.COMMENT, "another", KEYS, Verdict.FORGED),
        (FormKind.COMMENT, "", KEYS, Verdict.FORGED),
        (FormKind.CONTACT, SLUG, KEYS, Verdict.FORGED),
        (FormKind.CONTACT, "", KEYS, Verdict.FORGED),
        (FormKind.COMMENT, SLUG, Keys(b"x" * 32), Verdict.FORGED),
    ],
)
def test_a_token_is_for_one_form_one_story_and_one_site(
    form: FormKind, subject: str, keys: Keys, expected: Verdict
) -> None:
    assert judged(TOKEN, form, subject, keys) is expected


def test_a_slug_is_the_same_in_both_spellings() -> None:
    composed, apart = "caf\u00e9-\u0622\u062e\u0631", "cafe\u0301-\u0627\u0653\u062e\u0631"
    for given, taken in ((composed, apart), (apart, composed)):
        assert judged(issue(KEYS, FormKind.COMMENT, given, at=NOON), subject=taken) is Verdict.OK


def test_tokens_are_short_and_differ_by_the_moment_alone() -> None:
    tokens = {issue(KEYS, FormKind.CONTACT, "", at=NOON + timedelta(milliseconds=number)) for number in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in (TOKEN, *tokens)} == {42}
    assert issue(KEYS, FormKind.COMMENT, SLUG, at=NOON) == TOKEN
