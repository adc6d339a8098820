"""Who did what: the whole diary, newest first, filtered and named, at a cost that does not grow."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.actor import Actor
from app.core.clock import wire_time
from app.core.ids import new_id, random_id
from app.events.service import record
from tests.activity.diary import SOMEONE, happen, statements
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

ACTIVITY = "/v1/editor/activity"
NOON = datetime.fromisoformat("2031-03-01T12:00:00+00:00")  # after all that the fixtures do


async def names(desk: Desk, **parameters: Any) -> list[str]:
    answer = await desk.get(ACTIVITY, params=parameters)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_one_entry_as_it_is_told(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin", name="ليلى الحسن")
    by, subject = Actor(admin.user_id, "", "user", request_id="req-12345678"), new_id()
    await newsroom.db.write(record, "user.role_changed", subject, by=by, at=NOON, role="editor")
    answer = await admin.get(ACTIVITY, params={"limit": 1})
    (item,) = answer.json()["items"]
    assert UUID(item.pop("id")).version == 7
    assert item == {
        "name": "user.role_changed",
        "subject_id": str(subject),
        "actor": {"id": str(admin.user_id), "name": "ليلى الحسن"},
        "origin": "user",
        "request_id": "req-12345678",
        "at": wire_time(NOON),
        "data": {"role": "editor"},
    }


async def test_the_newest_comes_first_page_by_page(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    subjects = [
        subject
        for hour in range(4)
        for subject in await happen(newsroom, "post.edited", "post.edited", at=NOON + timedelta(hours=hour))
    ]
    url: str | None = f"{ACTIVITY}?limit=3&name=post.*&count=true"
    found: list[str] = []
    while url is not None:
        answer = await admin.get(url)
        assert answer.json()["total"] == 8
        found += [item["subject_id"] for item in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert found == subjects[::-1]


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["login.failed", "comment.received", "post.published", "post.edited"]),
    ({"name": "post.edited"}, ["post.edited"]),
    ({"name": "post.*"}, ["post.published", "post.edited"]),
    ({"name": "login.*,post.edited"}, ["login.failed", "post.edited"]),
    ({"subject": "post"}, ["post.published", "post.edited"]),
    ({"actor": "leila"}, ["comment.received", "post.edited"]),
    ({"actor": "leila", "subject": "post"}, ["post.edited"]),
    ({"actor": "nobody"}, []),
    ({"after": "2031-03-01T13:00:00Z"}, ["login.failed", "comment.received", "post.published"]),
    ({"before": "2031-03-01T13:00:00Z"}, ["post.edited"]),
    ({"after": "2031-03-01T13:00:00Z", "before": "2031-03-01T15:00:00Z"}, ["comment.received", "post.published"]),
]


@pytest.mark.parametrize(("filters", "found"), FILTERS, ids=str)
async def test_filters(newsroom: Newsroom, filters: dict[str, str], found: list[str]) -> None:
    admin, leila = await newsroom.staff("admin"), await newsroom.staff("editor")
    by, post = Actor(leila.user_id, "Leila", "user"), new_id()
    await happen(newsroom, "post.edited", at=NOON, subject=post, by=by)
    await happen(newsroom, "post.published", at=NOON + timedelta(hours=1), subject=post)
    await happen(newsroom, "comment.received", at=NOON + timedelta(hours=2), by=by)
    await happen(newsroom, "login.failed", at=NOON + timedelta(hours=3))
    ids = {"post": str(post), "leila": str(leila.user_id), "nobody": str(new_id())}
    parameters = {"after": wire_time(NOON)} | {name: ids.get(value, value) for name, value in filters.items()}
    assert await names(admin, **parameters) == found


@pytest.mark.parametrize(
    "parameters",
    [
        {"name": "post.burnt"},
        {"actor": "leila"},
        {"subject": "7"},
        {"after": "2031-03-01"},
        {"before": "noon"},
        {"cursor": "x"},
        {"names": "post.*"},
    ],
    ids=str,
)
async def test_what_cannot_be_asked(newsroom: Newsroom, parameters: dict[str, str]) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.get(ACTIVITY, params=parameters)
    assert answer.status_code == 422, answer.text


async def test_a_cursor_belongs_to_its_filters(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await happen(newsroom, *["post.edited"] * 3)
    cursor = (await admin.get(ACTIVITY, params={"limit": 1, "name": "post.*"})).json()["next"]
    assert (await admin.get(ACTIVITY, params={"cursor": cursor, "name": "post.*", "limit": 2})).status_code == 200
    assert (await admin.get(ACTIVITY, params={"cursor": cursor})).status_code == 422


async def test_tips_stand_at_the_beginning_of_their_day(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await newsroom.db.write(record, "contact.received", random_id(), by=SOMEONE, at=NOON, private=True)
    await happen(newsroom, "post.edited", at=NOON - timedelta(hours=11))
    await happen(newsroom, "post.moved", at=NOON - timedelta(hours=13))
    since = wire_time(NOON - timedelta(days=1))
    assert await names(admin, after=since) == ["post.edited", "contact.received", "post.moved"]


async def test_the_number_of_queries_does_not_grow(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    people = [await newsroom.user("author", email=f"author{number}@news.example") for number in range(5)]
    counted: list[int] = []
    for person in people:
        await happen(newsroom, *["post.edited"] * 5, at=NOON, by=Actor(person.id, "", "user"))
        with statements() as noted:
            answer = await admin.get(ACTIVITY, params={"limit": 100, "after": wire_time(NOON)})
        assert len({item["actor"]["id"] for item in answer.json()["items"]}) == len(counted) + 1
        counted.append(len(noted))
    assert len(set(counted)) == 1


PLANS: list[tuple[dict[str, str], str]] = [
    ({}, "ix_event_newest"),
    ({"after": "2031-01-01T00:00:00Z"}, "ix_event_newest"),
    ({"name": "post.edited"}, "ix_event_named"),
    ({"subject": "f1a2b3c4-0000-7000-8000-000000000000"}, "ix_event_subject"),
    ({"actor": "f1a2b3c4-0000-7000-8000-000000000000"}, "ix_event_actor"),
]


@pytest.mark.parametrize(("parameters", "index"), PLANS, ids=str)
@pytest.mark.parametrize("page", ["first", "second"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL plans by what a table holds
async def test_pages_are_read_from_an_index_without_sorting(
    newsroom: Newsroom, parameters: dict[str, str], index: str, page: str
) -> None:
    admin = await newsroom.staff("admin")
    known = UUID("f1a2b3c4-0000-7000-8000-000000000000")
    await happen(newsroom, *["post.edited"] * 3, at=NOON, subject=known, by=Actor(known, "", "user"))
    more = {"limit": "1"} | parameters
    if page == "second":
        more["cursor"] = (await admin.get(ACTIVITY, params=more)).json()["next"]
    with statements() as noted:
        assert len(await names(admin, **more)) == 1
    (asked,) = [(sql, values) for sql, values in noted if "FROM event" in sql]
    sql, values = asked
    plan = await newsroom.db.read(
        lambda session: [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    )
    assert len(plan) == 1
    assert f"USING INDEX {index}" in plan[0]
    if page == "second":
        assert plan[0].startswith("SEARCH")
        assert "(at,id)<(?,?)" in plan[0]
