"""A person is erased across the inbox: no table, and no page of the SQLite file, knows name, address or words."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.mail import service as mail_service
from tests.contact.answers import DAY, Message, events, follow_up, mails, row, send
from tests.contact.letters import ARABIC, INBOX, LETTER, NOON, URL, everything, shown
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

ERASURES = f"{INBOX}/erasures"
SALMA = {"email": "salma.q@example.org", "name": "Salma Qamari", "subject": "Zanzibar", "body": "quokka سنجاب"}
SPELLINGS = ["salma.q@example.org", "Salma.Q@Example.ORG", "SALMA.Q@EXAMPLE.ORG"]
# whatever is hers, and what others wrote to her and about her
TRACES = ["salma.q", "qamari", "zanzibar", "quokka", "سنجاب", "axolotl", "okapi", "pangolin", "هدهد"]


async def talk(newsroom: Newsroom, editor: Desk, spelling: str, **changes: str) -> Message:
    """Two messages, one of which was answered, noted, followed up: kept answers of all, letters to both sides."""
    number = SPELLINGS.index(spelling)
    first, second = ({"body": f"{SALMA['body']} {number}{part}", "email": spelling} | changes for part in "ab")
    form = SALMA | first | {"render_token": shown(newsroom)}
    assert (await newsroom.reader.post(URL, json=form, headers={"Idempotency-Key": spelling})).status_code == 202
    message = await send(newsroom, SALMA, **second)
    key = {"Idempotency-Key": "key-1"}
    await editor.post(message.url + "/notes", json={"body": "axolotl of Qamari"}, headers=key)
    await editor.post(message.url + "/replies", json={"body": "okapi"}, headers=key)
    await follow_up(newsroom, message, "pangolin هدهد")
    return message


async def traces(newsroom: Newsroom) -> set[str]:
    """Which of her traces stand in any row of any table."""
    rows = repr(await everything(newsroom)).casefold()
    return {trace for trace in TRACES if trace in rows}


async def fill(newsroom: Newsroom, editor: Desk) -> list[Message]:
    newsroom.set_clock(NOON)
    hers = [await talk(newsroom, editor, spelling) for spelling in SPELLINGS[:2]]
    await newsroom.night()  # some letters are out, some wait
    newsroom.set_clock(NOON + timedelta(minutes=2))
    return [*hers, await talk(newsroom, editor, SPELLINGS[2], kind="correction")]


async def test_a_person_is_erased_across_the_inbox(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    await newsroom.user("admin", email="boss@news.example")
    hers = await fill(newsroom, editor)
    newsroom.set_clock(NOON + timedelta(minutes=4))
    other = await send(newsroom, ARABIC)
    tip = await send(newsroom, {"kind": "tip", "body": "A tip"})
    assert await traces(newsroom) == set(TRACES)

    newsroom.set_clock(NOON + DAY)
    answer = await editor.post(ERASURES, json={"email": "sAlma.q@eXample.org"})
    assert (answer.status_code, answer.json()) == (200, {"erased": 6})
    assert await traces(newsroom) == set()
    assert await events(newsroom, "contact.erased") == [("contact.erased", NOON + DAY)] * 6
    assert {(await row(newsroom, message)).state for message in hers} == {"purged"}
    left = [(await row(newsroom, message)).body for message in (other, tip)]
    assert left == [ARABIC["body"], "A tip"]
    assert [mail.recipient for mail in await mails(newsroom) if "salma" in mail.recipient.casefold()] == []

    again = await editor.post(ERASURES, json={"email": SALMA["email"]})
    assert again.json() == {"erased": 0}
    await newsroom.night()  # jobs that waited find nothing to send
    assert await traces(newsroom) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_file_of_the_database_knows_nothing_either(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    await fill(newsroom, editor)
    path = Path(str(newsroom.db.engine.url.database))
    files = [path, path.with_name(path.name + "-wal")]
    words = [trace.encode() for trace in ("salma.q", "quokka", "سنجاب", "okapi")]
    there = b"".join(file.read_bytes() for file in files if file.exists()).lower()
    assert all(word in there for word in words)
    await editor.post(ERASURES, json={"email": SALMA["email"]})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    there = b"".join(file.read_bytes() for file in files if file.exists()).lower()
    assert [word.decode() for word in words if word in there] == []


async def test_one_message_is_erased(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    newsroom.set_clock(NOON)
    message, other = await send(newsroom), await send(newsroom, ARABIC)
    statuses = [(await editor.delete(message.url)).status_code for _ in range(2)]
    shown_after = (await editor.get(message.url)).json()
    assert statuses == [204, 204]
    assert (shown_after["state"], shown_after["body"], shown_after["email"], shown_after["allowed"]) == (
        *("purged", "", None),
        [],
    )
    assert (await row(newsroom, other)).body == ARABIC["body"]
    assert await events(newsroom) == [("contact.erased", NOON)]


@pytest.mark.parametrize(("if_match", "status"), [("*", 204), ('"1"', 204), ('"2"', 412)])
async def test_if_match_is_honoured(newsroom: Newsroom, if_match: str, status: int) -> None:
    editor = await newsroom.staff("editor")
    message = await send(newsroom)
    answer = await editor.delete(message.url, headers={"If-Match": if_match})
    assert answer.status_code == status
    assert ((await row(newsroom, message)).state == "purged") == (status == 204)


@pytest.mark.parametrize(
    ("role", "statuses"), [("moderator", [403, 403]), ("editor", [204, 200]), ("admin", [204, 200])]
)
async def test_who_may_erase(newsroom: Newsroom, role: str, statuses: list[int]) -> None:
    message = await send(newsroom)
    desk = await newsroom.staff(role)
    erased = await desk.delete(message.url)
    person = await desk.post(ERASURES, json={"email": "someone@example.org"})
    assert [erased.status_code, person.status_code] == statuses


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/email"),
        ({"email": None}, "/body/email"),
        ({"email": "salma"}, "/body/email"),
        ({"email": "a@example.org, b@example.org"}, "/body/email"),
        ({"email": SALMA["email"], "name": "Salma"}, "/body/name"),
    ],
)
async def test_what_names_no_person(newsroom: Newsroom, body: dict[str, Any], pointer: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.post(ERASURES, json=body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(
    ("written", "asked"),
    [("ÖZGE@example.org", "özge@example.org"), ("straße@example.org", "STRASSE@Example.org"), ("سلمى@x.example",) * 2],
)
async def test_addresses_with_other_letters_are_folded_too(newsroom: Newsroom, written: str, asked: str) -> None:
    editor = await newsroom.staff("editor")
    message = await send(newsroom, email=written)
    answer = await editor.post(ERASURES, json={"email": asked})
    assert (answer.json(), (await row(newsroom, message)).email) == ({"erased": 1}, None)


async def test_letters_to_a_person_about_other_things_go_too(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    for address in (*SPELLINGS, "other@example.org"):
        facts: dict[str, Any] = {"locale": "en", "args": {"site_name": "The Post", "reference": "7K3F-9QXT"}}
        await newsroom.db.write(
            mail_service.owe, "contact_acknowledged", address, **facts, about=None, at=NOON, into=lambda mail: mail.id
        )
    answer = await editor.post(ERASURES, json={"email": SALMA["email"]})
    assert answer.json() == {"erased": 0}
    assert [mail.recipient for mail in await mails(newsroom)] == ["other@example.org"]


# --- at once: no 5xx, nothing half done


async def test_erasing_while_everyone_writes_leaves_nothing(newsroom: Newsroom) -> None:
    desks = [await newsroom.staff("editor") for _ in range(3)]
    for number in range(4):
        newsroom.set_clock(NOON + timedelta(minutes=number))
        message = await send(newsroom, SALMA, body=f"quokka {number}")
        answers = await asyncio.gather(
            desks[0].post(message.url + "/replies", json={"body": "okapi"}, headers={"Idempotency-Key": "reply"}),
            desks[1].post(message.url + "/notes", json={"body": "axolotl"}, headers={"Idempotency-Key": "note"}),
            follow_up(newsroom, message, "pangolin"),
            desks[2].post(ERASURES, json={"email": SALMA["email"]}),
            desks[2].patch(message.url, json={"state": "open"}),
            newsroom.night(),
        )
        statuses = [answer.status_code for answer in answers if answer is not None]
        assert statuses[3] == 200
        assert all(status < 500 for status in statuses), statuses
        assert statuses[0] in (201, 409)
        assert statuses[2] in (201, 404)
        await newsroom.night()
        assert await traces(newsroom) == set()


async def test_a_reply_and_a_follow_up_at_once_both_stand(newsroom: Newsroom) -> None:
    editor, moderator = await newsroom.staff("editor"), await newsroom.staff("moderator")
    newsroom.set_clock(NOON)
    for number in range(4):
        message = await send(newsroom, LETTER, body=f"Question {number}")
        answers = await asyncio.gather(
            editor.post(message.url + "/replies", json={"body": "One"}),
            follow_up(newsroom, message, "Two"),
            moderator.post(message.url + "/replies", json={"body": "Three"}),
            moderator.patch(message.url, json={"assignee": str(editor.user_id)}),
        )
        assert [answer.status_code for answer in answers] == [201, 201, 201, 200]
        shown_after = (await editor.get(message.url)).json()
        assert sorted(turn["body"] for turn in shown_after["replies"]) == ["One", "Three", "Two"]
        assert (await row(newsroom, message)).version == 5
        expected = "open" if shown_after["replies"][-1]["from"] == "sender" else "waiting"
        assert shown_after["state"] == expected


async def test_a_person_is_erased_twice_at_once(newsroom: Newsroom) -> None:
    desks = [await newsroom.staff("editor") for _ in range(4)]
    newsroom.set_clock(NOON)
    messages = [await send(newsroom, SALMA, body=f"quokka {number}") for number in range(5)]
    answers = await asyncio.gather(
        *(desk.post(ERASURES, json={"email": SALMA["email"]}) for desk in desks),
        *(desks[0].delete(message.url) for message in messages),
    )
    assert {answer.status_code for answer in answers} == {200, 204}
    assert len(await events(newsroom, "contact.erased")) == 5
    assert await traces(newsroom) == set()
