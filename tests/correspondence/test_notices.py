"""Notices by double opt-in: proof first, one letter on first publication only, an end by one click."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.core.ids import new_id
from app.correspondence import notices, workflow
from app.correspondence.models import Announcement, Correspondent, MailLink, Scope, Subscription
from tests.comments.talk import DECISIONS, NOON, SLUG, bearer, decide, one, open_thread, plant, say, set_policy
from tests.correspondence.letters import (
    LEILA,
    SALMA,
    confirmed,
    follow,
    letters,
    links_in,
    reader_key,
    rows,
    subscriptions,
    told,
    write,
)
from tests.newsroom import Newsroom
from tests.posts.desk import published

pytestmark = pytest.mark.anyio


# --- the letter that asks for proof

ASKED = [
    ({}, False, 0),
    ({"email": SALMA}, False, 0),
    ({"email": SALMA}, True, 1),
    ({"email": SALMA, "notify": "replies"}, False, 1),
    ({"email": SALMA, "notify": "thread"}, True, 1),
    ({"email": "no-reply@example.org", "notify": "thread"}, True, 0),
    ({"email": SALMA, "notify": "thread", "homepage": "https://cheap.example"}, True, 0),
]


@pytest.mark.parametrize(("members", "with_key", "count"), ASKED)
async def test_who_is_asked_for_proof(newsroom: Newsroom, members: dict[str, str], with_key: bool, count: int) -> None:
    await open_thread(newsroom)
    await write(newsroom, "Buy canaries", headers=reader_key(newsroom) if with_key else None, **members)
    await newsroom.night()
    assert len(letters(newsroom)) == count
    assert await subscriptions(newsroom) == []
    for letter in letters(newsroom):
        assert "canaries" not in f"{letter.subject} {letter.text} {letter.html}"
        assert "Qamari" not in f"{letter.subject} {letter.text} {letter.html}"


async def test_a_site_can_do_without_proof(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, confirm_addresses=False)
    await write(newsroom, "One", email=SALMA, headers=reader_key(newsroom))
    await write(newsroom, "Two", email=LEILA, notify="replies")
    await newsroom.night()
    assert [letter.to for letter in letters(newsroom)] == [LEILA]


async def test_nobody_is_bombed(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    spellings = [
        "salma@example.org",
        "SALMA@example.org",
        "s.alma@example.org",
        "salma+1@example.org",
        "sal.ma@example.org",
    ]
    for number, spelling in enumerate(spellings):
        newsroom.set_clock(NOON + timedelta(minutes=number))
        await write(newsroom, f"Number {number}", email=spelling, notify="thread")
    await newsroom.night()
    assert len(letters(newsroom)) == 3


async def test_a_network_and_the_site_are_counted_too(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "PER_NETWORK", type(workflow.PER_NETWORK)("few", "2/hour"))
    await open_thread(newsroom)
    for number in range(4):
        await write(newsroom, f"Number {number}", email=f"reader{number}@example.org", notify="thread")
    await newsroom.night()
    assert len(letters(newsroom)) == 2


async def test_a_job_that_runs_again_asks_once(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    comment = await write(newsroom, "One", email=SALMA, notify="replies")
    await newsroom.night()
    state = newsroom.app.state
    await newsroom.db.write(
        notices.invite, UUID(comment["id"]), keys=state.keys, limiter=state.limiter, at=state.clock()
    )
    await newsroom.night()
    assert len(letters(newsroom)) == 1


# --- proof


@pytest.mark.parametrize("notify", ["none", "replies", "thread"])
async def test_proof_is_for_this_comment_and_begins_what_was_asked(newsroom: Newsroom, notify: str) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    key = reader_key(newsroom)
    comment = await write(newsroom, "One", email=SALMA, notify=notify, headers=key)
    other = await write(newsroom, "Other", email=SALMA)
    assert comment["author"]["verified"] is False
    await newsroom.night()
    assert (await follow(newsroom, links_in(letters(newsroom)[0])[0])).status_code == 200
    thread = (await newsroom.reader.get("/v1/posts/harbour/comments")).json()["items"]
    assert {item["id"]: item["author"]["verified"] for item in thread} == {comment["id"]: True, other["id"]: False}
    expected = {"none": [], "replies": [("replies", UUID(comment["id"]))], "thread": [("thread", post_id)]}
    assert await subscriptions(newsroom) == expected[notify]
    assert [event.subject_id for event in await told(newsroom, "comment.verified")] == [UUID(comment["id"])]


async def test_who_proved_an_address_need_not_do_so_again_with_the_same_key_only(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    key = reader_key(newsroom)
    await confirmed(newsroom, "One", email=SALMA, headers=key)
    second = await write(newsroom, "Two", email=SALMA, notify="replies", headers=key)
    stranger = await write(newsroom, "Three", email=SALMA, notify="replies", headers=reader_key(newsroom))
    keyless = await write(newsroom, "Four", email=SALMA, notify="replies")
    await newsroom.night()
    assert await subscriptions(newsroom) == [("replies", UUID(second["id"]))]
    assert len(letters(newsroom)) == 2
    assert {link.about for link in await rows(newsroom, MailLink) if link.spent_at is None} == {
        UUID(stranger["id"]),
        UUID(keyless["id"]),
    }


async def test_with_a_purged_story_go_those_who_listened_to_it(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    story = (await published(desk, slug=SLUG))["id"]
    await confirmed(newsroom, "One", email=SALMA, notify="thread", headers=reader_key(newsroom))
    assert await subscriptions(newsroom) == [("thread", UUID(story))]
    anything = {"If-Match": "*"}
    for path in (f"/v1/editor/posts/{story}/publication", f"/v1/editor/posts/{story}"):
        assert (await desk.delete(path, headers=anything)).is_success
    newsroom.set_clock(NOON + timedelta(days=31))
    await newsroom.night()
    assert await rows(newsroom, Subscription) == await rows(newsroom, Correspondent) == []


async def test_two_confirmations_at_once_make_one_correspondent(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await write(newsroom, "One", email=SALMA, notify="thread")
    await write(newsroom, "Two", email=SALMA, notify="thread")
    await newsroom.night()
    paths = [links_in(letter)[0] for letter in letters(newsroom)]
    answers = await asyncio.gather(*(follow(newsroom, path) for path in paths * 2))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 410, 410]
    assert await subscriptions(newsroom) == [("thread", post_id)]


# --- news


async def test_one_letter_on_first_publication_only(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    moderator = await newsroom.staff("moderator")
    mine = await confirmed(newsroom, "One", email=SALMA, notify="replies")
    await decide(moderator, mine["id"], "approve")
    answer = await write(newsroom, "Canary answer", email=LEILA, parent_id=mine["id"], author_name="Leila")
    await newsroom.night()
    assert letters(newsroom, SALMA) == []
    published = await decide(moderator, answer["id"], "approve")
    await newsroom.night()
    (letter,) = letters(newsroom, SALMA)
    assert f"https://news.example/en/harbour#comment-{answer['number']}" in letter.text
    assert "Canary" not in f"{letter.subject} {letter.text} {letter.html}"
    assert letter.unsubscribe_url
    # taken back and approved again, unpublished and restored, edited: no second one
    await moderator.post(f"{DECISIONS}/{published['batch']}/undo")
    await decide(moderator, answer["id"], "approve")
    await decide(moderator, answer["id"], "reject", reason="other")
    await decide(moderator, answer["id"], "restore")
    await decide(moderator, answer["id"], "unpublish")
    await decide(moderator, answer["id"], "approve")
    await newsroom.night()
    assert len(letters(newsroom, SALMA)) == 1
    headers = {"Authorization": f"Bearer {answer['edit_token']}"}
    await newsroom.reader.patch(f"/v1/comments/{answer['id']}", json={"body": "Better"}, headers=headers)
    again = {"id": answer["id"], "revision": 2, "action": "approve"}
    await moderator.post(DECISIONS, json={"decisions": [again]})
    stored = await one(newsroom, answer["id"])
    assert stored
    assert (stored.status, stored.revision) == ("published", 2)
    await newsroom.night()
    assert len(letters(newsroom, SALMA)) == 1


HEARS = [
    ("replies", "mine", True),
    ("replies", "deeper", False),
    ("replies", "top", False),
    ("thread", "mine", True),
    ("thread", "deeper", True),
    ("thread", "top", True),
]


@pytest.mark.parametrize(("notify", "where", "heard"), HEARS)
async def test_who_hears_of_what(newsroom: Newsroom, notify: str, where: str, heard: bool) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await confirmed(newsroom, "One", email=SALMA, notify=notify)
    deep = await plant(newsroom, post_id, "Below", parent_id=UUID(mine["id"]))
    parent = {"mine": mine["id"], "deeper": str(deep), "top": None}[where]
    await write(newsroom, "Two", parent_id=parent)
    await newsroom.night()
    assert len(letters(newsroom, SALMA)) == int(heard)


async def test_nobody_hears_of_themselves_or_twice(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await confirmed(newsroom, "One", email=SALMA, notify="replies")
    await confirmed(newsroom, "Two", email=SALMA, notify="thread")
    newsroom.post.letters.clear()
    await write(newsroom, "Three", email=SALMA, parent_id=mine["id"])
    await newsroom.night()
    assert letters(newsroom, SALMA) == []
    await write(newsroom, "Four", email=LEILA, parent_id=mine["id"])
    await newsroom.night()
    assert len(letters(newsroom, SALMA)) == 1


async def test_what_is_gone_before_the_night_is_not_told(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await confirmed(newsroom, "One", email=SALMA, notify="replies")
    reply = await say(newsroom, "Two", parent_id=mine["id"])
    assert (await newsroom.reader.delete(reply.headers["location"], headers=bearer(reply))).status_code == 204
    await newsroom.night()
    assert letters(newsroom) == []
    assert await rows(newsroom, Announcement) == []


async def listen(newsroom: Newsroom, post_id: UUID, many: int) -> None:
    """So many who have proved their address listen to a thread."""

    def work(session: Session) -> None:
        people = [Correspondent(id=new_id(), email=f"reader{number}@example.org") for number in range(many)]
        session.add_all(people)
        session.flush()
        facts: dict[str, Any] = {"scope": Scope.THREAD, "about": post_id, "locale": "ar", "confirmed_at": NOON}
        session.add_all(Subscription(id=new_id(), correspondent_id=person.id, **facts) for person in people)

    await newsroom.db.write(work)


async def test_a_thousand_are_told_by_hundreds_and_a_second_run_tells_nobody_again(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    await listen(newsroom, post_id, 250)
    comment = await write(newsroom, "One")
    state = newsroom.app.state
    # the first hundred are told, then the worker dies: the job runs again from the beginning
    more = await newsroom.db.write(notices.announce, UUID(comment["id"]), keys=state.keys, at=NOON)
    assert more
    await newsroom.night()
    await newsroom.db.write(notices.announce, UUID(comment["id"]), keys=state.keys, at=NOON)
    await newsroom.night()
    assert len(letters(newsroom)) == 250
    assert len({letter.to for letter in letters(newsroom)}) == 250
    assert {letter.locale for letter in letters(newsroom)} == {"ar"}
    assert await rows(newsroom, Announcement) == []


# --- the end of it


async def subscribed(newsroom: Newsroom) -> tuple[str, str]:
    """Salma listens to an answer and to the thread; the paths that end one of it and all."""
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    mine = await confirmed(newsroom, "One", email=SALMA, notify="replies")
    await confirmed(newsroom, "Two", email=SALMA, notify="thread")
    newsroom.post.letters.clear()
    await write(newsroom, "Three", parent_id=mine["id"])
    await newsroom.night()
    one_path, all_path = links_in(letters(newsroom, SALMA)[0])
    assert letters(newsroom, SALMA)[0].unsubscribe_url == f"https://news.example{one_path}"
    return one_path, all_path


async def test_one_click_ends_one_subscription(newsroom: Newsroom) -> None:
    path, _ = await subscribed(newsroom)
    body = {"data": {"List-Unsubscribe": "One-Click"}}
    answers = [await newsroom.reader.post(path, **body) for _ in range(2)]  # type: ignore[arg-type]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await subscriptions(newsroom)) == 1
    assert len(await told(newsroom, "subscription.ended")) == 1


async def test_all_letters_end_and_the_address_is_forgotten(newsroom: Newsroom) -> None:
    _, path = await subscribed(newsroom)
    assert "Stop all letters" in (await newsroom.reader.get(path)).text
    assert (await newsroom.reader.post(path)).status_code == 200
    assert await subscriptions(newsroom) == []
    assert await rows(newsroom, Correspondent) == []
    newsroom.post.letters.clear()
    await write(newsroom, "Four")
    await newsroom.night()
    assert letters(newsroom) == []


async def test_the_reader_key_stays_private(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    comment = await write(newsroom, "One", email=SALMA, headers=reader_key(newsroom))
    stored = await one(newsroom, comment["id"])
    assert stored
    assert stored.reader_id
    moderator = await newsroom.staff("moderator")
    seen = await moderator.get(f"/v1/editor/comments/{comment['id']}")
    assert str(stored.reader_id) not in seen.text
    assert await told(newsroom, "comment.verified") == []
