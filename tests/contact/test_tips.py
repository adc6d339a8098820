"""A tip leaves no trace of who sent it or at what hour: every row of every table is searched."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.day_keys import network_tag
from tests.contact.letters import INBOX, LETTER, URL, everything, only_id, sender, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

MOMENT = datetime(2026, 11, 22, 14, 37, 41, 123456, tzinfo=UTC)
DAY = datetime(2026, 11, 22, tzinfo=UTC)
ADDRESS = "203.0.113.77"
TIP = LETTER | {"kind": "tip", "email": "whistle@ministry.example", "name": "", "subject": "الميزانية"}
HEADERS = {"User-Agent": "Whistle/9.1", "Idempotency-Key": "tip-key-0001", "X-Request-Id": "trace-me-0001"}


async def traces(newsroom: Newsroom) -> set[str]:
    """Which traces of the sender, the hour and the request stand anywhere in the database."""
    rows = await everything(newsroom)
    text = repr(rows)
    network = await newsroom.stored(
        lambda session: network_tag(session, newsroom.app.state.keys, "203.0.113.0/24", at=MOMENT)
    )
    signs = {
        "e-mail": "ministry.example" in text.casefold(),
        "address": "203.0.113" in text or network in text,
        "user agent": "whistle/9" in text.casefold(),
        "request id": "trace-me" in text,
        "kept answer": bool(rows["kept_answer"]),
        "time": "14, 37" in text or "14:37" in text or str(int(MOMENT.timestamp())) in text,
        "dated id": any(
            isinstance(value, UUID) and value.version != 4
            for table in ("contact_submission", "contact_reply", "event", "job", "mail")
            for row in rows[table]
            for value in row.values()
        ),
    }
    return {name for name, found in signs.items() if found}


async def send(newsroom: Newsroom, kind: str) -> None:
    newsroom.set_clock(MOMENT)
    async with sender(newsroom, ADDRESS, **HEADERS) as reader:
        assert (await reader.post(URL, json=TIP | {"kind": kind})).status_code == 202


async def test_a_tip_leaves_no_trace(newsroom: Newsroom) -> None:
    await send(newsroom, "tip")
    assert await traces(newsroom) == set()
    (row,) = await stored(newsroom)
    assert (row.received_at, row.email, row.network, row.fingerprint) == (DAY, None, None, None)
    assert row.body == TIP["body"]
    (event,) = (await everything(newsroom))["event"]
    assert (event["name"], event["subject_id"], event["data"], event["at"]) == ("contact.received", row.id, {}, DAY)


async def test_the_search_for_traces_finds_those_of_other_messages(newsroom: Newsroom) -> None:
    await send(newsroom, "message")
    assert await traces(newsroom) == {"e-mail", "address", "request id", "kept answer", "time", "dated id"}


async def test_what_happens_to_a_tip_is_dated_by_the_day_alone(newsroom: Newsroom) -> None:
    await send(newsroom, "tip")
    editor = await newsroom.staff("editor")
    tip_id = await only_id(newsroom)
    newsroom.set_clock(MOMENT + timedelta(days=1))
    await editor.patch(f"{INBOX}/{tip_id}", json={"state": "open", "assignee": str(editor.user_id)})
    await editor.post(f"{INBOX}/{tip_id}/notes", json={"body": "Genuine"})
    events = [event for event in (await everything(newsroom))["event"] if event["name"].startswith("contact.")]
    assert {(event["name"], event["at"]) for event in events} == {
        ("contact.received", DAY),
        ("contact.opened", DAY + timedelta(days=1)),
        ("contact.assigned", DAY + timedelta(days=1)),
        ("contact.noted", DAY + timedelta(days=1)),
    }
    assert all(event["data"] == {} and event["id"].version == 4 and event["request_id"] == "" for event in events)


async def test_a_tip_sent_again_is_stored_again(newsroom: Newsroom) -> None:
    """No answer is kept and no 409 tells a stranger that somebody sent the same words before."""
    async with sender(newsroom, ADDRESS, **HEADERS) as reader:
        answers = [await reader.post(URL, json=TIP) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["receipt"] for answer in answers}) == 2
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)


async def test_a_tip_needs_no_address_and_counts_against_the_limit(newsroom: Newsroom) -> None:
    newsroom.set_clock(MOMENT)
    async with sender(newsroom, ADDRESS) as reader:
        statuses = [
            (await reader.post(URL, json={"kind": "tip", "body": f"Look at contract {number}"})).status_code
            for number in range(11)
        ]
    assert statuses == [202] * 10 + [429]


async def test_a_tip_that_a_robot_sent_is_spam_without_a_trace(newsroom: Newsroom) -> None:
    newsroom.set_clock(MOMENT)
    async with sender(newsroom, ADDRESS, **HEADERS) as reader:
        await reader.post(URL, json=TIP | {"homepage": "https://cheap.example"})
    (row,) = await stored(newsroom)
    assert row.state == "spam"
    assert await traces(newsroom) == set()


async def test_editors_read_a_tip_with_its_day(newsroom: Newsroom) -> None:
    await send(newsroom, "tip")
    editor = await newsroom.staff("editor")
    tip = (await editor.get(f"{INBOX}/{await only_id(newsroom)}")).json()
    assert (tip["email"], tip["received_at"], tip["sealed"]) == (None, "2026-11-22T00:00:00Z", None)
