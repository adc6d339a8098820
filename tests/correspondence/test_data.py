"""The data subject's rights by mailed link: one answer for everyone, a file to take along, erasure without a rest."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.comments.models import Comment, Status
from app.correspondence.models import Correspondent, MailLink, Subscription
from tests.comments.talk import DECISIONS, THREAD, decide, one, open_thread, plant, set_policy, stored
from tests.contact.letters import everything
from tests.correspondence.letters import (
    LEILA,
    SALMA,
    confirmed,
    follow,
    letters,
    links_in,
    reader_key,
    rows,
    told,
    write,
)
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

URL = "/v1/comments/data-requests"


async def ask(newsroom: Newsroom, kind: str, email: str = SALMA, **more: str) -> str | None:
    """Ask for one's data; the path in the letter, if there is one."""
    answer = await newsroom.reader.post(URL, json={"email": email, "kind": kind} | more)
    assert answer.status_code == 202, answer.text
    newsroom.post.letters.clear()
    await newsroom.night()
    found = [path for letter in letters(newsroom) for path in links_in(letter)]
    return found[0] if found else None


# --- asking


async def test_the_answer_and_the_work_are_the_same_for_everyone(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await write(newsroom, "One", email=SALMA)
    seen = []
    for email in (SALMA, "nobody@example.org"):
        before = await everything(newsroom)
        answer = await newsroom.reader.post(URL, json={"email": email, "kind": "erase"})
        after = await everything(newsroom)
        grown = {name: len(after[name]) - len(before[name]) for name in after if name != "rate_counter"}
        seen.append((answer.status_code, answer.json(), grown))
    assert seen[0] == seen[1]
    assert seen[0][:2] == (202, {"kind": "erase", "link_valid_hours": 72})
    await newsroom.night()
    assert [letter.to for letter in letters(newsroom)] == [SALMA]
    assert [link.email for link in await rows(newsroom, MailLink)] == [SALMA]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "export"}, "/body/email"),
        ({"email": SALMA}, "/body/kind"),
        ({"email": SALMA, "kind": "delete"}, "/body/kind"),
        ({"email": f"{SALMA}, {LEILA}", "kind": "erase"}, "/body/email"),
        ({"email": f"{SALMA}\r\nBcc: {LEILA}", "kind": "erase"}, "/body/email"),
        ({"email": SALMA, "kind": "erase", "locale": "xx-Latn"}, "/body/locale"),
        ({"email": SALMA, "kind": "erase", "name": "Salma"}, "/body/name"),
    ],
)
async def test_what_cannot_be_asked(newsroom: Newsroom, body: dict[str, Any], pointer: str) -> None:
    answer = await newsroom.reader.post(URL, json=body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_asking_is_limited_and_repeatable(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await write(newsroom, "One", email=SALMA)
    wanted = {"email": SALMA.upper(), "kind": "export"}
    answers = [await newsroom.reader.post(URL, json=wanted, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true"]
    statuses = [(await newsroom.reader.post(URL, json=wanted)).status_code for _ in range(10)]
    assert statuses == [202] * 8 + [429] * 2
    await newsroom.night()
    assert len(letters(newsroom)) == 3


async def test_addresses_with_letters_that_grow_when_folded(newsroom: Newsroom) -> None:
    long = "ΐ" * 60 + "@" + ".".join(["ß" * 20] * 4) + ".example"
    assert (await newsroom.reader.post(URL, json={"email": long, "kind": "erase"})).status_code == 202
    await newsroom.night()
    assert letters(newsroom) == []


@pytest.mark.parametrize(("locale", "says"), [("en", "take along"), ("ar", "نسخة من تعليقاتكم")])
async def test_the_letter_speaks_the_language_that_was_asked_for(newsroom: Newsroom, locale: str, says: str) -> None:
    await open_thread(newsroom)
    await write(newsroom, "One", email=SALMA)
    assert await ask(newsroom, "export", locale=locale)
    (letter,) = letters(newsroom)
    assert (letter.locale, says in letter.subject) == (locale, True)


# --- taking along


async def test_a_file_with_everything_that_carries_the_address(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    mine = await confirmed(newsroom, "شكرًا لكم", email=SALMA, notify="replies")
    spam = await write(newsroom, "Spam", email=SALMA.upper(), homepage="x")
    await write(newsroom, "Another's", email=LEILA)
    path = await ask(newsroom, "export")
    assert path
    assert "JSON" in (await newsroom.reader.get(path)).text
    answer = await follow(newsroom, path)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    data = answer.json()
    assert data["email"] == SALMA
    assert [(item["id"], item["status"], item["body"]) for item in data["comments"]] == [
        (mine["id"], "pending", "شكرًا لكم"),
        (spam["id"], "pending", "Spam"),
    ]
    story = {"id": str(post_id), "title": "Voices of the harbour", "url": "https://news.example/en/harbour"}
    assert data["comments"][0]["story"] == story
    assert [(item["scope"], item["about"]) for item in data["subscriptions"]] == [("replies", mine["id"])]
    assert "Another" not in answer.text
    assert (await follow(newsroom, path)).status_code == 410


# --- erasing

NETWORK = "203.0.113.77"
TRACES = ["salma.q", "qamari", "quokka", "سنجاب", "203.0.113", "wombat"]


async def live(newsroom: Newsroom) -> dict[str, Any]:
    """Salma writes, edits, answers, subscribes, exports; moderators and others are written to because of her."""
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "premoderate", moderation_mail="each")
    moderator = await newsroom.staff("moderator")
    first = await confirmed(newsroom, "quokka one", email=SALMA, notify="replies", headers=reader_key(newsroom))
    await decide(moderator, first["id"], "approve")
    other = await plant(newsroom, post_id, "Another's", parent_id=UUID(first["id"]), author_email=LEILA)
    key = {"Idempotency-Key": "salma.q", **reader_key(newsroom)}
    below = await write(newsroom, "سنجاب quokka", email=SALMA, parent_id=str(other), notify="thread", headers=key)
    headers = {"Authorization": f"Bearer {below['edit_token']}"}
    await newsroom.reader.patch(f"/v1/comments/{below['id']}", json={"body": "wombat quokka سنجاب"}, headers=headers)
    await write(newsroom, "quokka rejected", email=SALMA.upper())
    await write(newsroom, "quokka spam", email=SALMA, homepage="x")
    for kind in ("export", "erase", "erase"):
        await newsroom.reader.post(URL, json={"email": SALMA, "kind": kind}, headers={"Idempotency-Key": kind})
    await newsroom.night()
    # letters that have not gone out yet quote her too
    await write(newsroom, "quokka at last", email=SALMA, notify="thread")
    return {"first": first, "other": other, "below": below}


async def erase_link(newsroom: Newsroom) -> str:
    """Where the latest letter about erasing leads."""
    found = [path for letter in letters(newsroom, SALMA) if "Erasing" in letter.subject for path in links_in(letter)]
    return found[-1]


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text.casefold()]


async def test_a_person_is_erased_and_no_table_knows_them(newsroom: Newsroom) -> None:
    was = await live(newsroom)
    networks = {comment.network for comment in await stored(newsroom) if comment.author_email == SALMA}
    readers = {str(comment.reader_id) for comment in await stored(newsroom) if comment.reader_id}
    dump = repr(await everything(newsroom))
    assert set(traces_in(dump)) >= {"salma.q", "qamari", "quokka", "سنجاب", "wombat"}
    path = await erase_link(newsroom)
    assert (await follow(newsroom, path)).status_code == 200

    after = repr(await everything(newsroom))
    assert traces_in(after) == []
    assert [secret for secret in (*networks, *readers) if secret and secret in after] == []
    assert {table.__name__: await rows(newsroom, table) for table in (Correspondent, Subscription)} == {
        "Correspondent": [],
        "Subscription": [],
    }
    first, other = await one(newsroom, was["first"]["id"]), await one(newsroom, was["other"])
    assert first
    assert other
    assert (first.status, first.document.count("deleted"), other.body) == (Status.ERASED, 1, "Another's")
    # the one below another's is gone with its row, and so are those that nothing hangs on
    assert {comment.id for comment in await stored(newsroom)} == {first.id, other.id}
    assert len(await told(newsroom, "comment.erased")) == 5
    (event,) = await told(newsroom, "data.erased")
    assert event.data["count"] == 5
    assert event.data["commitment"] == newsroom.app.state.keys.mac("erased", SALMA.encode()).hex()
    # jobs that waited find nobody to write to, and no letter tells of her
    newsroom.post.letters.clear()
    await newsroom.night()
    assert letters(newsroom, SALMA) == []
    assert traces_in("".join(f"{letter.subject}{letter.text}" for letter in letters(newsroom))) == []
    assert traces_in(repr(await everything(newsroom))) == []
    again = await newsroom.reader.get(path)
    assert (again.status_code, "Done already" in again.text) == (410, True)


async def test_erased_looks_deleted_to_everyone(newsroom: Newsroom) -> None:
    was = await live(newsroom)
    await follow(newsroom, await erase_link(newsroom))
    thread = (await newsroom.reader.get(THREAD)).json()
    (tomb,) = thread["items"]
    assert set(tomb) == {"id", "number", "parent_id", "status", "created_at", "replies"}
    assert (tomb["status"], thread["thread"]["count"]) == ("deleted", 1)
    token = {"Authorization": f"Bearer {was['first']['edit_token']}"}
    own = await newsroom.reader.get(f"/v1/comments/{was['first']['id']}", headers=token)
    assert (own.status_code, own.json()["status"]) == (200, "deleted")
    edit = await newsroom.reader.patch(f"/v1/comments/{was['first']['id']}", json={"body": "Back"}, headers=token)
    assert edit.status_code == 404
    moderator = await newsroom.staff("moderator")
    assert (await moderator.get("/v1/editor/comments/counts")).json()["erased"] == 1
    back = await decide(moderator, was["first"]["id"], "restore")
    assert back["problem"]["status"] == 409


def raw(path: Path) -> Iterator[bytes]:
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            yield file.read_bytes().lower()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_bytes_of_the_file_know_nothing_either(newsroom: Newsroom) -> None:
    await live(newsroom)
    path = Path(str(newsroom.db.engine.url.database))
    words = [trace.encode() for trace in ("salma.q", "qamari", "quokka", "سنجاب", "wombat")]
    there = b"".join(raw(path))
    assert all(word in there for word in words)
    await follow(newsroom, await erase_link(newsroom))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    there = b"".join(raw(path))
    assert [word.decode() for word in words if word in there] == []


async def test_comments_of_others_and_older_tombstones_stay(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    hers = await plant(newsroom, post_id, "quokka", author_email=SALMA)
    answer = await plant(newsroom, post_id, "Leila's", author_email=LEILA, parent_id=hers)
    await plant(newsroom, post_id, "quokka below", author_email=SALMA, parent_id=answer)
    path = await ask(newsroom, "erase")
    assert path
    await follow(newsroom, path)
    left = {comment.id: (comment.status, comment.descendants) for comment in await stored(newsroom)}
    assert left == {hers: (Status.ERASED, 1), answer: (Status.PUBLISHED, 0)}

    def check(session: Session) -> bool:
        comment = session.get_one(Comment, hers)
        personal = (comment.body, comment.body_html, comment.body_hash, comment.author_name, comment.author_email)
        more = (comment.network, comment.staff_id, comment.reader_id)
        return not any(chain(personal, more, (comment.verified, comment.search_text, comment.evidence)))

    assert await newsroom.stored(check)


async def test_erasing_while_everyone_works_leaves_nothing(newsroom: Newsroom) -> None:
    was = await live(newsroom)
    moderator = await newsroom.staff("moderator")
    paths = [path for letter in letters(newsroom, SALMA) for path in links_in(letter)]
    erasing = await erase_link(newsroom)
    token = {"Authorization": f"Bearer {was['below']['edit_token']}"}
    wanted = [
        {"id": str(comment.id), "revision": comment.revision, "action": "approve"} for comment in await stored(newsroom)
    ]
    answers = await asyncio.gather(
        moderator.post(DECISIONS, json={"decisions": wanted}),
        newsroom.night(),
        *(follow(newsroom, path) for path in paths),
        newsroom.reader.patch(f"/v1/comments/{was['below']['id']}", json={"body": "quokka again"}, headers=token),
        follow(newsroom, erasing),
        newsroom.reader.delete(f"/v1/comments/{was['below']['id']}", headers=token),
    )
    statuses = [answer.status_code for answer in answers if answer is not None]
    assert [status for status in statuses if status >= 500] == []
    await newsroom.night()
    assert traces_in(repr(await everything(newsroom))) == []
