"""What a form is given before it is shown, and what becomes of messages that come back without it."""

from datetime import timedelta
from typing import Any

import pytest

from app.core import render_tokens
from app.core.render_tokens import FormKind, Verdict
from tests.contact.letters import ARABIC, LETTER, NOON, URL, everything, shown, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

CHALLENGE = "/v1/challenge"
HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("query", "form", "subject"),
    [
        ({"form": "contact"}, FormKind.CONTACT, ""),
        ({"form": "comment", "post": "the-tram"}, FormKind.COMMENT, "the-tram"),
        ({"form": "comment", "post": "أخبار-الترام"}, FormKind.COMMENT, "أخبار-الترام"),
        ({"form": "comment", "post": "cafe\u0301"}, FormKind.COMMENT, "caf\u00e9"),
    ],
)
async def test_a_token_for_the_form_that_was_named(
    newsroom: Newsroom, query: dict[str, str], form: FormKind, subject: str
) -> None:
    newsroom.set_clock(NOON)
    answer = await newsroom.reader.get(CHALLENGE, params=query)
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert made == {"render_token": made["render_token"], "expires_at": "2026-11-23T12:00:00Z", "challenge": None}
    assert len(made["render_token"]) <= 200
    keys, later = newsroom.app.state.keys, NOON + timedelta(seconds=10)
    assert render_tokens.verdict(keys, made["render_token"], form, subject, at=later) is Verdict.OK


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/query/form", "missing"),
        ("form=", "/query/form", "enum"),
        ("form=letter", "/query/form", "enum"),
        ("form=comment", "/query/post", "missing"),
        ("form=comment&post=", "/query/post", "string_too_short"),
        (f"form=comment&post={'a' * 481}", "/query/post", "string_too_long"),
        ("form=contact&post=the-tram", "/query/post", "not_for_contact"),
        ("form=contact&form=contact", "/query/form", "repeated"),
        ("form=contact&altcha=1", "/query/altcha", "unknown"),
        ("form=comment&post=%ff", "/query", "encoding"),
        ("form=comment&post=%00", "/query", "nul"),
    ],
)
async def test_what_is_no_form(newsroom: Newsroom, query: str, pointer: str, code: str) -> None:
    answer = await newsroom.reader.get(f"{CHALLENGE}?{query}")
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert answer.headers["cache-control"] == "no-store"


AGES = [
    (timedelta(0), ["too_fast"]),
    (timedelta(seconds=2, milliseconds=999), ["too_fast"]),
    (timedelta(seconds=3), []),
    (timedelta(hours=24), []),
    (timedelta(hours=24, milliseconds=1), ["check_missing"]),
]


@pytest.mark.parametrize("kind", ["message", "tip"])
@pytest.mark.parametrize(("age", "flags"), AGES)
async def test_who_answers_too_soon_or_too_late_is_flagged(
    newsroom: Newsroom, age: timedelta, flags: list[str], kind: str
) -> None:
    newsroom.set_clock(NOON)
    token = (await newsroom.reader.get(CHALLENGE, params={"form": "contact"})).json()["render_token"]
    newsroom.set_clock(NOON + age)
    answer = await newsroom.reader.post(URL, json=ARABIC | {"kind": kind, "render_token": token})
    assert (answer.status_code, set(answer.json())) == (202, {"reference", "receipt"})
    (row,) = await stored(newsroom)
    assert (row.state, row.flags) == ("new", flags)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"render_token": None},
        {"render_token": ""},
        {"render_token": "forged"},
        {"render_token": "١٢٣"},
        {"render_token": "A" * 42},
        {"render_token": "t" * 4_096},
    ],
)
async def test_who_sends_no_token_of_ours_is_heard_all_the_same(newsroom: Newsroom, changes: dict[str, Any]) -> None:
    assert (await newsroom.reader.post(URL, json=LETTER | changes)).status_code == 202
    (row,) = await stored(newsroom)
    assert (row.state, row.flags) == ("new", ["check_missing"])


async def test_the_token_of_a_comment_form_is_not_one_for_a_message(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    query = {"form": "comment", "post": "the-tram"}
    token = (await newsroom.reader.get(CHALLENGE, params=query)).json()["render_token"]
    newsroom.set_clock(NOON + timedelta(minutes=1))
    await newsroom.reader.post(URL, json=LETTER | {"render_token": token})
    assert (await stored(newsroom))[0].flags == ["check_missing"]


async def test_one_flag_beside_another(newsroom: Newsroom) -> None:
    await newsroom.reader.post(URL, json=LETTER | {"body": "https://a.example " * 4})
    assert (await stored(newsroom))[0].flags == ["check_missing", "links"]


@pytest.mark.parametrize("kind", ["message", "tip"])
async def test_the_token_is_written_down_nowhere(newsroom: Newsroom, kind: str) -> None:
    """It carries the moment at which a form was opened: of a tip that would be the hour."""
    token = shown(newsroom)
    headers = {"Idempotency-Key": "once"}
    await newsroom.reader.post(URL, json=LETTER | {"kind": kind, "render_token": token}, headers=headers)
    assert (await stored(newsroom))[0].flags == []
    assert token not in repr(await everything(newsroom))


async def test_a_form_that_was_not_right_keeps_its_token(newsroom: Newsroom) -> None:
    """Who corrects a mistake is not taken for a robot."""
    token = shown(newsroom)
    form = LETTER | {"email": "nobody", "render_token": token}
    page = await newsroom.reader.post(URL, data=form, headers=HTML)
    assert page.status_code == 422
    assert f'<input type="hidden" name="render_token" value="{token}">' in page.text
    again = await newsroom.reader.post(URL, data=form | {"email": LETTER["email"]}, headers=HTML)
    assert again.status_code == 303
    assert (await stored(newsroom))[0].flags == []
