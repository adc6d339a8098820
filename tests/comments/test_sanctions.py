"""Bans have an end and are told to whom they concern; nobody else learns of them."""

from datetime import datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import select

from app.abuse import addresses, sanctions
from app.abuse.memory_models import Sanction
from app.core.clock import wire_time
from app.core.ids import random_id
from app.events.models import Event
from tests.comments.talk import NOON, THREAD, bearer, open_thread, reader_at, say, set_policy, stored
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

SANCTIONS = "/v1/editor/comments/sanctions"
NOTICE = "حُظرت حتى نهاية الشهر بسبب إهانات متكررة."
EMAIL = "troll@example.org"
WEEK = NOON + timedelta(days=7)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=NOON.tzinfo)


class Talk:
    """A post-moderated thread, a moderator, and the reader whom they will ban."""

    def __init__(self, newsroom: Newsroom, desk: Desk) -> None:
        self.newsroom, self.desk, self.count = newsroom, desk, 0
        self.reader = random_id()

    async def write(self, address: str = "192.0.2.7", *, reader: UUID | None = None, **members: Any) -> httpx.Response:
        """Somebody writes something new from there."""
        self.count += 1
        body = f"Remark {self.count} of the day: " + " ".join(uuid4().hex[:6] for _ in range(4))
        headers = {"Reader-Key": self.newsroom.app.state.keys.token("reader", reader)} if reader else {}
        async with reader_at(self.newsroom, address, **headers) as client:
            self.newsroom.reader = client
            return await say(self.newsroom, body, **members)

    async def ban(self, comment: httpx.Response, target: str, **members: Any) -> httpx.Response:
        """The moderator bans the writer of a comment."""
        facts = {"comment": comment.json()["comment"]["id"], "target": target, "notice": NOTICE, "reason": "insults"}
        return await self.desk.post(SANCTIONS, json=facts | members)

    async def verify(self) -> None:
        """The reader proves that the address is theirs."""
        keys = self.newsroom.app.state.keys
        await self.newsroom.db.write(addresses.remember_verified, self.reader, EMAIL, keys=keys, at=NOON)


@pytest.fixture
async def talk(newsroom: Newsroom) -> Talk:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    return Talk(newsroom, await newsroom.staff("moderator"))


def refused(answer: httpx.Response, until: datetime) -> bool:
    """Whether it is the refusal with notice and end."""
    problem = answer.json()
    if answer.status_code != 403:
        return False
    assert (problem["type"], problem["notice"], problem["ends_at"]) == (
        "/problems/sanctioned",
        NOTICE,
        wire_time(until),
    )
    return True


async def test_a_banned_reader_is_told_and_nothing_is_stored(talk: Talk) -> None:
    first = await talk.write(reader=talk.reader)
    made = await talk.ban(first, "reader", ends_at=wire_time(WEEK))
    assert made.status_code == 201, made.text
    assert made.json() | {"id": None} == {
        "id": None,
        "comment": first.json()["comment"]["id"],
        "target": "reader",
        "reason": "insults",
        "notice": NOTICE,
        "created_at": wire_time(NOON),
        "created_by": str(talk.desk.user_id),
        "ends_at": wire_time(WEEK),
        "lifted_by": None,
    }
    assert refused(await talk.write("198.51.100.9", reader=talk.reader), WEEK)
    assert (await talk.write(reader=random_id())).status_code == 201
    assert (await talk.write()).status_code == 201
    path = f"/v1/comments/{first.json()['comment']['id']}"
    async with reader_at(talk.newsroom, "192.0.2.7") as client:
        assert refused(await client.patch(path, json={"body": "changed"}, headers=bearer(first)), WEEK)
    assert len(await stored(talk.newsroom)) == 3


@pytest.mark.parametrize(
    ("locale", "said"), [("en", "You cannot write here until"), ("ar", "لا يمكنك الكتابة هنا حتى")]
)
async def test_a_form_tells_a_banned_reader_why_and_until_when(talk: Talk, locale: str, said: str) -> None:
    notice = '<b>Insults</b> & "more".'
    assert (await talk.ban(await talk.write(), "network", notice=notice)).status_code == 201
    form = {"body": "Once more.", "author_name": "Salma", "locale": locale}
    async with reader_at(talk.newsroom, "192.0.2.7", Accept="text/html") as client:
        answer = await client.post(THREAD, data=form)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    time = '<time datetime="2026-11-23T00:00:00Z" dir="ltr">2026-11-23 00:00 UTC</time>'
    assert f"<p>{said} {time}.</p>" in answer.text
    assert f'<blockquote dir="auto">{escape(notice)}</blockquote>' in answer.text
    assert "Once more.</textarea>" in answer.text


async def test_a_ban_ends_by_itself(talk: Talk) -> None:
    first = await talk.write(reader=talk.reader)
    await talk.ban(first, "reader", ends_at=wire_time(WEEK))
    talk.newsroom.set_clock(WEEK - timedelta(seconds=1))
    assert refused(await talk.write(reader=talk.reader), WEEK)
    talk.newsroom.set_clock(WEEK)
    assert (await talk.write(reader=talk.reader)).status_code == 201


async def test_a_network_is_banned_for_the_rest_of_its_day(talk: Talk) -> None:
    first = await talk.write("192.0.2.7")
    made = await talk.ban(first, "network")
    assert made.json()["ends_at"] == wire_time(MIDNIGHT)
    assert refused(await talk.write("192.0.2.200", reader=random_id()), MIDNIGHT)
    assert (await talk.write("192.0.3.7")).status_code == 201
    talk.newsroom.set_clock(MIDNIGHT)
    assert (await talk.write("192.0.2.7")).status_code == 201
    late = await talk.ban(first, "network")
    assert late.status_code == 422
    assert late.json()["errors"][0]["pointer"] == "/body/target"


async def test_an_address_is_banned_only_with_its_owner(talk: Talk) -> None:
    typed = await talk.write(reader=random_id(), author_email=EMAIL)
    answer = await talk.ban(typed, "address", ends_at=wire_time(WEEK))
    assert answer.status_code == 422  # anybody can type it
    await talk.verify()
    proved = await talk.write(reader=talk.reader, author_email=EMAIL)
    assert (await talk.ban(proved, "address", ends_at=wire_time(WEEK))).status_code == 201
    assert refused(await talk.write("198.51.100.9", reader=talk.reader, author_email="Troll@Example.org"), WEEK)
    # a stranger who types the address does not learn that its owner is banned
    assert (await talk.write(reader=random_id(), author_email=EMAIL)).status_code == 201
    assert (await talk.write(author_email=EMAIL)).status_code == 201


@pytest.mark.parametrize(
    ("target", "ends_at", "pointer"),
    [
        ("reader", None, "/body/ends_at"),
        ("reader", NOON, "/body/ends_at"),
        ("reader", NOON + timedelta(days=367), "/body/ends_at"),
        ("network", MIDNIGHT + timedelta(seconds=1), "/body/ends_at"),
        ("address", WEEK, "/body/target"),
    ],
)
async def test_what_cannot_be_banned(talk: Talk, target: str, ends_at: datetime | None, pointer: str) -> None:
    first = await talk.write(reader=talk.reader)
    members = {} if ends_at is None else {"ends_at": wire_time(ends_at)}
    answer = await talk.ban(first, target, **members)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await talk.newsroom.stored(lambda session: session.exec(select(Sanction)).all()) == []


async def test_a_ban_is_lifted_and_listed_and_forgotten(talk: Talk) -> None:
    made = []
    for _ in range(3):
        reader = random_id()
        made.append((await talk.ban(await talk.write(reader=reader), "reader", ends_at=wire_time(WEEK))).json())
    ids = [entry["id"] for entry in made][::-1]
    page = (await talk.desk.get(SANCTIONS, params={"limit": 2})).json()
    rest = (await talk.desk.get(SANCTIONS, params={"limit": 2, "cursor": page["next"]})).json()
    assert [entry["id"] for entry in page["items"] + rest["items"]] == ids
    assert rest["next"] is None
    for _ in range(2):
        assert (await talk.desk.delete(f"{SANCTIONS}/{ids[0]}")).status_code == 204
    assert (await talk.desk.delete(f"{SANCTIONS}/{uuid4()}")).status_code == 404
    listed = {
        active: [entry["id"] for entry in (await talk.desk.get(SANCTIONS, params={"active": active})).json()["items"]]
        for active in ("true", "false")
    }
    assert listed == {"true": ids[1:], "false": ids[:1]}
    names = await talk.newsroom.stored(
        lambda session: [(row.name, row.data) for row in session.exec(select(Event)) if row.name.startswith("sanction")]
    )
    assert [name for name, _ in names] == ["sanction.created"] * 3 + ["sanction.lifted"]
    assert all(set(data) <= {"target", "ends_at"} for _, data in names)
    await talk.newsroom.db.write(sanctions.sweep, at=NOON + sanctions.KEPT)
    assert [row["id"] for row in (await talk.desk.get(SANCTIONS)).json()["items"]] == ids[1:]


async def test_nobody_is_named_in_a_ban_and_letters_stay_open(talk: Talk) -> None:
    await talk.verify()
    first = await talk.write(reader=talk.reader, author_email=EMAIL)
    for target in ("reader", "address", "network"):
        answer = await talk.ban(first, target, **({} if target == "network" else {"ends_at": wire_time(WEEK)}))
        assert answer.status_code == 201
    rows = repr(await talk.newsroom.stored(lambda session: session.exec(select(Sanction)).all()))
    assert not any(trace in rows for trace in (EMAIL, talk.reader.hex, str(talk.reader), "192.0.2"))
    async with reader_at(talk.newsroom, "192.0.2.7") as client:
        letter = {"email": EMAIL, "subject": "My ban", "body": "Please tell me why I was banned."}
        assert (await client.post("/v1/contact", json=letter)).status_code == 202
