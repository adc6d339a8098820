"""Moving, assigning and snoozing messages, and the notes below them."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from app.contact.models import MessageState, Submission
from app.core.actor import system
from app.events.models import Event
from app.staff import service as staff_service
from app.staff.models import User
from tests.contact.letters import INBOX, LETTER, NOON, only_id, post, stored
from tests.contact.test_workflow import TABLE
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def one_message(newsroom: Newsroom, state: MessageState = MessageState.NEW) -> str:
    """The address of a message in that state."""
    newsroom.set_clock(NOON)
    await post(newsroom, LETTER)
    submission_id = await only_id(newsroom)

    def put(session: Session) -> None:
        session.get_one(Submission, UUID(submission_id)).state = state

    await newsroom.db.write(put)
    return f"{INBOX}/{submission_id}"


async def event_names(newsroom: Newsroom) -> list[str]:
    """What happened to contact messages after they were received."""
    named = col(Event.name)
    query = select(Event.name).where(named.startswith("contact."), named != "contact.received").order_by(col(Event.at))
    return list(await newsroom.stored(lambda session: session.exec(query).all()))


@pytest.mark.parametrize("to", [state.value for state in MessageState])
@pytest.mark.parametrize("state", MessageState)
async def test_moves(newsroom: Newsroom, state: MessageState, to: str) -> None:
    url = await one_message(newsroom, state)
    editor = await newsroom.staff("editor")
    answer = await editor.patch(url, json={"state": to})
    reachable = [after for before, after in TABLE if before == state]
    if to == state:
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
        assert await event_names(newsroom) == []
    elif to in reachable:
        assert (answer.status_code, answer.json()["state"], answer.headers["etag"]) == (200, to, '"2"')
        assert answer.json()["allowed"] == [after for before, after in TABLE if before == to]
        assert await event_names(newsroom) == [TABLE[state.value, to]]
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
        assert answer.json()["allowed"] == reachable
        assert (await stored(newsroom))[0].state == state
        assert await event_names(newsroom) == []


async def test_events_name_who_did_it(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    await editor.patch(url, json={"state": "open"})
    query = select(Event).where(Event.name == "contact.opened")
    (event,) = await newsroom.stored(lambda session: session.exec(query).all())
    (row,) = await stored(newsroom)
    assert (event.actor_id, event.subject_id, event.at) == (editor.user_id, row.id, NOON)
    assert event.data == {"kind": "message", "reference": row.reference}


async def test_a_patch_is_merged(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    steps: list[tuple[dict[str, Any], tuple[str, str | None, str | None], str]] = [
        ({"assignee": str(editor.user_id)}, ("new", "editor", None), '"2"'),
        ({"snoozed_until": "2026-11-23T11:00:00+02:00"}, ("new", "editor", "2026-11-23T09:00:00Z"), '"3"'),
        ({"state": "open"}, ("open", "editor", "2026-11-23T09:00:00Z"), '"4"'),
        ({}, ("open", "editor", "2026-11-23T09:00:00Z"), '"4"'),
        ({"state": "open", "assignee": str(editor.user_id)}, ("open", "editor", "2026-11-23T09:00:00Z"), '"4"'),
        ({"assignee": None, "snoozed_until": None, "state": "closed"}, ("closed", None, None), '"5"'),
    ]
    for patch, (state, assignee, snoozed_until), etag in steps:
        answer = await editor.patch(url, json=patch, headers={"Content-Type": "application/merge-patch+json"})
        shown = answer.json()
        assert shown["state"] == state
        assert (shown["assignee"] and "editor") == assignee
        assert shown["snoozed_until"] == snoozed_until
        assert answer.headers["etag"] == etag == (await editor.get(url)).headers["etag"]
    counted = Counter(await event_names(newsroom))
    assert counted == {"contact.assigned": 2, "contact.snoozed": 2, "contact.opened": 1, "contact.closed": 1}


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"state": "lost"}, "/body/state"),
        ({"state": None}, "/body/state"),
        ({"assignee": "nobody"}, "/body/assignee"),
        ({"assignee": str(uuid4())}, "/body/assignee"),
        ({"assignee": 7}, "/body/assignee"),
        ({"snoozed_until": "2026-11-22T11:59:59Z"}, "/body/snoozed_until"),
        ({"snoozed_until": "2026-12-01T10:00:00"}, "/body/snoozed_until"),
        ({"snoozed_until": "2026-12-01"}, "/body/snoozed_until"),
        ({"snoozed_until": "1999999999"}, "/body/snoozed_until"),
        ({"snoozed_until": 1_999_999_999}, "/body/snoozed_until"),
        ({"snoozed_until": "9999-12-31T23:59:59-01:00"}, "/body/snoozed_until"),
        ({"body": "Rewritten"}, "/body/body"),
        ({"flags": []}, "/body/flags"),
        ({"version": 9}, "/body/version"),
    ],
)
async def test_what_cannot_be_set(newsroom: Newsroom, patch: dict[str, Any], pointer: str) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    answer = await editor.patch(url, json=patch)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await stored(newsroom))[0].version == 1


@pytest.mark.parametrize(
    ("role", "status"), [("contributor", 422), ("author", 422), ("moderator", 200), ("editor", 200), ("admin", 200)]
)
async def test_only_readers_of_the_inbox_are_assigned(newsroom: Newsroom, role: str, status: int) -> None:
    url = await one_message(newsroom)
    editor, other = await newsroom.staff("editor"), await newsroom.user(role, email="other@news.example")
    answer = await editor.patch(url, json={"assignee": str(other.id)})
    assert answer.status_code == status


async def test_nobody_who_has_left_is_assigned_but_their_name_stays(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    gone = await newsroom.user("moderator", email="gone@news.example", name="Nabil")
    await editor.patch(url, json={"assignee": str(gone.id)})

    def leave(session: Session) -> None:
        staff_service.disable_user(session, session.get_one(User, gone.id), by=system("tests"), at=NOON)

    await newsroom.db.write(leave)
    shown = (await editor.patch(url, json={"assignee": str(gone.id), "state": "open"})).json()
    assert (shown["assignee"]["name"], shown["state"]) == ("Nabil", "open")  # unchanged, so not judged again
    await editor.patch(url, json={"assignee": None})
    assert (await editor.patch(url, json={"assignee": str(gone.id)})).status_code == 422


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 200), ("*", 200), ('"1"', 200), ('W/"1"', 200), ('"2"', 412), ("1", 400)]
)
async def test_if_match_is_honoured_where_it_is_sent(newsroom: Newsroom, if_match: str | None, status: int) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    headers = {"If-Match": if_match} if if_match else {}
    answer = await editor.patch(url, json={"state": "open"}, headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert answer.json()["current"]["etag"] == '"1"'


async def test_checks_come_in_the_order_of_the_contract(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    stale = {"If-Match": '"9"'}
    invalid = await editor.patch(url, json={"state": "closed", "assignee": str(uuid4())}, headers=stale)
    outdated = await editor.patch(url, json={"state": "closed"}, headers=stale)
    illegal = await editor.patch(url, json={"state": "closed"})
    assert [answer.status_code for answer in (invalid, outdated, illegal)] == [422, 412, 409]


async def test_two_people_at_once_do_not_both_open_it(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    desks = [await newsroom.staff("editor") for _ in range(4)]
    headers = {"If-Match": '"1"'}
    answers = await asyncio.gather(*(desk.patch(url, json={"state": "open"}, headers=headers) for desk in desks))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert await event_names(newsroom) == ["contact.opened"]


async def test_notes_stand_in_the_order_in_which_they_were_written(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor, moderator = await newsroom.staff("editor", name="Huda"), await newsroom.staff("moderator", name="نبيل")
    for number, (desk, body) in enumerate([(editor, "Ask the city"), (moderator, "سألتُ البلدية"), (editor, "Good")]):
        newsroom.set_clock(NOON + timedelta(minutes=number))
        answer = await desk.post(url + "/notes", json={"body": body})
        assert (answer.status_code, answer.headers["etag"]) == (201, f'"{number + 2}"')
        assert UUID(answer.json()["id"]).version == 4
    shown = (await editor.get(url)).json()
    assert [(note["author"]["name"], note["body"], note["written_at"]) for note in shown["notes"]] == [
        ("Huda", "Ask the city", "2026-11-22T12:00:00Z"),
        ("نبيل", "سألتُ البلدية", "2026-11-22T12:01:00Z"),
        ("Huda", "Good", "2026-11-22T12:02:00Z"),
    ]
    assert await event_names(newsroom) == ["contact.noted"] * 3


@pytest.mark.parametrize(
    ("note", "pointer"),
    [
        ({}, "/body/body"),
        ({"body": " "}, "/body/body"),
        ({"body": "n" * 10_001}, "/body/body"),
        ({"body": "ok", "author": "me"}, "/body/author"),
    ],
)
async def test_notes_that_are_refused(newsroom: Newsroom, note: dict[str, str], pointer: str) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    answer = await editor.post(url + "/notes", json=note)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_note_sent_twice_under_one_key_is_written_once(newsroom: Newsroom) -> None:
    url = await one_message(newsroom)
    editor = await newsroom.staff("editor")
    answers = [
        await editor.post(url + "/notes", json={"body": "Once"}, headers={"Idempotency-Key": "note-1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len((await editor.get(url)).json()["notes"]) == 1
