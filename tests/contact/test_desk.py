"""The desk: what is put off, flagged, undelivered or somebody's; when a message moved; tips and their days."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.contact.models import MessageState
from tests.contact.answers import DAY, follow_up, in_state, put, row, send
from tests.contact.letters import ARABIC, INBOX, LETTER, NOON, everything
from tests.counting import counted_queries
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

S = MessageState
TIP = {"kind": "tip", "body": "Look at the harbour contracts"}
MIDNIGHT = NOON.replace(hour=0)


async def found(desk: Desk, **query: str) -> list[str]:
    answer = await desk.get(INBOX, params=query)
    assert answer.status_code == 200, answer.text
    return [item["subject"] for item in answer.json()["items"]]


@pytest.mark.parametrize(("hours", "snoozed"), [(-1, False), (0, False), (1, True), (48, True), (None, False)], ids=str)
async def test_what_is_put_off(newsroom: Newsroom, hours: int | None, snoozed: bool) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    await put(newsroom, message, snoozed_until=None if hours is None else NOON + timedelta(hours=hours))
    editor = await newsroom.staff("editor")
    assert await found(editor) == [LETTER["subject"]]
    assert (await found(editor, snoozed="true") != []) == snoozed
    assert (await found(editor, snoozed="false") != []) == (not snoozed)


async def test_who_wakes_in_time_is_not_put_off_any_longer(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom)
    editor = await newsroom.staff("editor")
    await editor.patch(message.url, json={"snoozed_until": "2026-11-23T09:00:00Z"})
    assert await found(editor, snoozed="false") == []
    newsroom.set_clock(NOON + DAY)
    assert await found(editor, snoozed="false") == [LETTER["subject"]]


FLAGS = [
    ([], "links", False),
    (["links"], "links", True),
    (["too_fast", "links"], "links", True),
    (["links", "too_fast"], "too_fast", True),
    (["too_fast"], "toozfast", False),
    (["toozfast"], "too_fast", False),
    (["links"], "link", False),
    (["links"], "check_missing", False),
]


@pytest.mark.parametrize(("flags", "flag", "matches"), FLAGS)
async def test_what_is_flagged(newsroom: Newsroom, flags: list[str], flag: str, matches: bool) -> None:
    newsroom.set_clock(NOON)
    await put(newsroom, await send(newsroom), flags=flags)
    await send(newsroom, ARABIC)
    editor = await newsroom.staff("editor")
    assert await found(editor, flag=flag) == ([LETTER["subject"]] if matches else [])


async def test_filters_combine(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    editor, other = await newsroom.staff("editor"), await newsroom.staff("moderator")
    facts: list[dict[str, Any]] = [
        {"assignee_id": editor.user_id, "flags": ["links"], "snoozed_until": NOON + DAY},
        {"assignee_id": editor.user_id, "flags": ["links"]},
        {"assignee_id": editor.user_id, "snoozed_until": NOON + DAY},
        {"assignee_id": other.user_id, "flags": ["links"], "snoozed_until": NOON + DAY},
        {"assignee_id": editor.user_id, "flags": ["links"], "snoozed_until": NOON + DAY, "kind": "abuse"},
    ]
    for number, fact in enumerate(facts):
        await put(newsroom, await send(newsroom, subject=f"Letter {number}", body=f"Body {number}"), **fact)
    query = {"assignee": str(editor.user_id), "flag": "links", "snoozed": "true", "kind": "message", "q": "letter"}
    assert await found(editor, **query) == ["Letter 0"]


@pytest.mark.parametrize(
    "query", ["snoozed=soon", "flag=%25", "flag=A", "flag=", "delivery=sent", "delivery=", "replies=1", "sealed=true"]
)
async def test_unknown_and_wrong_filters(newsroom: Newsroom, query: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.get(f"{INBOX}?{query}")
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["/query/" + query.partition("=")[0]])


# --- when it moved

MOVES = [
    ({"state": "open"}, True),
    ({"state": "spam"}, True),
    ({"state": "new"}, False),
    ({"snoozed_until": "2027-01-01T00:00:00Z"}, False),
    ({"state": "open", "snoozed_until": "2027-01-01T00:00:00Z"}, True),
]


@pytest.mark.parametrize("kind", ["message", "tip"])
@pytest.mark.parametrize(("patch", "moves"), MOVES)
async def test_moves_are_dated(newsroom: Newsroom, patch: dict[str, str], moves: bool, kind: str) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom, kind=kind)
    editor = await newsroom.staff("editor")
    newsroom.set_clock(NOON + DAY)
    assert (await editor.patch(message.url, json=patch)).status_code == 200
    arrived = MIDNIGHT if kind == "tip" else NOON
    assert (await row(newsroom, message)).moved_at == (arrived + DAY if moves else arrived)


# --- tips


async def test_notes_below_a_tip_keep_their_order_and_tell_their_day(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    tip, message = await send(newsroom, TIP), await send(newsroom)
    editor = await newsroom.staff("editor")
    for number in range(8):
        newsroom.set_clock(NOON + timedelta(hours=1, minutes=number))
        for one in (tip, message):
            answer = await editor.post(one.url + "/notes", json={"body": f"{number}"}, headers=key(number))
            assert answer.status_code == 201
    shown = {one: (await editor.get(one.url)).json()["notes"] for one in (tip, message)}
    assert [note["body"] for note in shown[tip]] == [note["body"] for note in shown[message]] == list("01234567")
    assert {note["written_at"] for note in shown[tip]} == {"2026-11-22T00:00:00Z"}
    assert shown[message][7]["written_at"] == "2026-11-22T13:07:00Z"

    rows = await everything(newsroom)
    answers = {kept["created_at"] for kept in rows["kept_answer"] if kept["about"] == tip.id}
    assert answers == {MIDNIGHT + DAY}
    assert len([kept for kept in rows["kept_answer"] if kept["about"] == message.id]) == 8


def key(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"note-{number}"}


@pytest.mark.parametrize(
    ("hours", "replayed"), [(0, True), (11.9, True), (12, True), (35.9, True), (36, False)], ids=str
)
async def test_the_answer_about_a_tip_is_kept_until_the_end_of_the_next_day(
    newsroom: Newsroom, hours: float, replayed: bool
) -> None:
    newsroom.set_clock(NOON)
    tip = await send(newsroom, TIP)
    editor = await newsroom.staff("editor")
    await editor.post(tip.url + "/notes", json={"body": "Genuine"}, headers=key(1))
    newsroom.set_clock(NOON + timedelta(hours=hours))
    again = await editor.post(tip.url + "/notes", json={"body": "Genuine"}, headers=key(1))
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (201, replayed)


async def test_notes_are_written_on_the_version_that_was_read(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, S.OPEN)
    editor = await newsroom.staff("editor")
    statuses = [
        (await editor.post(message.url + "/notes", json={"body": "Ask"}, headers={"If-Match": etag})).status_code
        for etag in ('"1"', '"1"', "*")
    ]
    assert statuses == [201, 412, 201]


# --- at once


async def test_two_people_move_the_same_message(newsroom: Newsroom) -> None:
    desks = [await newsroom.staff("editor") for _ in range(4)]
    moves = ["open", "spam", "open", "spam"]
    newsroom.set_clock(NOON)
    for number in range(3):
        message = await send(newsroom, body=f"Question {number}")
        answers = await asyncio.gather(
            *(desk.patch(message.url, json={"state": state}) for desk, state in zip(desks, moves, strict=True))
        )
        by_state = {
            state: {a.status_code for a, s in zip(answers, moves, strict=True) if s == state} for state in moves
        }
        final = (await row(newsroom, message)).state.value
        assert by_state == {final: {200}, next(state for state in moves if state != final): {409}}
        assert (await row(newsroom, message)).version == 2


async def test_replies_at_once_each_get_a_place(newsroom: Newsroom) -> None:
    message = await in_state(newsroom, S.OPEN)
    desks = [await newsroom.staff("editor") for _ in range(4)]
    answers = await asyncio.gather(
        *(desk.post(message.url + "/replies", json={"body": "Yes"}) for desk in desks),
        *(desk.post(message.url + "/notes", json={"body": "Hm"}) for desk in desks),
        *(follow_up(newsroom, message, "And?") for _ in range(2)),
    )
    assert [answer.status_code for answer in answers] == [201] * 10
    rows = await everything(newsroom)
    assert sorted(turn["place"] for turn in rows["contact_reply"]) == [1, 2, 3, 4, 5, 6]
    assert sorted(note["place"] for note in rows["contact_note"]) == [1, 2, 3, 4]
    assert (await row(newsroom, message)).version == 11


async def test_a_page_with_everything_on_it_costs_the_same(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    editor = await newsroom.staff("editor")
    await newsroom.user("admin", email="boss@news.example")
    for number in range(8):
        newsroom.set_clock(NOON + timedelta(minutes=number))
        message = await send(newsroom, body=f"Question {number}")
        await editor.post(message.url + "/notes", json={"body": "Note"})
        await editor.post(message.url + "/replies", json={"body": "Reply"})
        await follow_up(newsroom, message)
    await newsroom.night()
    counts = []
    for limit in (1, 4, 8):
        with counted_queries() as statements:
            page = (await editor.get(f"{INBOX}?limit={limit}")).json()
        assert [(len(item["notes"]), len(item["replies"])) for item in page["items"]] == [(1, 2)] * limit
        assert all(len(item["deliveries"]) >= 2 for item in page["items"])
        counts.append(len(statements))
    assert counts == [6] * 3
