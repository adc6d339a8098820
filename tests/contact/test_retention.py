"""What was kept long enough goes, by the site's own numbers, and leaves no word behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.contact import retention, service
from app.contact.models import MessageKind, MessageState, Submission
from app.contact.schemas import ContactMessage
from app.core.actor import system
from app.site.policies import ContactPolicy, Retention, SiteSettings
from tests.contact.answers import DAY, Message, events, follow_up, mails, put, row, send
from tests.contact.letters import ARABIC, LETTER, NOON, everything, set_site
from tests.contact.seals import published, seal
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

S = MessageState
TIP = {"kind": "tip", "body": LETTER["body"]}
MIDNIGHT = NOON.replace(hour=0)
LATER = NOON + timedelta(days=1_000)
JUST = timedelta(seconds=1)

# what, the state it moved to at noon, the policy → the moment from which on it is purged
DEFAULT: dict[str, int] = {}
TABLE: list[tuple[str, MessageState, dict[str, int], datetime | None]] = [
    ("message", S.CLOSED, DEFAULT, NOON + 180 * DAY),
    ("message", S.CLOSED, {"closed_days": 7}, NOON + 7 * DAY),
    ("message", S.SPAM, DEFAULT, NOON + 30 * DAY),
    ("message", S.SPAM, {"spam_days": 1}, NOON + DAY),
    ("message", S.NEW, {"closed_days": 1, "spam_days": 1, "sealed_days": 1}, None),
    ("message", S.OPEN, {"closed_days": 1, "spam_days": 1, "sealed_days": 1}, None),
    ("message", S.WAITING, {"closed_days": 1, "spam_days": 1, "sealed_days": 1}, None),
    ("tip", S.NEW, {"closed_days": 1, "spam_days": 1, "sealed_days": 1}, None),
    ("tip", S.CLOSED, DEFAULT, MIDNIGHT + 180 * DAY),
    ("sealed", S.NEW, DEFAULT, MIDNIGHT + 30 * DAY),
    ("sealed", S.WAITING, {"sealed_days": 3}, MIDNIGHT + 3 * DAY),
    ("sealed", S.CLOSED, {"closed_days": 7}, MIDNIGHT + 7 * DAY),
    ("sealed", S.SPAM, {"sealed_days": 3}, MIDNIGHT + 3 * DAY),
    ("message", S.PURGED, {"closed_days": 1, "spam_days": 1, "sealed_days": 1}, None),
]


async def arrive(newsroom: Newsroom, what: str) -> Message:
    newsroom.set_clock(NOON)
    if what == "sealed":
        return await send(newsroom, {"kind": "tip", "sealed": seal(*await published(newsroom, at=NOON - DAY))})
    return await send(newsroom, TIP if what == "tip" else LETTER)


async def keep(newsroom: Newsroom, **days: int) -> None:
    await set_site(newsroom, SiteSettings(contact=ContactPolicy(retention=Retention(**days))))


async def purge(newsroom: Newsroom, at: datetime) -> int:
    return await newsroom.db.write(retention.purge, at=at)


@pytest.mark.parametrize(("what", "state", "days", "since"), TABLE)
async def test_when_a_message_is_purged(
    newsroom: Newsroom, what: str, state: MessageState, days: dict[str, int], since: datetime | None
) -> None:
    await keep(newsroom, **days)
    message = await arrive(newsroom, what)
    await put(newsroom, message, state=state)
    if since is None:
        assert await purge(newsroom, LATER) == 0
        assert (await row(newsroom, message)).state == state
        return
    assert await purge(newsroom, since - JUST) == 0
    assert (await row(newsroom, message)).state == state
    assert await purge(newsroom, since) == 1
    assert (await row(newsroom, message)).state == "purged"
    assert await purge(newsroom, LATER) == 0


@pytest.mark.parametrize("what", ["message", "tip", "sealed"])
async def test_the_time_runs_from_the_last_move(newsroom: Newsroom, what: str) -> None:
    await keep(newsroom, sealed_days=1_000)
    message = await arrive(newsroom, what)
    editor = await newsroom.staff("editor")
    for number, state in enumerate(("open", "closed", "open", "closed")):
        newsroom.set_clock(NOON + number * DAY)
        assert (await editor.patch(message.url, json={"state": state})).status_code == 200
    closed_at = (NOON if what == "message" else MIDNIGHT) + 3 * DAY
    assert (await row(newsroom, message)).moved_at == closed_at
    assert await purge(newsroom, closed_at + 180 * DAY - JUST) == 0
    assert await purge(newsroom, closed_at + 180 * DAY) == 1


async def test_a_follow_up_keeps_a_closed_message(newsroom: Newsroom) -> None:
    message = await arrive(newsroom, "message")
    await put(newsroom, message, state=S.CLOSED)
    newsroom.set_clock(NOON + 100 * DAY)
    await follow_up(newsroom, message)
    assert await purge(newsroom, NOON + 200 * DAY) == 0


WORDS = ["Salma", "reader@example.org", "tram", "line 3", "سلمى", "qari@example.org", "الترام", "الخط", "canary"]


@pytest.mark.parametrize("letter", [LETTER, ARABIC], ids=["en", "ar"])
async def test_what_remains_is_a_bare_row(newsroom: Newsroom, letter: dict[str, str]) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom, letter)
    editor = await newsroom.staff("editor")
    await editor.patch(message.url, json={"assignee": str(editor.user_id), "snoozed_until": "2027-01-01T00:00:00Z"})
    await editor.post(message.url + "/notes", json={"body": "canary note"}, headers={"Idempotency-Key": "note"})
    await editor.post(message.url + "/replies", json={"body": "canary reply"}, headers={"Idempotency-Key": "reply"})
    await follow_up(newsroom, message, "canary follow-up")
    await newsroom.night()
    await put(newsroom, message, state=S.CLOSED, flags=["links"])
    assert len(await mails(newsroom)) > 0
    before = repr(await everything(newsroom))
    assert [word for word in WORDS if word in before] == [word for word in WORDS if word in repr(letter) + "canary"]

    at = NOON + 180 * DAY
    assert await purge(newsroom, at) == 1
    text = repr(await everything(newsroom))
    assert [word for word in WORDS if word in text] == []
    assert await mails(newsroom) == []
    left = (await row(newsroom, message)).model_dump(exclude={"version"})
    nothing: dict[str, Any] = {
        "name": "",
        "subject": "",
        "body": "",
        "search_text": "",
        "flags": [],
        "email": None,
        "sealed": None,
    }
    assert left == nothing | {
        **dict.fromkeys(("network", "fingerprint", "snoozed_until", "assignee_id")),
        "id": message.id,
        "reference": message.reference,
        "kind": "message",
        "state": "purged",
        "locale": letter.get("locale", "en"),
        "received_at": NOON,
        "moved_at": at,
    }
    assert await events(newsroom, "contact.purged") == [("contact.purged", at)]


async def test_the_event_of_a_tip_has_its_day(newsroom: Newsroom) -> None:
    message = await arrive(newsroom, "tip")
    await put(newsroom, message, state=S.SPAM)
    await purge(newsroom, NOON + 30 * DAY)
    (event,) = [event for event in (await everything(newsroom))["event"] if event["name"] == "contact.purged"]
    assert (event["at"], event["data"], event["private"]) == (MIDNIGHT + 30 * DAY, {}, True)
    assert (await row(newsroom, message)).moved_at == MIDNIGHT + 30 * DAY


async def test_nothing_is_done_with_what_was_purged(newsroom: Newsroom) -> None:
    message = await arrive(newsroom, "message")
    await put(newsroom, message, state=S.SPAM)
    await purge(newsroom, NOON + 30 * DAY)
    editor = await newsroom.staff("editor")
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", "", {"assignee": str(editor.user_id)}),
        ("PATCH", "", {"snoozed_until": "2030-01-01T00:00:00Z"}),
        ("PATCH", "", {"state": "new"}),
        ("POST", "/notes", {"body": "Still there?"}),
        ("POST", "/replies", {"body": "Still there?"}),
    ]
    answers = [await editor.request(method, message.url + path, json=body) for method, path, body in tries]
    assert [(answer.status_code, answer.json()["allowed"]) for answer in answers] == [(409, [])] * len(tries)
    assert (await editor.get(message.url)).json()["state"] == "purged"
    assert (await follow_up(newsroom, message)).status_code == 404


async def test_each_night_purges_all_in_batches(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)

    def load(session: Session) -> None:
        for number in range(10):
            message = ContactMessage.model_validate(LETTER | {"body": f"Letter {number}"})
            stored = service.import_submission(session, message, by=system("tests"), at=NOON - 200 * DAY)
            stored.state = S.CLOSED if number else S.OPEN

    await newsroom.db.write(load)
    newsroom.set_clock(NOON)
    await newsroom.night()  # the first one begins the schedule
    newsroom.set_clock(NOON + timedelta(hours=11, minutes=59))
    await newsroom.night()
    query = select(Submission).where(col(Submission.state) == S.PURGED)
    assert len(await newsroom.stored(lambda session: session.exec(query).all())) == 0
    newsroom.set_clock(NOON + timedelta(hours=12))
    await newsroom.night()
    assert len(await newsroom.stored(lambda session: session.exec(query).all())) == 9
    assert len(await events(newsroom, "contact.purged")) == 9


def test_the_days_are_those_of_the_rules() -> None:
    assert Retention().model_dump() == {"closed_days": 180, "spam_days": 30, "sealed_days": 30}
    assert retention.BATCH == 200
    assert MessageKind.TIP in ContactPolicy().kinds
