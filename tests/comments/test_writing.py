"""Readers write: what is taken under each policy, what is held and why, what is refused."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from app.comments.models import Status
from app.core.day_keys import network_tag
from app.core.http.answers import KeptAnswer
from app.core.http.limits import GUEST_POSTS
from app.events.models import Event
from app.publications.models import CommentsMode
from tests.comments.talk import (
    ARABIC,
    DRAFT,
    NOON,
    THREAD,
    decide,
    events,
    one,
    open_thread,
    plant,
    reader_at,
    reader_key,
    say,
    set_policy,
    shown,
    stored,
    verify,
)
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("draft", "locale", "dir_"), [(DRAFT, "en", "ltr"), (ARABIC, "ar", "rtl")], ids=["en", "ar"])
async def test_a_held_comment(newsroom: Newsroom, draft: dict[str, str], locale: str, dir_: str) -> None:
    post_id = await open_thread(newsroom)
    answer = await newsroom.reader.post(THREAD, json=draft | {"render_token": shown(newsroom)})
    told = answer.json()
    assert answer.status_code == 202
    assert set(told) == {"comment", "edit_token", "hold_reasons"}
    assert told["hold_reasons"] == ["site_policy"]
    assert answer.headers["location"] == f"/v1/comments/{told['comment']['id']}"
    assert told["comment"] == {
        "id": told["comment"]["id"],
        "number": 1,
        "parent_id": None,
        "depth": 1,
        "author": {"name": draft["author_name"], "staff": False, "verified": False},
        "body_html": f"<p>{draft['body']}</p>",
        "locale": locale,
        "dir": dir_,
        "created_at": "2026-11-22T12:00:00Z",
        "edited_at": None,
        "status": "pending",
        "recommendations": 0,
        "reply_count": 0,
        "replies": {"items": [], "next": None},
    }
    (row,) = await stored(newsroom)
    assert (row.post_id, row.status, row.body, row.visible) == (post_id, Status.PENDING, draft["body"], False)
    assert newsroom.app.state.keys.subject("comment-edit", told["edit_token"]) == row.id
    page = (await newsroom.reader.get(THREAD)).json()
    assert (page["items"], page["thread"]["count"]) == ([], 0)


async def test_what_is_stored_of_the_writer(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await say(newsroom, author_email="Salma@Example.ORG", notify="replies", render_token="t", altcha="a")
    (row,) = await stored(newsroom)
    assert (row.author_email, row.notify) == ("salma@example.org", "replies")
    keys = newsroom.app.state.keys
    assert row.network == await newsroom.stored(lambda session: network_tag(session, keys, "127.0.0.0/24", at=NOON))


async def test_the_events_have_neither_words_nor_names(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    await say(newsroom, author_email="salma@example.org")
    rows = await newsroom.stored(lambda session: session.exec(select(Event)).all())
    assert {row.name for row in rows if row.name.startswith("comment.")} == {"comment.received", "comment.published"}
    told = "".join(str(row.data) for row in rows)
    assert not any(word in told for word in ("ferry", "Salma", "salma"))


OLD = NOON - timedelta(days=15)
LINK = "See https://shop.example/boats"
POLICIES: list[tuple[str, dict[str, Any], str, int, list[str]]] = [
    ("premoderate", {}, "Fine.", 202, ["site_policy"]),
    ("premoderate", {}, LINK, 202, ["link", "site_policy"]),
    ("postmoderate", {}, "Fine.", 201, []),
    ("postmoderate", {}, LINK, 202, ["link"]),
    ("postmoderate", {"published_at": OLD}, "Fine.", 201, []),
    ("sometimes", {}, "Fine.", 202, ["first_comment"]),
    ("sometimes", {"email": "known@example.org"}, "Fine.", 202, ["first_comment"]),  # anybody can type it
    ("sometimes", {"proved": "known@example.org"}, "Fine.", 201, []),
    ("sometimes", {"proved": "KNOWN@example.org"}, "Fine.", 201, []),
    ("sometimes", {"proved": "unread@example.org"}, "Fine.", 202, ["first_comment"]),
    ("sometimes", {"proved": "known@example.org"}, LINK, 202, ["link"]),
    ("sometimes", {"proved": "known@example.org", "published_at": OLD}, "Fine.", 202, ["old_story"]),
    ("sometimes", {"published_at": OLD}, LINK, 202, ["link", "first_comment", "old_story"]),
]


@pytest.mark.parametrize(("policy", "facts", "body", "status", "reasons"), POLICIES)
async def test_the_policies(
    newsroom: Newsroom, policy: str, facts: dict[str, Any], body: str, status: int, reasons: list[str]
) -> None:
    await open_thread(newsroom, published_at=facts.get("published_at", NOON - timedelta(hours=1)))
    await set_policy(newsroom, "premoderate")
    elsewhere = await open_thread(newsroom, "elsewhere")
    earlier = (await say(newsroom, "Earlier.", slug="elsewhere", author_email="known@example.org")).json()
    await decide(await newsroom.staff("moderator"), earlier["comment"]["id"], "approve")
    await plant(newsroom, elsewhere, "Never read.", author_email="unread@example.org")
    await set_policy(newsroom, policy)
    if "proved" in facts:
        reader, header = await reader_key(newsroom)
        newsroom.reader.headers.update(header)
        await verify(newsroom, reader, facts["proved"])
    answer = await say(newsroom, body, author_email=facts.get("email") or facts.get("proved"))
    assert (answer.status_code, answer.json()["hold_reasons"]) == (status, reasons)
    assert answer.json()["comment"]["status"] == ("published" if status == 201 else "pending")


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"body": None}, "/body/body", "string_type"),
    ({}, {"body": " \n\u200b"}, "/body/body", "string_too_short"),
    ({}, {"body": "س" * 10_001}, "/body/body", "string_too_long"),
    ({}, {"author_name": None}, "/body/author_name", "missing"),
    ({}, {"author_name": "  "}, "/body/author_name", "missing"),
    ({}, {"author_name": "س" * 121}, "/body/author_name", "string_too_long"),
    ({}, {"author_name": "a\nb"}, "/body/author_name", "value_error"),
    ({"email_required": True}, {}, "/body/author_email", "missing"),
    ({}, {"author_email": "not an address"}, "/body/author_email", "value_error"),
    ({}, {"author_email": "a@b.example\r\nBcc: x@y.example"}, "/body/author_email", "value_error"),
    ({}, {"author_email": f"{'a' * 64}@{'b' * 190}.example"}, "/body/author_email", "string_too_long"),
    ({}, {"notify": "replies"}, "/body/author_email", "missing"),
    ({}, {"notify": "daily"}, "/body/notify", "literal_error"),
    ({}, {"locale": "fr"}, "/body/locale", "unknown_locale"),
    ({}, {"locale": "?"}, "/body/locale", "value_error"),
    ({}, {"parent_id": "7"}, "/body/parent_id", "uuid_parsing"),
    ({}, {"parent_id": str(uuid4())}, "/body/parent_id", "unknown_parent"),
    ({}, {"altcha": "a" * 16_385}, "/body/altcha", "string_too_long"),
    ({}, {"render_token": 7}, "/body/render_token", "string_type"),
    ({}, {"status": "published"}, "/body/status", "extra_forbidden"),
    ({}, {"return_to": "https://news.example/"}, "/body/return_to", "extra_forbidden"),
]


@pytest.mark.parametrize(("policy", "members", "pointer", "code"), REFUSED)
async def test_what_is_refused_is_named_and_not_stored(
    newsroom: Newsroom, policy: dict[str, Any], members: dict[str, Any], pointer: str, code: str
) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, **policy)
    answer = await say(newsroom, **members)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await stored(newsroom) == []


async def test_a_name_is_not_needed_where_the_site_asks_none(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, name_required=False)
    assert (await say(newsroom, author_name=None)).json()["comment"]["author"]["name"] is None


BODIES = [
    (b"body=hello", "text/plain", 415),
    (b"{}", "multipart/form-data; boundary=x", 415),
    (b"{", "application/json", 400),
    (b'{"body":"a","body":"b"}', "application/json", 400),
    (b'{"body":"\\ud800"}', "application/json", 400),
    (b"\xff", "application/json", 400),
    (b"body=%ff", "application/x-www-form-urlencoded", 400),
    (b"", "application/json", 422),
    (b"[]", "application/json", 422),
    (b"body=a&body=b&author_name=c", "application/x-www-form-urlencoded", 422),
]


@pytest.mark.parametrize(("body", "kind", "status"), BODIES)
async def test_bodies_that_cannot_be_read(newsroom: Newsroom, body: bytes, kind: str, status: int) -> None:
    await open_thread(newsroom)
    answer = await newsroom.reader.post(THREAD, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_thread_and_story_are_asked_before_the_body(newsroom: Newsroom) -> None:
    await open_thread(newsroom, comments=CommentsMode.CLOSED)
    broken: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "text/plain"}}
    assert (await newsroom.reader.post("/v1/posts/nowhere/comments", **broken)).status_code == 404
    closed = await newsroom.reader.post(THREAD, **broken)
    assert (closed.status_code, closed.json()["type"]) == (403, "/problems/thread-closed")


async def test_closed_by_hand_by_age_and_hidden(newsroom: Newsroom) -> None:
    await open_thread(newsroom, "closed", comments=CommentsMode.CLOSED)
    await open_thread(newsroom, "hidden", comments=CommentsMode.HIDDEN)
    await open_thread(newsroom, "old", published_at=NOON - timedelta(days=7))
    await open_thread(newsroom, "kept-open", published_at=NOON - timedelta(days=7), comments=CommentsMode.OPEN)
    await open_thread(newsroom, "young", published_at=NOON - timedelta(days=7) + timedelta(seconds=1))
    await set_policy(newsroom, close_after_days=7)
    found = {
        slug: (await say(newsroom, slug=slug)).status_code for slug in ("closed", "hidden", "old", "kept-open", "young")
    }
    assert found == {"closed": 403, "hidden": 403, "old": 403, "kept-open": 202, "young": 202}


async def test_a_parent_is_published_and_in_the_same_thread(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    elsewhere = await open_thread(newsroom, "elsewhere")
    parents = {
        201: await plant(newsroom, post_id, "Published."),
        "pending": await plant(newsroom, post_id, "Waiting.", status=Status.PENDING),
        "other thread": await plant(newsroom, elsewhere, "Elsewhere."),
    }
    await set_policy(newsroom, "postmoderate")
    found = {}
    for name, parent_id in parents.items():
        answer = await say(newsroom, f"To {name}.", parent_id=str(parent_id))
        found[name] = answer.status_code
    assert found == {201: 201, "pending": 422, "other thread": 422}
    reply = (await stored(newsroom))[-1]
    assert (reply.parent_id, reply.depth) == (parents[201], 2)


async def test_the_same_words_once_a_day(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await open_thread(newsroom, "elsewhere")
    first = await say(newsroom, ARABIC["body"])
    again = await say(newsroom, "تاخرت  العباره مجددا!", author_name="Another")
    assert (first.status_code, again.status_code, again.json()["code"]) == (202, 409, "duplicate")
    assert (await say(newsroom, ARABIC["body"], slug="elsewhere")).status_code == 202
    newsroom.set_clock(NOON + timedelta(hours=24))
    assert (await say(newsroom, ARABIC["body"])).status_code == 202


@pytest.mark.parametrize(
    ("status", "answered"), [(s, 202 if s not in ("pending", "published") else 409) for s in Status]
)
async def test_which_twins_count(newsroom: Newsroom, status: Status, answered: int) -> None:
    post_id = await open_thread(newsroom)
    await plant(newsroom, post_id, DRAFT["body"], status=status)
    assert (await say(newsroom)).status_code == answered


async def test_emoji_differ(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    assert [(await say(newsroom, body)).status_code for body in ("🐟", "⛴️", "🐟")] == [202, 202, 409]


async def test_a_double_click_is_one_comment(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    answers = await asyncio.gather(*(say(newsroom) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]


@pytest.mark.parametrize("policy", ["premoderate", "postmoderate"])
async def test_the_trap_files_as_spam_and_tells_nobody(newsroom: Newsroom, policy: str) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, policy)
    honest = await say(newsroom, LINK)
    trapped = await say(newsroom, "Buy boats.", homepage="https://shop.example")
    assert (trapped.status_code, set(trapped.json())) == (202, set(honest.json()))
    assert trapped.json()["comment"]["status"] == "pending"
    row = (await stored(newsroom))[-1]
    assert (row.status, row.evidence[-1]["phase"]) == (Status.SPAM, "honeypot")
    told = await newsroom.reader.get(
        f"/v1/comments/{row.id}", headers={"Authorization": f"Bearer {trapped.json()['edit_token']}"}
    )
    assert told.json()["status"] == "pending"
    assert (await say(newsroom, "An empty trap.", homepage="")).json()["comment"]["status"] != "spam"


async def test_the_eleventh_of_a_network_waits(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    answers = []
    for number in range(11):
        forwarded = {"X-Forwarded-For": f"198.51.{number}.7", "Forwarded": f"for=198.51.{number}.7"}
        async with reader_at(newsroom, f"203.0.113.{number}", **forwarded) as reader:
            answers.append(await reader.post(THREAD, json=DRAFT | {"body": f"Number {number}."}))
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    late = answers[-1]
    assert (late.headers["retry-after"], late.headers["ratelimit"]) == ("60", f'"{GUEST_POSTS.name}";r=0;t=60')
    assert "ratelimit-policy" in late.headers
    async with reader_at(newsroom, "203.0.114.1") as reader:
        assert (await reader.post(THREAD, json=DRAFT)).status_code == 202
    newsroom.set_clock(NOON + timedelta(seconds=60))
    async with reader_at(newsroom, "203.0.113.1") as reader:
        assert (await reader.post(THREAD, json=DRAFT | {"body": "A minute later."})).status_code == 202


async def test_refused_duplicates_count_too(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    codes = [(await say(newsroom)).status_code for _ in range(11)]
    assert codes == [202] + [409] * 9 + [429]


async def test_a_repeated_request_gets_the_first_answer(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    headers = {"Idempotency-Key": "k-1"}
    first, again = [await newsroom.reader.post(THREAD, json=DRAFT, headers=headers) for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (202, first.json(), "true")
    kept = await newsroom.stored(lambda session: session.exec(select(KeptAnswer)).all())
    assert "edit_token" not in kept[0].body
    other = await newsroom.reader.post(THREAD, json=DRAFT | {"body": "Other."}, headers=headers)
    assert other.status_code == 422
    await newsroom.reader.delete(
        f"/v1/comments/{first.json()['comment']['id']}",
        headers={"Authorization": f"Bearer {first.json()['edit_token']}"},
    )
    (left,) = await newsroom.stored(lambda session: session.exec(select(KeptAnswer)).all())
    assert (left.request_hash, left.headers, left.body) == ("", {}, "")
    late = await newsroom.reader.post(THREAD, json=DRAFT, headers=headers)
    assert (late.status_code, "deleted" in late.json()["detail"]) == (410, True)
    assert await stored(newsroom) == []


async def test_numbers_rise_without_gaps_when_many_write_at_once(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await open_thread(newsroom, "elsewhere")
    await set_policy(newsroom, "postmoderate")
    newsroom.app.state.limiter = type(newsroom.app.state.limiter)(newsroom.app.state.keys, on=False)
    slugs = ["harbour", "elsewhere"] * 10
    answers = await asyncio.gather(*(say(newsroom, f"{n}.", slug=slug) for n, slug in enumerate(slugs)))
    assert sorted(answer.json()["comment"]["number"] for answer in answers) == list(range(1, 21))
    for slug in ("harbour", "elsewhere"):
        assert (await newsroom.reader.get(f"/v1/posts/{slug}/comments")).json()["thread"]["count"] == 10
    assert (await events(newsroom)).count("comment.published") == 20


async def test_markup_is_harmless_and_bidi_marks_leave_names(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    answer = await say(newsroom, "<img src=x onerror=alert(1)> **now**", author_name="Sal\u202ema")
    comment = answer.json()["comment"]
    assert comment["author"]["name"] == "Salma"
    assert "<img" not in comment["body_html"]
    assert "<strong>now</strong>" in comment["body_html"]
    row = await one(newsroom, comment["id"])
    assert row is not None
    assert row.body == "<img src=x onerror=alert(1)> **now**"
