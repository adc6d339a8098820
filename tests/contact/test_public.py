"""The letter box: what it takes, what it refuses and says of it, what it stores."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.contact import service
from app.contact.models import MessageState
from app.contact.schemas import ContactMessage
from app.core import ids
from app.core.actor import system
from app.core.http.answers import KeptAnswer
from app.core.http.limits import Limit
from app.events.models import Event
from app.site.policies import ContactPolicy, SiteSettings
from tests.contact.letters import ARABIC, LETTER, NOON, URL, post, sender, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("letter", [LETTER, ARABIC], ids=["en", "ar"])
async def test_a_letter_is_taken_and_stored_as_it_was_written(newsroom: Newsroom, letter: dict[str, str]) -> None:
    newsroom.set_clock(NOON)
    answer = await post(newsroom, letter)
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"reference", "receipt"}

    (row,) = await stored(newsroom)
    assert row.reference == answer.json()["reference"]
    assert {name: getattr(row, name) for name in letter} == letter
    assert (row.kind, row.state, row.flags, row.received_at) == ("message", "new", [], NOON)
    assert row.locale == letter.get("locale", "en")
    assert row.id.version == 4
    assert newsroom.app.state.keys.subject("contact-receipt", answer.json()["receipt"]) == row.id


async def test_the_event_names_kind_and_reference_alone(newsroom: Newsroom) -> None:
    reference = (await post(newsroom, LETTER, kind="correction")).json()["reference"]
    (row,) = await stored(newsroom)
    (event,) = await newsroom.stored(lambda session: session.exec(select(Event)).all())
    assert (event.name, event.subject_id, event.origin) == ("contact.received", row.id, "guest")
    assert event.data == {"kind": "correction", "reference": reference}
    assert event.id.version == 4


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"body": ""}, "/body/body", "string_too_short"),
    ({"body": " \n\u200b"}, "/body/body", "string_too_short"),
    ({"body": None}, "/body/body", "missing"),
    ({"body": 7}, "/body/body", "string_type"),
    ({"body": "س" * 20_001}, "/body/body", "string_too_long"),
    ({"body": "a\u0000b"}, "/body/body", "value_error"),
    ({"name": "س" * 121}, "/body/name", "string_too_long"),
    ({"name": "two\nlines"}, "/body/name", "value_error"),
    ({"subject": "s" * 201}, "/body/subject", "string_too_long"),
    ({"subject": "Bcc: x\r\nTo: y"}, "/body/subject", "value_error"),
    ({"email": None}, "/body/email", "missing"),
    ({"email": "  "}, "/body/email", "missing"),
    ({"email": "nobody"}, "/body/email", "value_error"),
    ({"email": "a@b.example\r\nBcc: c@d.example"}, "/body/email", "value_error"),
    ({"email": "a@" + ".".join(["b" * 60] * 4) + ".example.o"}, "/body/email", "string_too_long"),
    ({"email": ["a@b.example"]}, "/body/email", "string_type"),
    ({"kind": "praise"}, "/body/kind", "enum"),
    ({"kind": None}, "/body/kind", "enum"),
    ({"locale": "fr"}, "/body/locale", "unknown_locale"),
    ({"locale": "not a locale"}, "/body/locale", "value_error"),
    ({"locale": ""}, "/body/locale", "value_error"),
    ({"render_token": "t" * 4_097}, "/body/render_token", "string_too_long"),
    ({"altcha": {"number": 1}}, "/body/altcha", "string_type"),
    ({"homepage": 1}, "/body/homepage", "string_type"),
    ({"return_to": ["/"]}, "/body/return_to", "string_type"),
    ({"state": "spam"}, "/body/state", "extra_forbidden"),
    ({"received_at": "2020-01-01T00:00:00Z"}, "/body/received_at", "extra_forbidden"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), REFUSED)
async def test_what_is_refused_is_named_and_not_stored(
    newsroom: Newsroom, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await post(newsroom, LETTER, **changes)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await stored(newsroom) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "ب"},
        {"body": "س" * 20_000},
        {"name": "س" * 120, "subject": "ع" * 200},
        {"name": "", "subject": ""},
        {"name": None, "subject": None},
        {"kind": "tip", "email": ""},
        {"email": "a@" + ".".join(["b" * 60] * 4) + ".example"},
        {"email": "قارئ@مثال.شبكة"},
        {"locale": "AR"},
        {"locale": None, "sealed": None, "render_token": None, "altcha": None, "homepage": None, "return_to": None},
        {"render_token": "t" * 4_096, "homepage": "", "return_to": "https://evil.example"},
    ],
)
async def test_what_is_just_within_the_limits_is_taken(newsroom: Newsroom, changes: dict[str, Any]) -> None:
    assert (await post(newsroom, LETTER, **changes)).status_code == 202


@pytest.mark.parametrize("member", ["body", "email"])
async def test_what_is_needed(newsroom: Newsroom, member: str) -> None:
    letter = {name: value for name, value in LETTER.items() if name != member}
    answer = await newsroom.reader.post(URL, json=letter)
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/body/{member}", "missing")]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"body": "a", "body": "b", "email": "a@b.example"}', "application/json", 400),
        (b"<letter/>", "application/xml", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"[]", "application/json", 422),
        (b"", "application/json", 422),
    ],
)
async def test_bodies_that_are_no_letter(newsroom: Newsroom, content: bytes, content_type: str, status: int) -> None:
    answer = await newsroom.reader.post(URL, content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_only_the_kinds_of_the_sites_policy_are_taken(newsroom: Newsroom) -> None:
    await set_site(newsroom, SiteSettings(contact=ContactPolicy(kinds=("message", "correction"))))
    answers = {kind: await post(newsroom, LETTER, kind=kind) for kind in ("correction", "tip", "abuse")}
    assert {kind: answer.status_code for kind, answer in answers.items()} == {
        "correction": 202,
        "tip": 422,
        "abuse": 422,
    }
    (error,) = answers["tip"].json()["errors"]
    assert error["pointer"] == "/body/kind"
    assert "message, correction" in error["detail"]


async def test_an_unnamed_language_is_the_sites_default(newsroom: Newsroom) -> None:
    await set_site(newsroom, SiteSettings(locales=("ar", "fr"), default_locale="ar"))
    await post(newsroom, LETTER)
    (row,) = await stored(newsroom)
    assert row.locale == "ar"


async def test_a_filled_in_honeypot_is_stored_as_spam_and_answered_alike(newsroom: Newsroom) -> None:
    answer = await post(newsroom, LETTER, homepage="https://cheap.example")
    assert (answer.status_code, set(answer.json())) == (202, {"reference", "receipt"})
    (row,) = await stored(newsroom)
    assert (row.state, row.body) == (MessageState.SPAM, LETTER["body"])
    assert (await post(newsroom, LETTER)).status_code == 202  # a form filler's mistake: the second try goes through


async def test_many_links_are_taken_with_a_flag(newsroom: Newsroom) -> None:
    await post(newsroom, LETTER, body="https://a.example " * 4)
    (row,) = await stored(newsroom)
    assert (row.state, row.flags) == ("new", ["links"])


@pytest.mark.parametrize(
    ("changes", "later", "status"),
    [
        ({}, timedelta(minutes=5), 409),
        ({}, timedelta(hours=23, minutes=59), 409),
        ({}, timedelta(hours=24), 202),
        ({"email": "READER@example.org", "body": "when does  line 3 OPEN"}, timedelta(minutes=5), 409),
        ({"name": "Another", "subject": "Other"}, timedelta(minutes=5), 409),
        ({"email": "other@example.org"}, timedelta(minutes=5), 202),
        ({"body": "When does line 4 open?"}, timedelta(minutes=5), 202),
        ({"homepage": "x"}, timedelta(minutes=5), 202),
    ],
)
async def test_duplicates(newsroom: Newsroom, changes: dict[str, str], later: timedelta, status: int) -> None:
    newsroom.set_clock(NOON)
    await post(newsroom, LETTER)
    newsroom.set_clock(NOON + later)
    answer = await post(newsroom, LETTER, **changes)
    assert answer.status_code == status
    assert len(await stored(newsroom)) == (2 if status == 202 else 1)
    if status == 409:
        assert answer.json()["code"] == "duplicate"


async def test_words_without_letters_differ_too(newsroom: Newsroom) -> None:
    assert [(await post(newsroom, LETTER, body=body)).status_code for body in ("!!!", "???", "!!!")] == [202, 202, 409]


async def test_two_copies_at_once_make_one_message(newsroom: Newsroom) -> None:
    answers = await asyncio.gather(*(post(newsroom, LETTER) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]


async def test_a_repeated_request_gets_the_first_answer_again(newsroom: Newsroom) -> None:
    headers = {"Idempotency-Key": "letter-1"}
    first = await newsroom.reader.post(URL, json=LETTER, headers=headers)
    again = await newsroom.reader.post(URL, json=LETTER, headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await newsroom.reader.post(URL, json=LETTER | {"body": "Other"}, headers=headers)
    assert other.status_code == 422
    assert len(await stored(newsroom)) == 1


async def test_the_kept_answer_has_the_reference_alone(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.post(URL, json=LETTER, headers={"Idempotency-Key": "letter-1"})
    (kept,) = await newsroom.stored(lambda session: session.exec(select(KeptAnswer)).all())
    assert kept.body == f'{{"reference":"{answer.json()["reference"]}"}}'


async def test_a_reference_that_is_taken_is_drawn_again(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["AAAA-AAAA", "AAAA-AAAA", "AAAA-AAAA", "BBBB-BBBB"])
    monkeypatch.setattr(ids, "reference", lambda: next(drawn))
    assert (await post(newsroom, LETTER)).json()["reference"] == "AAAA-AAAA"
    assert (await post(newsroom, ARABIC)).json()["reference"] == "BBBB-BBBB"
    rows = await stored(newsroom)
    assert {row.reference: row.name for row in rows} == {"AAAA-AAAA": "Salma", "BBBB-BBBB": "سلمى"}
    assert [row.search_text.split()[-2:] for row in rows if row.name == "سلمى"] == [["bbbb", "bbbb"]]


async def test_ten_a_minute_from_one_network_whatever_it_claims(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    statuses = []
    for number in range(12):
        # other addresses of the same /24, and a header that nobody vouches for
        async with sender(newsroom, f"203.0.113.{number}", **{"X-Forwarded-For": f"198.51.100.{number}"}) as reader:
            answer = await reader.post(URL, json=LETTER | {"body": f"Letter {number}"})
        statuses.append(answer.status_code)
    assert statuses == [202] * 10 + [429] * 2
    assert answer.headers["Retry-After"] == "60"
    assert "RateLimit-Policy" in answer.headers
    async with sender(newsroom, "203.0.114.1") as neighbour:
        assert (await neighbour.post(URL, json=LETTER)).status_code == 202
    newsroom.set_clock(NOON + timedelta(minutes=1))
    async with sender(newsroom, "203.0.113.1") as reader:
        assert (await reader.post(URL, json=LETTER | {"body": "Later"})).status_code == 202
    assert len(await stored(newsroom)) == 12


async def test_all_networks_together_have_a_limit(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service.ALL_MESSAGES.rate == "300/hour"
    monkeypatch.setattr(service, "ALL_MESSAGES", Limit("contact", "3/hour"))
    newsroom.set_clock(NOON)
    statuses = []
    for number in range(4):
        async with sender(newsroom, f"203.0.{number}.1") as reader:
            statuses.append((await reader.post(URL, json=LETTER | {"body": f"Letter {number}"})).status_code)
    assert statuses == [202, 202, 202, 429]


async def test_imported_messages_keep_their_time(newsroom: Newsroom) -> None:
    def load(session: Session) -> None:
        for kind in ("advertising", "tip"):
            message = ContactMessage.model_validate(ARABIC | {"kind": kind})
            service.import_submission(session, message, by=system("demo"), at=NOON - timedelta(days=3))

    await newsroom.db.write(load)
    rows = {row.kind.value: row for row in await stored(newsroom)}
    assert rows["advertising"].received_at == NOON - timedelta(days=3)
    assert rows["tip"].received_at == NOON.replace(hour=0) - timedelta(days=3)
    assert (rows["advertising"].state, rows["advertising"].locale) == ("new", "ar")
    assert (rows["advertising"].email, rows["tip"].email) == ("qari@example.org", None)
