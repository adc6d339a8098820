"""A correction from the desk to the reader: in the story, in the list of all, in what machines are told."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.core.sqlite import SQLite
from app.events.models import Event
from app.posts.models import Revision
from app.publications.corrections import NEWEST
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANY = {"If-Match": "*"}
ARABIC = {"title": "أصوات الميناء", "locale": "ar", "body": "بُني الرصيف عام 1913."}
SAID = {"kind": "correction", "text": "الرصيف بُني عام 1931، لا 1913."}


async def correct(desk: Desk, post: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = await desk.post(f"{POSTS}/{post['id']}/corrections", json={**SAID, **said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_journey_of_a_correction(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk, **ARABIC)
    path = f"/v1/posts/{post['slug']}"
    before = (await newsroom.reader.get(path)).json()
    assert (before["corrections"], "correction" in before["json_ld"]) == ([], False)
    waiting = {"title": "kanarya", "body": "kanarya"}
    edit = await desk.patch(f"{POSTS}/{post['id']}", json=waiting, headers=ANY)

    newsroom.set_clock(NOON + timedelta(hours=2))
    answer = await desk.post(f"{POSTS}/{post['id']}/corrections", json=SAID)
    made = answer.json()
    assert (answer.status_code, made["created_by"]) == (201, str(desk.user_id))
    assert int(answer.headers["etag"].strip('"')) == int(edit.headers["etag"].strip('"')) + 1
    stale = await desk.patch(f"{POSTS}/{post['id']}", json=waiting, headers={"If-Match": edit.headers["etag"]})
    assert stale.status_code == 412

    after = (await newsroom.reader.get(path)).json()
    shown = {"id": made["id"], **SAID, "at": "2026-03-01T14:00:00Z"}
    assert after["corrections"] == [shown]
    assert (after["published_at"], after["updated_at"]) == ("2026-03-01T12:00:00Z", "2026-03-01T14:00:00Z")
    assert after["json_ld"]["dateModified"] == after["open_graph"]["article:modified_time"] == after["updated_at"]
    assert after["json_ld"]["correction"] == [
        {
            "@type": "CorrectionComment",
            "text": SAID["text"],
            "datePublished": "2026-03-01T14:00:00Z",
            "inLanguage": "ar",
        }
    ]
    moved = {"corrections", "updated_at", "json_ld", "open_graph"}
    assert {name for name in after if after[name] != before[name]} == moved
    assert "kanarya" not in str(after)

    listed = await newsroom.reader.get("/v1/corrections")
    where = {"id": post["id"], "slug": post["slug"], "title": post["title"], "url": after["url"]}
    assert listed.json() == {"items": [{**shown, "locale": "ar", "dir": "rtl", "post": where}], "next": None}
    assert f"post-{post['id']}" in listed.headers["surrogate-key"].split()
    own = (await desk.get(f"{POSTS}/{post['id']}/corrections")).json()
    assert own["items"] == [made]

    told = await newsroom.stored(lambda session: session.exec(select(Event).order_by(col(Event.id).desc())).first())
    assert told is not None
    assert (told.name, str(told.subject_id), told.data["revision"]) == ("post.corrected", post["id"], 1)
    assert SAID["text"] not in str(told.data)

    # what waited on the desk is published later, and the correction stays
    newsroom.set_clock(NOON + timedelta(hours=3))
    assert (await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)).status_code == 200
    assert (await newsroom.reader.get(path)).json()["corrections"] == [shown]
    assert (await newsroom.reader.get("/v1/corrections")).json()["items"][0]["post"]["title"] == "kanarya"


async def test_a_slip_in_a_correction_is_mended(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post, other = await published(desk, **ARABIC), await published(desk)
    made = await correct(desk, post)
    newsroom.set_clock(NOON + timedelta(minutes=1))
    path = f"{POSTS}/{post['id']}/corrections/{made['id']}"
    mended = await desk.patch(path, json={"text": "بُني الرصيف عام 1932."})
    assert mended.status_code == 200, mended.text
    assert mended.json() == {**made, "text": "بُني الرصيف عام 1932."}
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert (story["corrections"][0]["text"], story["updated_at"]) == ("بُني الرصيف عام 1932.", "2026-03-01T12:01:00Z")
    for body in ({"text": None}, {"kind": None}, {"at": "2026-01-01T00:00:00Z"}, {"kind": "joke"}):
        assert (await desk.patch(path, json=body)).status_code == 422
    wrong_story = f"{POSTS}/{other['id']}/corrections/{made['id']}"
    assert (await desk.patch(wrong_story, json={"text": "x"})).status_code == 404


async def test_only_what_is_live_is_corrected(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    draft = await opened(desk)
    refused = await desk.post(f"{POSTS}/{draft['id']}/corrections", json=SAID)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert "publish" in refused.json()["allowed"]
    post = await published(desk, **ARABIC)
    await correct(desk, post)
    await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert (await newsroom.reader.get("/v1/corrections")).json()["items"] == []
    assert (await desk.post(f"{POSTS}/{post['id']}/corrections", json=SAID)).status_code == 409
    await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert len((await newsroom.reader.get("/v1/corrections")).json()["items"]) == 1


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "/body/kind"), ({"kind": "joke", "text": "x"}, "/body/kind"), ({"kind": "update", "text": " "}, "/body/text"),
    ({"kind": "update", "text": "x" * 2_001}, "/body/text"), ({**SAID, "at": "2026-01-01T00:00:00Z"}, "/body/at"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "pointer"), BAD)
async def test_what_is_refused(newsroom: Newsroom, body: dict[str, Any], pointer: str) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk)
    answer = await desk.post(f"{POSTS}/{post['id']}/corrections", json=body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_repeated_request_corrects_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    post = await published(desk)
    answers = [
        await desk.post(f"{POSTS}/{post['id']}/corrections", json=SAID, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 2
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len((await newsroom.reader.get("/v1/corrections")).json()["items"]) == 1


async def test_the_list_is_walked_once_and_by_language(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    stories = [await published(desk, **ARABIC), await published(desk)]
    for number in range(6):
        newsroom.set_clock(NOON + timedelta(minutes=number // 2))  # two at the same moment
        await correct(desk, stories[number % 2], text=f"n{number}", kind="clarification")
    whole = [item["text"] for item in (await newsroom.reader.get("/v1/corrections")).json()["items"]]
    assert whole == ["n5", "n4", "n3", "n2", "n1", "n0"]
    found: list[str] = []
    url: str | None = "/v1/corrections?limit=2"
    while url:
        answer = await newsroom.reader.get(url)
        found += [item["text"] for item in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    assert found == whole
    arabic = (await newsroom.reader.get("/v1/corrections?locale=ar")).json()["items"]
    assert [item["text"] for item in arabic] == ["n4", "n2", "n0"]
    page = (await newsroom.reader.get("/v1/corrections?locale=ar&limit=1")).json()
    assert (await newsroom.reader.get(f"/v1/corrections?limit=1&cursor={page['next']}")).status_code == 422
    for query in ("locale=tlh", "limit=0", "kind=update", "cursor=AAAA"):
        assert (await newsroom.reader.get(f"/v1/corrections?{query}")).status_code == 422, query
    again = await newsroom.reader.get("/v1/corrections", headers={"If-None-Match": '"x"'})
    assert again.status_code == 200
    not_moved = await newsroom.reader.get("/v1/corrections", headers={"If-None-Match": again.headers["etag"]})
    assert not_moved.status_code == 304

    own = f"{POSTS}/{stories[0]['id']}/corrections?limit=2"
    first = await desk.get(own)
    rest = await desk.get(first.links["next"]["url"])
    assert [item["text"] for item in first.json()["items"] + rest.json()["items"]] == ["n4", "n2", "n0"]


@pytest.mark.parametrize(
    ("shape", "index"),
    [((False, True), "ix_correction_newest"), ((True, True), "ix_correction_newest_in_locale")],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_list_walks_an_index(newsroom: Newsroom, shape: tuple[bool, bool], index: str) -> None:
    database = newsroom.db
    assert isinstance(database, SQLite)
    sql, _constants = NEWEST.sql(database.dialect, *shape)
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    with sqlite3.connect(database.path) as connection:
        steps = "\n".join(row[-1] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, values))
    connection.close()
    assert f"{index} " in steps, steps
    assert "TEMP B-TREE" not in steps, steps


async def test_a_correction_is_no_revision(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk)
    for _ in range(3):
        await correct(desk, post)
    assert await newsroom.stored(lambda session: len(session.exec(select(Revision.id)).all())) == 1
    assert len((await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()["corrections"]) == 3
