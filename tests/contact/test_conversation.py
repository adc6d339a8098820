"""What the sender reads of a conversation and adds to it, with nothing but the receipt."""

import asyncio
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import Session, col, select

from app.contact import conversation, queries, turns
from app.contact.models import MessageState, Reply, Submission
from app.core.clock import day_of
from app.core.http import limits
from app.core.http.limits import Limiter
from app.core.settings import Settings
from app.events.models import Event
from app.main import create_app
from app.site.policies import SiteSettings
from tests.contact.letters import ARABIC, INBOX, LETTER, NOON, URL, everything, post, sender, set_site, stored
from tests.contact.test_tips import ADDRESS, DAY, MOMENT, traces
from tests.newsroom import BASE, Newsroom

pytestmark = pytest.mark.anyio

CONVERSATION = f"{URL}/conversation"
MORE = {"body": "I found the timetable of 1974."}
S = MessageState


async def written(newsroom: Newsroom, state: MessageState = S.NEW, **changes: Any) -> dict[str, str]:
    """The headers of the sender of a new message, which is then put into that state."""
    receipt = (await post(newsroom, LETTER, **changes)).json()["receipt"]
    submission_id = newsroom.app.state.keys.subject("contact-receipt", receipt)

    def put(session: Session) -> None:
        session.get_one(Submission, submission_id).state = state

    await newsroom.db.write(put)
    return {"Authorization": f"Bearer {receipt}"}


async def say(newsroom: Newsroom, headers: dict[str, str], **changes: Any) -> httpx.Response:
    """A follow-up by the holder of that receipt."""
    return await newsroom.reader.post(CONVERSATION, json=MORE | changes, headers=headers)


async def replies(newsroom: Newsroom) -> list[Reply]:
    """Every turn, in order."""
    query = select(Reply).order_by(col(Reply.submission_id), col(Reply.place))
    return list(await newsroom.stored(lambda session: session.exec(query).all()))


async def follow_ups(newsroom: Newsroom) -> list[Event]:
    query = select(Event).where(col(Event.name).startswith("contact."), Event.name != "contact.received")
    return list(await newsroom.stored(lambda session: session.exec(query).all()))


# state → what its sender is told, the state after a follow-up, whether the newsroom hears of it
STATES: dict[MessageState, tuple[str, MessageState, bool]] = {
    S.NEW: ("received", S.NEW, True),
    S.OPEN: ("open", S.OPEN, True),
    S.WAITING: ("answered", S.OPEN, True),
    S.CLOSED: ("closed", S.OPEN, True),
    S.SPAM: ("received", S.SPAM, False),
}


@pytest.mark.parametrize("state", STATES)
async def test_what_a_follow_up_does(newsroom: Newsroom, state: MessageState) -> None:
    told, after, heard = STATES[state]
    newsroom.set_clock(NOON)
    mine = await written(newsroom, state)
    assert (await newsroom.reader.get(CONVERSATION, headers=mine)).json()["state"] == told

    newsroom.set_clock(NOON + timedelta(hours=1))
    answer = await say(newsroom, mine)
    turn = {"from": "sender", "author": None, "body": MORE["body"], "sealed": None, "at": "2026-11-22T13:00:00Z"}
    assert (answer.status_code, answer.json(), answer.headers["cache-control"]) == (201, turn, "no-store")
    (row,) = await stored(newsroom)
    assert (row.state, row.version) == (after, 2)
    assert row.moved_at == (NOON if after is state else NOON + timedelta(hours=1))
    events = [(event.name, event.origin, event.data) for event in await follow_ups(newsroom)]
    named = {"kind": "message", "reference": row.reference}
    assert events == ([("contact.followed_up", "guest", named)] if heard else [])
    (reply,) = await replies(newsroom)
    assert (reply.submission_id, reply.place, reply.author_id, reply.body) == (row.id, 1, None, MORE["body"])
    assert reply.id.version == 4


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_was_purged_is_gone(newsroom: Newsroom, method: str) -> None:
    mine = await written(newsroom, S.PURGED)
    answer = await newsroom.reader.request(method, CONVERSATION, headers=mine, content=b"{broken")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert await replies(newsroom) == []


async def test_what_is_erased_is_gone(newsroom: Newsroom) -> None:
    mine = await written(newsroom)

    def erase(session: Session) -> None:
        session.delete(session.exec(select(Submission)).one())

    await newsroom.db.write(erase)
    assert (await newsroom.reader.get(CONVERSATION, headers=mine)).status_code == 404


def test_the_table_names_every_state_that_is_kept() -> None:
    assert set(STATES) == set(S) - {S.PURGED}


@pytest.mark.parametrize(
    ("letter", "locale", "direction", "site"),
    [(LETTER, "en", "ltr", "The Mast"), (ARABIC, "ar", "rtl", "السارية")],
    ids=["en", "ar"],
)
async def test_both_sides_in_the_order_of_what_was_said(
    newsroom: Newsroom, letter: dict[str, str], locale: str, direction: str, site: str
) -> None:
    await set_site(newsroom, SiteSettings(name={"en": "The Mast", "ar": "السارية"}))
    newsroom.set_clock(NOON)
    editor = await newsroom.user("editor", name="Huda Nasser")
    sent = (await post(newsroom, letter)).json()
    mine = {"Authorization": f"Bearer {sent['receipt']}"}

    def answer(session: Session) -> None:
        submission = queries.lock_submission(session, session.exec(select(Submission.id)).one())
        turns.add(session, submission, body="نفتتحه غدا", author_id=editor.id, at=NOON)

    await newsroom.db.write(answer)
    await say(newsroom, mine)
    read = await newsroom.reader.get(CONVERSATION, headers=mine)
    said = {"from": "sender", "author": None, "sealed": None, "at": "2026-11-22T12:00:00Z"}
    assert read.json() == {
        "reference": sent["reference"],
        "kind": "message",
        "state": "received",
        "locale": locale,
        "dir": direction,
        "messages": [
            said | {"body": letter["body"]},
            said | {"body": "نفتتحه غدا", "from": "newsroom", "author": site},
            said | MORE,
        ],
    }
    assert "Huda" not in read.text
    assert editor.email not in read.text
    assert (read.headers["cache-control"], bool(read.headers["etag"])) == ("no-store", True)


async def test_only_the_receipt_opens_a_conversation(newsroom: Newsroom) -> None:
    mine = await written(newsroom)
    (row,) = await stored(newsroom)
    keys = newsroom.app.state.keys
    receipt = mine["Authorization"].removeprefix("Bearer ")
    editor = await newsroom.staff("editor")
    strangers: list[list[tuple[str, str]]] = [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer ")],
        [("Authorization", receipt)],
        [("Authorization", f"Basic {receipt}")],
        [("Authorization", editor.headers["Authorization"])],
        [("Authorization", f"Bearer {keys.token('comment-edit', row.id)}")],
        [("Authorization", f"Bearer {receipt}A")],
        [("Authorization", f"Bearer {receipt[:-1]}")],
        [("Authorization", f"Bearer {receipt}=")],
        [("Authorization", f"Bearer {receipt.swapcase()}")],
        [("Authorization", f"Bearer {row.id}")],
        [("Authorization", f"Bearer {row.reference}")],
        [("Authorization", "Bearer " + "A" * 5_000)],
        [("Authorization", f"Bearer {receipt}"), ("Authorization", f"Bearer {receipt}")],
        [("Cookie", f"receipt={receipt}")],
    ]
    for headers in strangers:
        for method in ("GET", "POST"):
            answer = await newsroom.reader.request(method, CONVERSATION, headers=headers, content=b"{broken")
            assert (answer.status_code, headers) == (401, headers)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["cache-control"] == "no-store"
    assert (await newsroom.reader.get(CONVERSATION, params={"receipt": receipt})).status_code == 401
    assert (await newsroom.reader.get(CONVERSATION, params={"receipt": receipt}, headers=mine)).status_code == 422
    unknown = {"Authorization": f"Bearer {keys.token('contact-receipt', uuid4())}"}
    assert (await newsroom.reader.get(CONVERSATION, headers=unknown)).status_code == 404
    assert (await newsroom.reader.head(CONVERSATION, headers=mine)).status_code == 200
    assert (await newsroom.reader.get("/v1/auth/me", headers=mine)).status_code == 401
    assert await replies(newsroom) == []


@pytest.mark.parametrize(
    ("content", "content_type", "status", "errors"),
    [
        (b"{", "application/json", 400, None),
        (b'{"body": "a", "body": "b"}', "application/json", 400, None),
        (b"body=more", "application/x-www-form-urlencoded", 415, None),
        (b"", "application/json", 422, [("/body", "missing")]),
        (b"[]", "application/json", 422, [("/body", "model_attributes_type")]),
        (b"{}", "application/json", 422, [("/body/body", "missing")]),
        (b'{"body": null, "sealed": null}', "application/json", 422, [("/body/body", "missing")]),
        (b'{"body": " \\u200b"}', "application/json", 422, [("/body/body", "string_too_short")]),
        (b'{"body": 7}', "application/json", 422, [("/body/body", "string_type")]),
        (json.dumps({"body": "س" * 20_001}).encode(), "application/json", 422, [("/body/body", "string_too_long")]),
        (b'{"body": "a\\u0000"}', "application/json", 422, [("/body/body", "value_error")]),
        (b'{"body": "a", "name": "b"}', "application/json", 422, [("/body/name", "extra_forbidden")]),
        (b'{"body": "a", "author_id": null}', "application/json", 422, [("/body/author_id", "extra_forbidden")]),
        (b'{"body": "a", "from": "newsroom"}', "application/json", 422, [("/body/from", "extra_forbidden")]),
        (b'{"body": "a", "state": "closed"}', "application/json", 422, [("/body/state", "extra_forbidden")]),
    ],
)
async def test_what_is_no_follow_up(
    newsroom: Newsroom, content: bytes, content_type: str, status: int, errors: list[tuple[str, str]] | None
) -> None:
    mine = await written(newsroom)
    headers = mine | {"Content-Type": content_type}
    answer = await newsroom.reader.post(CONVERSATION, content=content, headers=headers)
    assert answer.status_code == status
    if errors is not None:
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == errors
    assert await replies(newsroom) == []


async def test_the_newsroom_finds_and_sees_what_was_added(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    mine = await written(newsroom)
    editor = await newsroom.staff("editor")
    (row,) = await stored(newsroom)
    later = {"snoozed_until": "2026-12-24T00:00:00Z"}
    assert (await editor.patch(f"{INBOX}/{row.id}", json=later)).headers["etag"] == '"2"'
    assert (await editor.get(INBOX, params={"q": "timetable"})).json()["items"] == []
    await say(newsroom, mine)
    (item,) = (await editor.get(INBOX, params={"q": "timetable"})).json()["items"]
    assert item["snoozed_until"] is None  # it comes back to whoever put it off
    assert [(turn["from"], turn["body"]) for turn in item["replies"]] == [("sender", MORE["body"])]
    assert (await editor.get(f"{INBOX}/{row.id}")).headers["etag"] == '"3"'


async def test_a_repeated_follow_up_gets_the_first_answer_again(newsroom: Newsroom) -> None:
    mine = await written(newsroom) | {"Idempotency-Key": "more-1"}
    first, again = await say(newsroom, mine), await say(newsroom, mine)
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert (await say(newsroom, mine, body="Something else")).status_code == 422
    assert len(await replies(newsroom)) == 1


async def test_a_key_belongs_to_one_conversation(newsroom: Newsroom) -> None:
    """Two senders may take the same key and say the same: neither is swallowed, and neither reads the other."""
    senders = [await written(newsroom, body=f"Letter {number}") for number in range(2)]
    answers = [await say(newsroom, mine | {"Idempotency-Key": "1"}) for mine in senders]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)
    assert len({reply.submission_id for reply in await replies(newsroom)}) == 2


async def test_follow_ups_count_with_all_that_guests_of_a_network_send(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    mine = await written(newsroom)
    statuses = [(await say(newsroom, mine, body=f"{number}")).status_code for number in range(11)]
    assert statuses == [201] * 9 + [429] * 2  # the message was the first
    assert (await newsroom.reader.post(URL, json=ARABIC)).status_code == 429
    newsroom.set_clock(NOON + timedelta(minutes=1))
    assert (await say(newsroom, mine)).status_code == 201


async def test_a_conversation_has_an_end(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert conversation.MOST_TURNS == 200
    monkeypatch.setattr(conversation, "MOST_TURNS", 2)
    mine = await written(newsroom)
    answers = [await say(newsroom, mine) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[-1].json()["code"] == "conversation_full"
    assert len(await replies(newsroom)) == 2


async def test_twenty_follow_ups_at_once_have_twenty_places(newsroom: Newsroom) -> None:
    newsroom.app.state.limiter = Limiter(newsroom.app.state.keys, on=False)
    mine = await written(newsroom, S.CLOSED)
    answers = await asyncio.gather(*(say(newsroom, mine, body=f"Turn {number}") for number in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert [reply.place for reply in await replies(newsroom)] == list(range(1, 21))
    (row,) = await stored(newsroom)
    assert (row.state, row.version) == (S.OPEN, 21)
    assert [event.name for event in await follow_ups(newsroom)] == ["contact.followed_up"] * 20


def times(rows: dict[str, list[dict[str, Any]]]) -> set[tuple[str, str, datetime]]:
    """Every moment in the database that is not the beginning of a day."""
    return {
        (table, column, value)
        for table, found in rows.items()
        for row in found
        for column, value in row.items()
        if isinstance(value, datetime) and value != day_of(value)
    }


def _close(session: Session) -> None:
    session.exec(select(Submission)).one().state = S.CLOSED


async def test_a_tip_with_follow_ups_is_dated_by_its_days_alone(newsroom: Newsroom) -> None:
    newsroom.set_clock(MOMENT)
    headers = {"User-Agent": "Whistle/9.1", "X-Request-Id": "trace-me-0001", "Idempotency-Key": "tip-key-0001"}
    async with sender(newsroom, ADDRESS, **headers) as reader:
        answer = await reader.post(URL, json=LETTER | {"kind": "tip", "email": "whistle@ministry.example"})
        mine = {"Authorization": f"Bearer {answer.json()['receipt']}"}
        first = await reader.post(CONVERSATION, json=MORE, headers=mine)
        await newsroom.db.write(_close)
        newsroom.set_clock(MOMENT + timedelta(days=1))
        second = await reader.post(CONVERSATION, json=MORE, headers=mine)
        read = (await reader.get(CONVERSATION, headers=mine)).json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in second.headers
    assert [message["at"][:13] for message in read["messages"]] == ["2026-11-22T00", "2026-11-22T00", "2026-11-23T00"]
    assert await traces(newsroom) == set()
    # the counters of its minutes and of its hours stand until they are swept; nothing tells them from other guests'
    assert {table for table, _, _ in times(await everything(newsroom))} == {"rate_counter"}
    await newsroom.db.write(limits.sweep, at=MOMENT + timedelta(days=1, hours=2))
    assert times(await everything(newsroom)) == set()
    assert (await everything(newsroom))["rate_counter"] == []

    (row,) = await stored(newsroom)
    assert (row.state, row.moved_at) == (S.OPEN, DAY + timedelta(days=1))
    events = await follow_ups(newsroom)
    assert {event.at for event in events} == {DAY, DAY + timedelta(days=1)}
    assert {(event.name, str(event.data), event.request_id, event.private) for event in events} == {
        ("contact.followed_up", "{}", "", True)
    }


async def test_the_search_for_times_finds_those_of_other_messages(newsroom: Newsroom) -> None:
    newsroom.set_clock(MOMENT)
    await say(newsroom, await written(newsroom))
    found = {f"{table}.{column}" for table, column, _ in times(await everything(newsroom))}
    assert found >= {"contact_submission.received_at", "contact_reply.written_at", "event.at", "job.run_at"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_log_knows_when_somebody_wrote_or_their_receipt(
    settings: Settings, newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings.model_copy(update={"log": "json", "jobs": "off"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as reader:
        await reader.get("/v1/challenge", params={"form": "contact"})
        await reader.get("/v1/contact/keys")
        await reader.get("/tips/new")
        receipt = (await reader.post(URL, json=LETTER | {"kind": "tip"})).json()["receipt"]
        mine = {"Authorization": f"Bearer {receipt}"}
        for path in (CONVERSATION, f"{CONVERSATION}/", f"{CONVERSATION}?receipt={receipt}"):
            await reader.get(path, headers=mine)
        await reader.post(CONVERSATION, json=MORE, headers=mine)
        await reader.get("/v1/site")
        printed = ""
        async with asyncio.timeout(60):
            while "/v1/site" not in printed:
                await asyncio.sleep(0.02)
                captured = capsys.readouterr()
                printed += captured.out + captured.err
    await app.state.db.stop()
    assert receipt not in printed
    assert re.findall(r'"path":"([^"]*)"', printed) == ["/v1/site"]
    submission_id = newsroom.app.state.keys.subject("contact-receipt", receipt)
    assert submission_id is not None
    assert str(submission_id) not in printed
