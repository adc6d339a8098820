"""The stream for machines: in order, each event once, nothing left out, and only of rooms that one may read."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from sqlmodel import Session

from app.activity import workflow
from app.core.actor import Actor
from app.core.clock import now, wire_time
from app.core.ids import new_id, random_id
from app.events import queries as events_queries
from app.events import service as events_service
from app.events.service import record
from app.events.workflow import CATALOGUE, Audience, room_of
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS
from app.staff.permissions import Permission as P
from tests.activity.diary import EVENTS, SOMEONE, Follower, happen
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def test_one_event_as_it_is_told(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    at, subject = now(), new_id()
    by = Actor(editor.user_id, "Leila", "user", request_id="req-12345678")
    await newsroom.db.write(record, "post.published", subject, by=by, at=at, slug="قطار-الساحل", revision=3)
    answer = await editor.get(EVENTS)
    (item,) = answer.json()["items"]
    assert UUID(item.pop("id")).version == 7
    assert item == {
        "name": "post.published",
        "subject_id": str(subject),
        "actor_id": str(editor.user_id),
        "origin": "user",
        "request_id": "req-12345678",
        "at": wire_time(at),
        "data": {"slug": "قطار-الساحل", "revision": 3},
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_the_oldest_comes_first_page_by_page(newsroom: Newsroom) -> None:
    reader = Follower(await newsroom.staff("editor"), limit=2, names="post.*")
    assert await reader.go_on() == []
    subjects = await happen(newsroom, *["post.edited"] * 5)
    pages = [await reader.ask() for _ in range(4)]
    assert [[item["subject_id"] for item in page["items"]] for page in pages] == [
        subjects[:2],
        subjects[2:4],
        subjects[4:],
        [],
    ]
    assert [page["next"] for page in pages] == [pages[0]["items"][-1]["id"], pages[1]["items"][-1]["id"], None, None]
    assert [page["cursor"] for page in pages] == [*(page["items"][-1]["id"] for page in pages[:3]), pages[2]["cursor"]]


async def test_the_link_leads_on(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    subjects = await happen(newsroom, *["post.edited"] * 3, "tag.merged")
    answer = await editor.get(EVENTS, params={"limit": 2, "names": "post.edited,tag.*"})
    url = urlsplit(answer.links["next"]["url"])
    parameters = dict(parse_qsl(url.query))
    assert (url.path, parameters) == (
        EVENTS,
        {"limit": "2", "names": "post.edited,tag.*", "after": answer.json()["cursor"]},
    )
    following = await editor.get(answer.links["next"]["url"])
    assert [item["subject_id"] for item in following.json()["items"]] == subjects[2:]
    assert "next" not in following.links


async def test_now_begins_at_the_end(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    nothing = (await editor.get(EVENTS, params={"after": "now"})).json()
    assert nothing == {"items": [], "next": None, "cursor": None}
    await happen(newsroom, "post.edited", "post.published")
    begun = (await editor.get(EVENTS, params={"after": "now"})).json()
    assert (begun["items"], begun["next"]) == ([], None)
    (subject,) = await happen(newsroom, "post.moved")
    later = (await editor.get(EVENTS, params={"after": begun["cursor"]})).json()
    assert [item["subject_id"] for item in later["items"]] == [subject]


NAMES: list[tuple[str, list[str]]] = [
    ("post.edited", ["post.edited"]),
    ("post.*", ["post.edited", "post.published"]),
    ("post.published,comment.*", ["post.published", "comment.received"]),
    ("contact.received,tag.merged", ["contact.received", "tag.merged"]),
    ("post.*,post.edited", ["post.edited", "post.published"]),
    ("media.*", []),
]


@pytest.mark.parametrize(("names", "told"), NAMES)
async def test_names(newsroom: Newsroom, names: str, told: list[str]) -> None:
    editor = await newsroom.staff("editor")
    await happen(newsroom, "post.edited", "post.published", "comment.received", "contact.received", "tag.merged")
    answer = await editor.get(EVENTS, params={"names": names})
    assert [item["name"] for item in answer.json()["items"]] == told


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"names": "post.burnt"}, "/query/names"),
    ({"names": "posts.*"}, "/query/names"),
    ({"names": "post"}, "/query/names"),
    ({"names": "*"}, "/query/names"),
    ({"names": "post.*,,tag.*"}, "/query/names"),
    ({"names": "session.started"}, "/query/names"),
    ({"names": "user.*"}, "/query/names"),
    ({"after": "yesterday"}, "/query/after"),
    ({"after": "f1a2b3c4-0000-7000-8000-000000000000"}, "/query/after"),
    ({"limit": 0}, "/query/limit"),
    ({"limit": 101}, "/query/limit"),
    ({"cursor": "x"}, "/query/cursor"),
]


@pytest.mark.parametrize(("parameters", "pointer"), WRONG, ids=lambda value: str(value) if value else None)
async def test_what_cannot_be_asked(newsroom: Newsroom, parameters: dict[str, Any], pointer: str) -> None:
    editor = await newsroom.staff("editor")
    await happen(newsroom, "post.edited")
    answer = await editor.get(EVENTS, params=parameters)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


# --- rooms

ROOMS: dict[P, set[str]] = {
    P.EVENTS_READ: {"section", "tag", "author", "series", "front", "site", "ad"},
    P.POSTS_READ_ANY: {"post", "preview", "redirect"},
    P.MEDIA_READ: {"media"},
    P.COMMENTS_MODERATE_ANY: {"comment", "thread", "decision", "sanction", "flood"},
    P.CONTACT_READ: {"contact", "sealing_key"},
    P.JOBS_MANAGE: {"job", "mail", "webhook", "delivery", "import", "export"},
    P.ACTIVITY_READ: set(),
    P.POSTS_READ_OWN: set(),
    P.COMMENTS_MODERATE_OWN: set(),
    P.USERS_MANAGE: set(),
}


@pytest.mark.parametrize("permission", ROOMS)
def test_each_permission_opens_its_rooms(permission: P) -> None:
    holder = Actor(None, "key", "user", permissions=frozenset({permission}))
    assert {room_of(name) for name in workflow.readable(holder)} == ROOMS[permission]


def test_every_event_but_those_of_the_log_is_in_the_stream_of_admins() -> None:
    admin = Actor(None, "admin", "user", permissions=PERMISSIONS[Role.ADMIN])
    assert workflow.readable(admin) == {name for name in CATALOGUE if CATALOGUE[name] is not Audience.LOG}


async def test_editors_follow_their_rooms_and_admins_all(newsroom: Newsroom) -> None:
    editor, admin = await newsroom.staff("editor"), await newsroom.staff("admin")
    await happen(newsroom, "post.edited", "mail.sent", "login.failed", "job.parked", "contact.noted", "user.changed")
    told = {desk: [item["name"] for item in (await desk.get(EVENTS)).json()["items"]] for desk in (editor, admin)}
    assert told[editor] == ["post.edited", "contact.noted"]
    assert told[admin] == ["post.edited", "mail.sent", "job.parked", "contact.noted"]


async def test_names_of_closed_rooms_are_refused_instead_of_silent(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    for names in ("mail.sent", "job.*", "post.*,webhook.*"):
        answer = await editor.get(EVENTS, params={"names": names})
        assert answer.status_code == 403
        assert "jobs.manage" in answer.json()["detail"]


# --- tips


async def test_what_is_private_comes_when_its_day_is_over(newsroom: Newsroom) -> None:
    noon = now().replace(hour=12, minute=7)
    newsroom.set_clock(noon)
    reader = Follower(await newsroom.staff("editor"))
    tip = random_id()
    await newsroom.db.write(record, "contact.received", tip, by=SOMEONE, at=noon, private=True)
    (subject,) = await happen(newsroom, "post.edited", at=noon)
    assert [item["subject_id"] for item in await reader.go_on()] == [subject]
    newsroom.set_clock(noon + timedelta(hours=12))
    (item,) = await reader.go_on()
    assert UUID(item.pop("id")).version == 4
    assert item == {
        "name": "contact.received",
        "subject_id": str(tip),
        "actor_id": None,
        "origin": "system",
        "request_id": None,
        "at": wire_time(noon.replace(hour=0, minute=0, second=0, microsecond=0)),
        "data": {},
    }
    assert await reader.go_on() == []


# --- no gaps


async def test_the_cursor_goes_past_what_was_not_asked_for_and_skips_nothing(newsroom: Newsroom) -> None:
    reader = Follower(await newsroom.staff("editor"), names="post.*")
    await happen(newsroom, "post.edited")
    await reader.go_on()
    before = reader.cursor
    await happen(newsroom, "comment.received", "comment.published", "login.failed")
    assert await reader.go_on() == []
    assert reader.cursor not in {None, before}
    (subject,) = await happen(newsroom, "post.moved")
    assert [item["subject_id"] for item in await reader.go_on()] == [subject]


async def test_what_comes_while_a_page_is_read_is_told_next(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Follower(await newsroom.staff("editor"))
    earlier = await happen(newsroom, "post.edited")
    meanwhile = new_id()
    list_after = events_queries.list_after

    def read_slowly(*args: Any, **facts: Any) -> Any:
        found = list_after(*args, **facts)
        monkeypatch.setattr(events_queries, "list_after", list_after)
        with newsroom.db.transaction() as session:
            record(session, "post.moved", meanwhile, by=SOMEONE, at=now())
        with newsroom.db.transaction() as session:
            events_service.place(session, at=now())
        return found

    monkeypatch.setattr(events_queries, "list_after", read_slowly)
    assert [item["subject_id"] for item in await reader.go_on()] == earlier
    assert [item["subject_id"] for item in await reader.go_on()] == [str(meanwhile)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_what_began_early_and_was_committed_late_is_told(newsroom: Newsroom) -> None:
    reader = Follower(await newsroom.staff("editor"))
    began = now()
    slow, quick = new_id(), new_id()
    with newsroom.db.transaction() as session:
        record(session, "post.published", slow, by=SOMEONE, at=began)
        session.flush()
        await newsroom.db.write(record, "post.edited", quick, by=SOMEONE, at=began + timedelta(seconds=1))
        assert [item["subject_id"] for item in await reader.go_on()] == [str(quick)]
        assert await reader.go_on() == []
    assert [item["subject_id"] for item in await reader.go_on()] == [str(slow)]
    assert await reader.go_on() == []
    whole = Follower(reader.desk)
    await whole.go_on()
    assert whole.subjects == reader.subjects == [str(quick), str(slow)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_a_reader_waits_for_positions_that_are_being_given(newsroom: Newsroom) -> None:
    reader = Follower(await newsroom.staff("editor"))
    first = await happen(newsroom, "post.edited", "post.edited")
    with newsroom.db.transaction() as session:
        events_service.place(session, at=now())
        second = await happen(newsroom, "post.moved")
        asking = asyncio.ensure_future(reader.go_on())
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not asking.done()
    assert [item["subject_id"] for item in await asking] == first + second


WRITERS, EACH = 8, 40


async def test_a_reader_among_writers_sees_each_event_once(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    readers = [Follower(admin, limit=7), Follower(admin, limit=100), Follower(admin, limit=3, names="post.*")]
    wanted: dict[str, list[UUID]] = {"post.edited": [], "comment.received": []}
    writing = True

    def two_at_once(session: Session, one: UUID, other: UUID) -> None:
        record(session, "post.edited", one, by=SOMEONE, at=now())
        record(session, "comment.received", other, by=SOMEONE, at=now())

    async def write() -> None:
        for _ in range(EACH // 2):
            one, other = new_id(), new_id()
            await newsroom.db.write(two_at_once, one, other)
            wanted["post.edited"].append(one)
            wanted["comment.received"].append(other)

    async def read(reader: Follower) -> None:
        while writing:
            await reader.go_on()
            await asyncio.sleep(0)
        await reader.go_on()

    reading = [asyncio.ensure_future(read(reader)) for reader in readers]
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    writing = False
    await asyncio.gather(*reading)
    whole = Counter(str(subject) for subjects in wanted.values() for subject in subjects)
    assert len(whole) == WRITERS * EACH
    assert Counter(readers[0].subjects) == Counter(readers[1].subjects) == whole
    assert readers[0].subjects == readers[1].subjects
    assert Counter(readers[2].subjects) == Counter(map(str, wanted["post.edited"]))
