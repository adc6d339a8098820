"""Sealed tips: taken for the newsroom's keys alone, stored as they came, readable to nobody here."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.contact.models import Reply
from app.core import sealing
from app.core.base64url import to_bytes, to_text
from app.site.policies import ContactPolicy, SiteSettings
from tests.contact.letters import LETTER, NOON, URL, everything, post, set_site, stored
from tests.contact.seals import MESSAGE, published, retire, seal
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

CONVERSATION = f"{URL}/conversation"


def tip(sealed: str | None, **changes: Any) -> dict[str, Any]:
    """A sealed tip as a browser sends it."""
    return {"kind": "tip", "sealed": sealed} | changes


@pytest.mark.parametrize("count", [1, 3, 8])
async def test_a_sealed_tip_is_stored_as_it_came_and_every_key_opens_it(newsroom: Newsroom, count: int) -> None:
    newsroom.set_clock(NOON)
    keys = await published(newsroom, count)
    sealed = seal(*keys)
    answer = await post(newsroom, tip(sealed, locale="ar", name="", email="", subject=None))
    assert (answer.status_code, set(answer.json())) == (202, {"reference", "receipt"})
    (row,) = await stored(newsroom)
    assert (row.kind, row.state, row.flags, row.locale) == ("tip", "new", [], "ar")
    assert (row.sealed, row.body, row.name, row.email, row.subject) == (sealed, "", "", None, "")
    assert row.search_text.split() == answer.json()["reference"].lower().split("-")
    assert (row.received_at, row.fingerprint, row.network) == (NOON.replace(hour=0), None, None)
    assert [sealing.open_sealed(row.sealed or "", key) for key in keys] == [MESSAGE] * count
    kept = repr(await everything(newsroom))
    assert all(words not in kept for words in ("canary-text", *MESSAGE.values()))


@pytest.mark.parametrize("bucket", sealing.BUCKETS)
async def test_every_size_fits(newsroom: Newsroom, bucket: int) -> None:
    newsroom.set_clock(NOON)
    keys = await published(newsroom, 8)
    room = bucket - sealing.LENGTH_BYTES - len('{"body":""}')
    sealed = sealing.seal({"body": "x" * room}, [sealing.public_point(key) for key in keys])
    assert sealing.inspect(sealed).bucket == bucket
    assert (await post(newsroom, tip(sealed))).status_code == 202
    assert (await stored(newsroom))[0].sealed == sealed


async def test_a_plain_form_may_be_sealed_too(newsroom: Newsroom) -> None:
    (key,) = await published(newsroom)
    sealed = seal(key)
    answer = await newsroom.reader.post(URL, data={"kind": "tip", "sealed": sealed, "body": "", "email": ""})
    assert answer.status_code == 303
    assert (await stored(newsroom))[0].sealed == sealed


def turned(sealed: str, number: int) -> str:
    """The envelope with one byte of another value."""
    packed = bytearray(to_bytes(sealed))
    packed[number] ^= 0xFF
    return to_text(bytes(packed))


KEY = sealing.new_key()
SEALED = seal(KEY)
ENVELOPES = {
    "nothing": ("", "MHT1"),
    "blank": ("   ", "base64url"),
    "words": ("hello", "cut off"),
    "age": ("-----BEGIN AGE ENCRYPTED FILE-----", "base64url"),
    "another version": (turned(SEALED, 3), "MHT1"),
    "no keys": (turned(SEALED, 4), "1 to 8 keys"),
    "no point": (turned(SEALED, 40), "P-256"),
    "cut off": (to_text(to_bytes(SEALED)[:-3]), "cut off"),
    "longer": (SEALED + "AAAA", "too long"),
    "padded": (SEALED + "=", "base64url"),
    "a line break": (SEALED + "\n", "base64url"),
    "Arabic": ("ظرف مختوم", "base64url"),
}


@pytest.mark.parametrize(("sealed", "told"), ENVELOPES.values(), ids=ENVELOPES)
async def test_what_is_no_envelope_is_told_why(newsroom: Newsroom, sealed: str, told: str) -> None:
    answer = await newsroom.reader.post(URL, json=tip(sealed))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"], told in error["detail"]) == ("/body/sealed", "bad_envelope", True)
    assert await stored(newsroom) == []


REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a message": (LETTER | {"sealed": SEALED}, [("/body/sealed", "not_a_tip")]),
    "a body too": (tip(SEALED, body="And this"), [("/body/body", "belongs_inside")]),
    "an empty body": (tip(SEALED, body=""), [("/body/body", "string_too_short")]),
    "a name": (tip(SEALED, name="ليلى"), [("/body/name", "belongs_inside")]),
    "an address": (tip(SEALED, email="reader@example.org"), [("/body/email", "belongs_inside")]),
    "all of it": (
        tip(SEALED) | LETTER | {"kind": "tip"},
        [(f"/body/{member}", "belongs_inside") for member in ("name", "email", "subject", "body")],
    ),
    "a number": ({"kind": "tip", "sealed": 7}, [("/body/sealed", "string_type")]),
    "too much": (tip("A" * (sealing.MOST_TEXT + 1)), [("/body/sealed", "string_too_long")]),
    "neither": (tip(None), [("/body/body", "missing")]),
    "nobody's key": (tip(SEALED), [("/body/sealed", "unknown_key")]),
}


@pytest.mark.parametrize(("letter", "errors"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused(newsroom: Newsroom, letter: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    await published(newsroom)
    answer = await newsroom.reader.post(URL, json=letter)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == errors
    assert await stored(newsroom) == []


async def test_every_key_of_an_envelope_must_be_ours(newsroom: Newsroom) -> None:
    """Else an envelope could be made which the newsroom stores, and somebody else reads."""
    ours, also_ours = await published(newsroom, 2)
    answer = await newsroom.reader.post(URL, json=tip(seal(ours, also_ours, KEY)))
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "unknown_key")
    assert "/v1/contact/keys" in error["detail"]
    assert (await newsroom.reader.post(URL, json=tip(seal(also_ours)))).status_code == 202


@pytest.mark.parametrize(
    ("since", "status"),
    [(timedelta(0), 202), (timedelta(days=6, hours=23), 202), (timedelta(days=7), 422), (timedelta(days=400), 422)],
)
async def test_a_retired_key_is_taken_for_a_week(newsroom: Newsroom, since: timedelta, status: int) -> None:
    old, _ = await published(newsroom, 2)
    await retire(newsroom, old, at=NOON)
    newsroom.set_clock(NOON + since)
    answer = await post(newsroom, tip(seal(old)))
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["code"] == "unknown_key"


async def test_a_newsroom_that_takes_no_tips_takes_no_sealed_ones(newsroom: Newsroom) -> None:
    (key,) = await published(newsroom)
    await set_site(newsroom, SiteSettings(contact=ContactPolicy(kinds=("message",))))
    answer = await newsroom.reader.post(URL, json=tip(seal(key)))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/body/kind"]


async def test_a_robots_sealed_tip_is_spam_and_an_unchecked_one_is_flagged(newsroom: Newsroom) -> None:
    (key,) = await published(newsroom)
    await newsroom.reader.post(URL, json=tip(seal(key), homepage="https://cheap.example"))
    assert [(row.state, row.flags) for row in await stored(newsroom)] == [("spam", ["check_missing"])]


async def test_the_conversation_goes_on_sealed_or_in_the_open(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    (key,) = await published(newsroom)
    first, second = seal(key), seal(key, body="والوثائق في القبو")
    receipt = (await post(newsroom, tip(first))).json()["receipt"]
    mine = {"Authorization": f"Bearer {receipt}"}
    day = "2026-11-22T00:00:00Z"
    turn = {"from": "sender", "author": None, "at": day}

    sealed = await newsroom.reader.post(CONVERSATION, json={"sealed": second}, headers=mine)
    assert (sealed.status_code, sealed.json()) == (201, turn | {"body": "", "sealed": second})
    plain = await newsroom.reader.post(CONVERSATION, json={"body": "شكرا"}, headers=mine)
    assert (plain.status_code, plain.json()) == (201, turn | {"body": "شكرا", "sealed": None})
    messages = (await newsroom.reader.get(CONVERSATION, headers=mine)).json()["messages"]
    assert messages == [turn | {"body": "", "sealed": first}, sealed.json(), plain.json()]

    kept = select(Reply).order_by(col(Reply.place))
    rows = await newsroom.stored(lambda session: session.exec(kept).all())
    assert [(row.body, row.sealed) for row in rows] == [("", second), ("شكرا", None)]
    assert sealing.open_sealed(rows[0].sealed or "", key)["body"] == "والوثائق في القبو"
    (row,) = await stored(newsroom)
    assert row.search_text.split() == [*row.reference.lower().split("-"), "شكرا"]


@pytest.mark.parametrize(
    ("kind", "follow_up", "pointer", "code"),
    [
        ("tip", {"sealed": SEALED}, "/body/sealed", "unknown_key"),
        ("tip", {"sealed": "hello"}, "/body/sealed", "bad_envelope"),
        ("tip", {"sealed": SEALED, "body": "And this"}, "/body/body", "belongs_inside"),
        ("message", {"sealed": "ours"}, "/body/sealed", "not_a_tip"),
    ],
    ids=["a strange key", "no envelope", "both", "not a tip"],
)
async def test_what_is_refused_in_a_conversation(
    newsroom: Newsroom, kind: str, follow_up: dict[str, str], pointer: str, code: str
) -> None:
    (key,) = await published(newsroom)
    if follow_up["sealed"] == "ours":
        follow_up = {"sealed": seal(key)}
    receipt = (await newsroom.reader.post(URL, json=LETTER | {"kind": kind})).json()["receipt"]
    answer = await newsroom.reader.post(CONVERSATION, json=follow_up, headers={"Authorization": f"Bearer {receipt}"})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
