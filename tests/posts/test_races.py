"""Fifty at once: one wins, the others are told, and nobody meets an error of ours."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.core.clock import now, wire_time
from app.events.models import Event
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened

pytestmark = pytest.mark.anyio

MANY = 50


async def test_one_of_many_publishers_publishes(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    door, match = f"{POSTS}/{post['id']}/publication", {"If-Match": post["etag"]}
    answers = await asyncio.gather(*(desk.put(door, headers=match) for _ in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: MANY - 1}
    assert await newsroom.stored(lambda session: told(session, "post.published")) == 1


async def test_who_edits_while_others_publish_loses_nothing(newsroom: Newsroom) -> None:
    """Without a version to compare all may be taken, one after the other: the public has one of the texts, whole."""
    desk = await newsroom.staff("editor")
    post = await opened(desk, title="Title 0", dek="Dek 0")
    door = f"{POSTS}/{post['id']}"

    def call(number: int) -> Any:
        if number % 2:
            return desk.put(f"{door}/publication", headers={"If-Match": "*"})
        texts = {"title": f"Title {number}", "dek": f"Dek {number}"}
        return desk.patch(door, json=texts, headers={"If-Match": "*"})

    answers = await asyncio.gather(*(call(number) for number in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {200: MANY}
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert story["title"].split()[1] == story["dek"].split()[1]
    numbers = [answer.json()["revision"] for answer in answers[::2]]
    assert sorted(numbers) == list(range(2, 2 + MANY // 2))


async def test_one_of_many_gets_the_slug(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    posts = [await opened(desk, title=f"Harbour {number}") for number in range(MANY)]
    calls = (desk.patch(f"{POSTS}/{post['id']}", json={"slug": "المرفأ"}, headers={"If-Match": "*"}) for post in posts)
    answers = await asyncio.gather(*calls)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: MANY - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"slug_taken"}


async def test_many_who_look_at_the_moment_see_it_and_it_is_told_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    began = now()
    newsroom.set_clock(began)
    post = await opened(desk, title="المرفأ")
    moment = began + timedelta(minutes=5)
    planned = await desk.put(
        f"{POSTS}/{post['id']}/schedule", json={"publish_at": wire_time(moment)}, headers={"If-Match": "*"}
    )
    assert planned.status_code == 200, planned.text
    newsroom.set_clock(moment)

    def call(number: int) -> Any:
        if number % 3 == 2:
            return desk.get(f"{POSTS}/{post['id']}")
        return newsroom.reader.get(f"/v1/posts/{post['slug']}" if number % 3 else "/v1/posts")

    answers = await asyncio.gather(*(call(number) for number in range(MANY)), newsroom.night())
    for number, answer in enumerate(answers[:MANY]):
        assert answer.status_code == 200, answer.text
        assert '"published"' in answer.text if number % 3 == 2 else post["id"] in answer.text
    assert await newsroom.stored(lambda session: told(session, "post.published")) == 1


def told(session: Session, name: str) -> int:
    """How often the diary tells of it."""
    return len(session.exec(select(Event).where(col(Event.name) == name)).all())
