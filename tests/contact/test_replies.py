"""The newsroom answers: by letters that thread, in the conversation, once; what does not arrive is sent again."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.contact.models import MessageState
from app.core.mail import MailRefused
from tests.contact.answers import (
    CONVERSATION,
    DAY,
    events,
    follow_up,
    in_state,
    letters_to,
    mails,
    put,
    row,
    send,
)
from tests.contact.letters import ARABIC, INBOX, LETTER, NOON, everything
from tests.contact.seals import published, seal
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

THANKS = {"body": "Thank you, Salma.\n\nIt opens on Monday."}
SHUKRAN = {"body": "شكرا لك يا سلمى.\n\nيُفتتح يوم الاثنين."}
TIP = LETTER | {"kind": "tip", "email": None, "name": ""}

# state → status, the events of a reply, or the moves that are possible instead
ANSWERS: dict[str, tuple[int, list[str]]] = {
    "new": (201, ["contact.answered", "contact.opened"]),
    "open": (201, ["contact.answered"]),
    "waiting": (201, ["contact.answered"]),
    "closed": (409, ["open"]),
    "spam": (409, ["new"]),
    "purged": (409, []),
}


@pytest.mark.parametrize("state", MessageState)
async def test_which_messages_are_answered(newsroom: Newsroom, state: MessageState) -> None:
    message = await in_state(newsroom, state)
    before = (await row(newsroom, message)).moved_at
    editor = await newsroom.staff("editor")
    newsroom.set_clock(NOON + timedelta(hours=1))
    answer = await editor.post(message.url + "/replies", json=THANKS)
    status, expected = ANSWERS[state]
    after = await row(newsroom, message)
    assert answer.status_code == status
    if status == 201:
        assert (after.state, answer.headers["etag"]) == ("waiting", '"2"')
        assert after.moved_at == (before if state is MessageState.WAITING else NOON + timedelta(hours=1))
        assert [name for name, _ in await events(newsroom)] == expected
        assert len(await mails(newsroom, "contact_reply")) == 1
    else:
        assert (answer.json()["code"], answer.json()["allowed"]) == ("illegal_move", expected)
        assert (after.state, after.version, await events(newsroom), await mails(newsroom)) == (state, 1, [], [])


@pytest.mark.parametrize(("letter", "reply", "locale"), [(LETTER, THANKS, "en"), (ARABIC, SHUKRAN, "ar")])
async def test_the_reply_reaches_the_sender(
    newsroom: Newsroom, letter: dict[str, str], reply: dict[str, str], locale: str
) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom, letter)
    editor = await newsroom.staff("editor", name="هدى")
    await editor.post(message.url + "/replies", json=reply)
    await newsroom.night()
    (sent,) = [letter for letter in letters_to(newsroom, letter["email"]) if not letter.auto]
    assert sent.locale == locale
    assert message.reference in sent.subject
    assert letter["subject"] in sent.subject
    assert reply["body"] in sent.text
    assert "هدى" in sent.text


async def test_the_answer_shows_the_turn_and_its_letter(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    editor = await newsroom.staff("editor", name="Huda")
    turn = (await editor.post(message.url + "/replies", json=THANKS)).json()
    delivery = turn.pop("delivery")
    assert turn == {
        "id": turn["id"],
        "from": "newsroom",
        "author": {"id": str(editor.user_id), "name": "Huda"},
        "body": THANKS["body"],
        "sealed": None,
        "written_at": "2026-11-22T12:00:00Z",
    }
    assert delivery == {
        "id": delivery["id"],
        "template": "contact_reply",
        "recipient": LETTER["email"],
        "state": "queued",
        "response": "",
        "attempts": 0,
        "created_at": "2026-11-22T12:00:00Z",
        "sent_at": None,
    }
    newsroom.set_clock(NOON + timedelta(minutes=1))
    await newsroom.night()
    shown = (await editor.get(message.url)).json()
    gone = delivery | {"state": "sent", "response": "250 kept", "attempts": 1, "sent_at": "2026-11-22T12:01:00Z"}
    assert shown["replies"] == [turn | {"delivery": gone}]
    assert gone in shown["deliveries"]


async def test_letters_to_the_sender_hang_together(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    await newsroom.night()
    editor = await newsroom.staff("editor")
    for body in ("First", "Second"):  # in one minute: times do not tell them apart
        await editor.post(message.url + "/replies", json={"body": body})
    await newsroom.night()
    receipt, *replies = sorted(letters_to(newsroom, LETTER["email"]), key=lambda letter: "Second" in letter.text)
    assert [letter.in_reply_to for letter in (receipt, *replies)] == [
        None,
        receipt.message_id,
        replies[0].message_id,
    ]
    assert len({letter.message_id for letter in (receipt, *replies)}) == 3


async def test_a_thread_goes_on_when_its_letters_are_forgotten(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    editor = await newsroom.staff("editor")
    await editor.post(message.url + "/replies", json=THANKS)
    await newsroom.night()
    newsroom.set_clock(NOON + 33 * DAY)
    await newsroom.night()
    assert await mails(newsroom) == []
    editor = await newsroom.staff("editor")
    answer = await editor.post(message.url + "/replies", json=SHUKRAN)
    assert (answer.status_code, (await mails(newsroom))[0].in_reply_to) == (201, None)
    assert [turn["delivery"] is None for turn in (await editor.get(message.url)).json()["replies"]] == [True, False]


async def test_a_reply_sent_twice_under_one_key_is_one_letter(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, MessageState.NEW)
    editor = await newsroom.staff("editor")
    answers = [
        await editor.post(message.url + "/replies", json=THANKS, headers={"Idempotency-Key": "reply-1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(await mails(newsroom, "contact_reply")) == 1


async def test_both_sides_stand_in_their_order(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, MessageState.NEW)
    editor, moderator = await newsroom.staff("editor", name="Huda"), await newsroom.staff("moderator", name="نبيل")
    await editor.post(message.url + "/replies", json=THANKS)
    assert (await follow_up(newsroom, message, "وماذا عن الحافلة؟")).status_code == 201
    await moderator.post(message.url + "/replies", json=SHUKRAN)
    shown = (await editor.get(message.url)).json()
    assert [(turn["from"], turn["author"] and turn["author"]["name"], turn["body"]) for turn in shown["replies"]] == [
        ("newsroom", "Huda", THANKS["body"]),
        ("sender", None, "وماذا عن الحافلة؟"),
        ("newsroom", "نبيل", SHUKRAN["body"]),
    ]
    assert [turn["delivery"] is None for turn in shown["replies"]] == [False, True, False]
    assert (shown["state"], (await editor.get(INBOX)).json()["items"]) == ("waiting", [shown])


async def test_words_of_both_sides_are_found(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, MessageState.NEW)
    editor = await newsroom.staff("editor")
    await editor.post(message.url + "/replies", json={"body": "The harbour ferry"})
    await follow_up(newsroom, message, "شكرًا على المعلومات")
    found = {
        q: len((await editor.get(INBOX, params={"q": q})).json()["items"])
        for q in ("ferr", "معلومات", "salma harb", "bus")
    }
    assert found == {"ferr": 1, "معلومات": 1, "salma harb": 1, "bus": 0}


@pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
async def test_a_reply_to_a_tip_waits_for_its_receipt(newsroom: Newsroom, sealed: bool) -> None:
    newsroom.set_clock(NOON)
    envelope = {"sealed": seal(*await published(newsroom, at=NOON - DAY)), "kind": "tip"} if sealed else TIP
    message = await send(newsroom, envelope)
    editor = await newsroom.staff("editor")
    moment = NOON + timedelta(hours=3, minutes=7)
    newsroom.set_clock(moment)
    answer = await editor.post(message.url + "/replies", json=THANKS, headers={"Idempotency-Key": "tip-reply"})
    assert (answer.status_code, answer.json()["delivery"]) == (201, None)
    assert answer.json()["written_at"] == "2026-11-22T00:00:00Z"
    assert await mails(newsroom, "contact_reply") == []
    shown = await newsroom.reader.get(
        "/v1/contact/conversation", headers={"Authorization": f"Bearer {message.receipt}"}
    )
    assert [turn["body"] for turn in shown.json()["messages"]][1:] == [THANKS["body"]]

    rows = await everything(newsroom)
    about_tips = {name: rows[name] for name in ("contact_submission", "contact_reply", "kept_answer", "event", "job")}
    about_tips["event"] = [event for event in rows["event"] if event["name"].startswith("contact.")]
    assert len(about_tips["kept_answer"]) == 1
    assert "15, 7" not in repr(about_tips)
    newsroom.set_clock(moment + timedelta(hours=23))
    again = await editor.post(message.url + "/replies", json=THANKS, headers={"Idempotency-Key": "tip-reply"})
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (answer.json(), "true")


@pytest.mark.parametrize(("role", "opens"), [("moderator", False), ("editor", True), ("admin", True)])
async def test_envelopes_are_for_those_who_may_open_them(newsroom: Newsroom, role: str, opens: bool) -> None:
    newsroom.set_clock(NOON)
    keys = await published(newsroom, at=NOON - DAY)
    first, second = seal(*keys), seal(*keys)
    message = await send(newsroom, {"sealed": first, "kind": "tip"})
    headers = {"Authorization": f"Bearer {message.receipt}"}
    await newsroom.reader.post(CONVERSATION, json={"sealed": second}, headers=headers)
    desk = await newsroom.staff(role)
    shown = (await desk.get(message.url)).json()
    assert (shown["body"], shown["sealed"]) == ("", first if opens else None)
    assert [turn["sealed"] for turn in shown["replies"]] == [second if opens else None]


@pytest.mark.parametrize(
    ("reply", "pointer"),
    [
        ({}, "/body/body"),
        ({"body": " \n"}, "/body/body"),
        ({"body": "r" * 20_001}, "/body/body"),
        ({"body": 7}, "/body/body"),
        ({"body": "ok", "to": "other@example.org"}, "/body/to"),
        ({"body": "ok", "subject": "Other"}, "/body/subject"),
    ],
)
async def test_replies_that_are_refused(newsroom: Newsroom, reply: dict[str, Any], pointer: str) -> None:
    message = await in_state(newsroom, MessageState.NEW)
    editor = await newsroom.staff("editor")
    answer = await editor.post(message.url + "/replies", json=reply)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert await mails(newsroom) == []


async def test_who_read_an_older_version_does_not_answer_the_newer(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, MessageState.OPEN)
    editor = await newsroom.staff("editor")
    await follow_up(newsroom, message, "Forget it, I know now.")
    answer = await editor.post(message.url + "/replies", json=THANKS, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["current"]["etag"]) == (412, '"2"')
    assert await mails(newsroom, "contact_reply") == []


async def test_no_header_is_forged_through_what_was_typed(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom, subject="Tram =?utf-8?q?=0D=0ABcc:_x=40evil.example?= \u2066x")
    editor = await newsroom.staff("editor", name="Huda <evil@evil.example>")
    await editor.post(message.url + "/replies", json={"body": "Bcc: all@evil.example\n\nSubject: no"})
    await newsroom.night()
    for letter in newsroom.post.letters:
        assert letter.to == LETTER["email"]
        assert "\n" not in letter.subject


# --- what does not arrive


async def refused(newsroom: Newsroom) -> tuple[Any, Any]:
    """A message whose reply was refused, and the letter."""
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    await newsroom.night()
    newsroom.set_clock(NOON + timedelta(minutes=1))
    editor = await newsroom.staff("editor")
    await editor.post(message.url + "/replies", json=THANKS)
    newsroom.post.trouble = MailRefused("no such mailbox", 550)
    await newsroom.night()
    newsroom.post.trouble = None
    return message, (await editor.get(message.url)).json()["replies"][0]["delivery"]


async def test_a_letter_that_was_refused_shows_and_is_sent_again(newsroom: Newsroom) -> None:
    message, delivery = await refused(newsroom)
    assert (delivery["state"], delivery["response"]) == ("refused", "550 no such mailbox")
    moderator = await newsroom.staff("moderator")
    newsroom.set_clock(NOON + timedelta(minutes=5))
    await send(newsroom, ARABIC)
    failed = (await moderator.get(INBOX, params={"delivery": "failed", "count": True})).json()
    assert ([item["reference"] for item in failed["items"]], failed["total"]) == ([message.reference], 1)

    answer = await moderator.post(f"{message.url}/deliveries/{delivery['id']}/retry")
    assert (answer.status_code, answer.json()["state"], answer.json()["id"]) == (200, "queued", delivery["id"])
    assert (await moderator.get(INBOX, params={"delivery": "failed"})).json()["items"] == []
    await newsroom.night()
    assert (await moderator.get(message.url)).json()["replies"][0]["delivery"]["state"] == "sent"
    (sent,) = [letter for letter in letters_to(newsroom, LETTER["email"]) if not letter.auto]
    assert THANKS["body"] in sent.text

    once_more = await moderator.post(f"{message.url}/deliveries/{delivery['id']}/retry")
    assert (once_more.status_code, once_more.json()["code"]) == (409, "not_stuck")


async def test_a_letter_is_sent_again_below_its_own_message_only(newsroom: Newsroom) -> None:
    message, delivery = await refused(newsroom)
    other = await send(newsroom, ARABIC)
    editor = await newsroom.staff("editor")
    statuses = [
        (await editor.post(f"{url}/deliveries/{mail_id}/retry")).status_code
        for url, mail_id in (
            (other.url, delivery["id"]),
            (message.url, uuid4()),
            (message.url, "x"),
            (f"{INBOX}/{uuid4()}", delivery["id"]),
        )
    ]
    assert statuses == [404] * 4
    assert (await editor.get(message.url)).json()["replies"][0]["delivery"]["state"] == "refused"


async def test_a_reply_to_a_message_without_address_needs_no_letter(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, MessageState.OPEN)
    await put(newsroom, message, email=None)
    editor = await newsroom.staff("editor")
    answer = await editor.post(message.url + "/replies", json=THANKS)
    assert (answer.status_code, answer.json()["delivery"], await mails(newsroom)) == (201, None, [])
