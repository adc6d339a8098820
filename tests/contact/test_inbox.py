"""The inbox: who may look, what they see, in which order, at what cost."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.contact import service
from app.contact.schemas import ContactMessage
from app.core.actor import system
from tests.contact.letters import ARABIC, INBOX, LETTER, NOON, only_id, post, stored
from tests.counting import counted_queries
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

ROLES = {"contributor": 403, "author": 403, "moderator": 200, "editor": 200, "admin": 200}


async def fill(newsroom: Newsroom, count: int, **changes: str) -> None:
    """Messages that arrived a minute after each other, the last at noon; every third in the same minute as the next."""

    def load(session: Session) -> None:
        for number in range(count):
            message = ContactMessage.model_validate(LETTER | {"body": f"Letter {number}"} | changes)
            minutes = count - 1 - number - (number % 3 == 0 and number < count - 1)
            service.import_submission(session, message, by=system("tests"), at=NOON - timedelta(minutes=minutes))

    await newsroom.db.write(load)


async def found(desk: Desk, query: str = "") -> list[str]:
    answer = await desk.get(INBOX + query)
    assert answer.status_code == 200, answer.text
    return [item["subject"] for item in answer.json()["items"]]


@pytest.mark.parametrize(("role", "status"), ROLES.items())
async def test_who_may_use_the_inbox(newsroom: Newsroom, role: str, status: int) -> None:
    await post(newsroom, LETTER)
    one, desk = f"{INBOX}/{await only_id(newsroom)}", await newsroom.staff(role)
    statuses = [
        (await desk.get(INBOX)).status_code,
        (await desk.get(one)).status_code,
        (await desk.patch(one, json={"state": "open"})).status_code,
        (await desk.post(one + "/notes", json={"body": "Call her"})).status_code,
    ]
    assert statuses == ([200, 200, 200, 201] if status == 200 else [403] * 4)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/{id}"), ("PATCH", "/{id}"), ("POST", "/{id}/notes"), ("PATCH", "/x"), ("POST", "/x/notes")],
)
async def test_strangers_learn_nothing_not_even_from_a_broken_body(newsroom: Newsroom, method: str, path: str) -> None:
    await post(newsroom, LETTER)
    url = INBOX + path.format(id=await only_id(newsroom))
    answer = await newsroom.reader.request(method, url, content=b"{" if method != "GET" else None)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("name", ["9d4f6b1e-0c1a-4f57-8a52-3f6f1c2b7d10", "x", "0", "%00", "null"])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/notes")])
async def test_an_unknown_message_is_not_found_before_the_body_is_read(
    newsroom: Newsroom, method: str, path: str, name: str
) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.request(method, f"{INBOX}/{name}{path}", content=b"{" if method != "GET" else None)
    assert answer.status_code == 404


@pytest.mark.parametrize(("letter", "direction"), [(LETTER, "ltr"), (ARABIC, "rtl")], ids=["en", "ar"])
async def test_what_readers_of_the_inbox_see(newsroom: Newsroom, letter: dict[str, str], direction: str) -> None:
    newsroom.set_clock(NOON)
    reference = (await post(newsroom, letter)).json()["reference"]
    editor = await newsroom.staff("editor", name="هدى")
    one = f"{INBOX}/{await only_id(newsroom)}"
    await editor.patch(one, json={"assignee": str(editor.user_id)})
    note = (await editor.post(one + "/notes", json={"body": "Ask\n\nthe city"})).json()

    answer = await editor.get(one)
    assert answer.headers["cache-control"] == "no-store"
    person = {"id": str(editor.user_id), "name": "هدى"}
    assert note == {"id": note["id"], "author": person, "body": "Ask\n\nthe city", "written_at": "2026-11-22T12:00:00Z"}
    assert answer.json() == {"locale": "en"} | letter | {
        "id": await only_id(newsroom),
        "reference": reference,
        "kind": "message",
        "state": "new",
        "flags": [],
        "dir": direction,
        "received_at": "2026-11-22T12:00:00Z",
        "assignee": person,
        "notes": [note],
        "replies": [],
        "deliveries": [],
        "sealed": None,
        "snoozed_until": None,
        "allowed": ["open", "spam"],
    }
    assert (await editor.get(INBOX)).json()["items"] == [answer.json()]


async def test_the_list_leaves_out_spam_unless_asked(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await post(newsroom, LETTER, subject="First")
    newsroom.set_clock(NOON + timedelta(minutes=1))
    await post(newsroom, LETTER, subject="Robot", homepage="x")
    newsroom.set_clock(NOON + timedelta(minutes=2))
    await post(newsroom, ARABIC, subject="Last", kind="correction")
    editor = await newsroom.staff("editor")
    assert await found(editor) == ["Last", "First"]
    assert await found(editor, "?state=spam") == ["Robot"]
    assert await found(editor, "?state=purged") == []
    assert await found(editor, "?state=new&kind=correction") == ["Last"]
    assert await found(editor, "?kind=tip") == []


async def test_the_list_of_one_person(newsroom: Newsroom) -> None:
    await post(newsroom, LETTER)
    editor = await newsroom.staff("editor")
    await editor.patch(f"{INBOX}/{await only_id(newsroom)}", json={"assignee": str(editor.user_id)})
    await post(newsroom, ARABIC)
    assert await found(editor, f"?assignee={editor.user_id}") == [LETTER["subject"]]
    assert await found(editor, f"?assignee={uuid4()}") == []


WORDS = [
    ("tram", True),
    ("TRÂM line", True),
    ("salma op", True),
    ("ram", False),
    ("tram bus", False),
    ("reader@example.org", False),
    ("%", False),
    ("_", False),
    ("!!!", False),
    ("", True),
]


@pytest.mark.parametrize(("q", "matches"), WORDS)
async def test_words_are_searched_by_their_beginnings(newsroom: Newsroom, q: str, matches: bool) -> None:
    await post(newsroom, LETTER)
    editor = await newsroom.staff("editor")
    assert await found(editor, "?q=" + quote(q)) == ([LETTER["subject"]] if matches else [])


@pytest.mark.parametrize("q", ["الترام", "ترام", "يفتتح الخطّ", "سَلْمى", "سلمي"])
async def test_arabic_words_are_found_however_they_are_spelled(newsroom: Newsroom, q: str) -> None:
    await post(newsroom, ARABIC)
    editor = await newsroom.staff("editor")
    assert await found(editor, "?q=" + quote(q)) == [ARABIC["subject"]]


async def test_a_reference_read_out_on_the_phone_is_found(newsroom: Newsroom) -> None:
    reference = (await post(newsroom, LETTER)).json()["reference"]
    await post(newsroom, ARABIC)
    editor = await newsroom.staff("editor")
    assert await found(editor, f"?q={reference.lower().replace('-', '%20')}") == [LETTER["subject"]]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("state=lost", "/query/state"),
        ("kind=praise", "/query/kind"),
        ("assignee=me", "/query/assignee"),
        ("limit=0", "/query/limit"),
        ("limit=101", "/query/limit"),
        ("cursor=x", "/query/cursor"),
        ("q=" + "a" * 201, "/query/q"),
        ("sort=name", "/query/sort"),
        ("email=reader@example.org", "/query/email"),
        ("state=new&state=open", "/query/state"),
    ],
)
async def test_unknown_and_wrong_parameters(newsroom: Newsroom, query: str, pointer: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.get(f"{INBOX}?{query}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("limit", [1, 3, 7, 20, 100])
async def test_walking_the_pages_meets_each_message_once(newsroom: Newsroom, limit: int) -> None:
    await fill(newsroom, 20)
    editor = await newsroom.staff("editor")
    rows = await stored(newsroom)
    newest_first = [str(row.id) for row in sorted(rows, key=lambda row: (row.received_at, row.id), reverse=True)]
    walked: list[str] = []
    url: str | None = f"{INBOX}?limit={limit}&kind=message&count=true"
    while url is not None:
        answer = await editor.get(url)
        page: dict[str, Any] = answer.json()
        assert (len(page["items"]) <= limit, page["total"]) == (True, 20)
        walked += [item["id"] for item in page["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
        assert (url is None) == (page["next"] is None)
        if len(walked) == limit:
            await post(newsroom, LETTER, body="Newer", kind="abuse")
    assert walked == newest_first


async def test_a_cursor_belongs_to_its_filters(newsroom: Newsroom) -> None:
    await fill(newsroom, 3)
    editor = await newsroom.staff("editor")
    cursor = (await editor.get(f"{INBOX}?limit=1")).json()["next"]
    assert (await editor.get(f"{INBOX}?limit=2&cursor={cursor}")).status_code == 200
    assert (await editor.get(f"{INBOX}?limit=1&kind=message&cursor={cursor}")).status_code == 422


async def test_a_page_costs_the_same_however_much_is_on_it(newsroom: Newsroom) -> None:
    editor, other = await newsroom.staff("editor"), await newsroom.staff("moderator")
    await fill(newsroom, 30)
    for number, row in enumerate(await stored(newsroom)):
        desk = (editor, other)[number % 2]
        await desk.patch(f"{INBOX}/{row.id}", json={"assignee": str(editor.user_id)})
        await desk.post(f"{INBOX}/{row.id}/notes", json={"body": "One"})
        await desk.post(f"{INBOX}/{row.id}/notes", json={"body": "Two"})
    counts = []
    for limit in (1, 10, 30):
        with counted_queries() as statements:
            page = (await editor.get(f"{INBOX}?limit={limit}")).json()
        assert [[note["body"] for note in item["notes"]] for item in page["items"]] == [["One", "Two"]] * limit
        counts.append(len(statements))
    assert counts == [6] * 3  # the session at the door, the page, its notes, replies and letters, their people
