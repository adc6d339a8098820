"""Whatever happens to comments, in whatever order: the counts are equal everywhere, the public sees exactly what is
published and the tombstones above it, and every change is exactly one event.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.comments.models import Status
from app.comments.workflow import Action
from app.core.http.limits import Limiter
from tests.comments import talk
from tests.comments.life import THRESHOLD, Batch, Said, Thread
from tests.comments.talk import DECISIONS, NOON
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

T = TypeVar("T")
DEEPEST = 6  # of one answer

SOMEWHERE = st.integers(0, 7)
BELOW = st.none() | SOMEWHERE
ACTIONS = st.sampled_from(Action)
# what can happen next, and with what
STEPS = st.one_of(
    st.tuples(st.just("say"), BELOW, st.booleans()),
    st.tuples(st.just("say"), BELOW, st.just(False)),
    st.tuples(st.just("say_as_staff"), BELOW),
    *(st.tuples(st.just("decide"), SOMEWHERE, ACTIONS, st.just(False)) for _ in range(3)),
    st.tuples(st.just("decide"), SOMEWHERE, ACTIONS, st.booleans()),
    st.tuples(st.just("undo"), SOMEWHERE),
    st.tuples(st.just("edit"), SOMEWHERE, st.booleans()),
    st.tuples(st.just("withdraw"), SOMEWHERE),
    st.tuples(st.just("report"), SOMEWHERE),
)


class Life:
    """Readers and moderators at work in one thread; the server runs in the loop of the test."""

    threads = 0
    second = 0

    def __init__(self, newsroom: Newsroom, desk: Desk) -> None:
        type(self).threads += 1
        self.newsroom, self.desk = newsroom, desk
        self.slug = f"harbour-{self.threads}"
        self.thread = Thread()
        self.post_id = self.wait(talk.open_thread, newsroom, self.slug)
        self.told = len(self.wait(talk.events, newsroom))
        self.expected: list[str] = []

    def happen(self, steps: list[tuple[Any, ...]]) -> None:
        """One step after the other; after each all is as it should be."""
        for name, *facts in steps:
            if name.startswith("say") or (self.thread.batches if name == "undo" else self.thread.comments):
                getattr(self, name)(*facts)
                self.everyone_sees_what_is_published()
                self.every_change_is_one_event()

    def wait(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any, **facts: Any) -> T:
        """The answer of the server."""
        return from_thread.run(partial(work, *args, **facts))

    def later(self) -> int:
        """A second passes: which one."""
        type(self).second += 1
        self.newsroom.set_clock(NOON + timedelta(seconds=self.second))
        return self.second

    def one(self, place: int) -> Said:
        """Some comment."""
        return self.thread.comments[place % len(self.thread.comments)]

    def under(self, place: int | None) -> Said | None:
        """Some comment that one answer can still show the answers of; or none."""
        if place is None or not self.thread.comments:
            return None
        return self.one(place) if self.one(place).depth < DEEPEST else None

    def writer(self, said: Said) -> dict[str, str]:
        """The header of who wrote it."""
        return {"Authorization": f"Bearer {self.newsroom.app.state.keys.token('comment-edit', said.id)}"}

    def added(self, answer: httpx.Response, parent: Said | None, *, staff: bool) -> None:
        """The comment, or the refusal because of what it would answer."""
        if parent is not None and parent.status is not Status.PUBLISHED:
            assert answer.status_code == 422, answer.text
            return
        assert answer.status_code in (201, 202), answer.text
        told = answer.json() if staff else answer.json()["comment"]
        self.expected += self.thread.add(Said(UUID(told["id"]), parent, Status(told["status"]), staff=staff))

    def say(self, place: int | None, link: bool) -> None:
        """A reader writes; links are held."""
        parent, number = self.under(place), self.later()
        body = f"تعليق {number} {'https://shop.example' if link else ''}".strip()
        above = {"parent_id": str(parent.id)} if parent else {}
        self.added(self.wait(talk.say, self.newsroom, body, slug=self.slug, **above), parent, staff=False)

    def say_as_staff(self, place: int | None) -> None:
        """The newsroom writes."""
        parent, number = self.under(place), self.later()
        draft = {"body": f"We say {number}."} | ({"parent_id": str(parent.id)} if parent else {})
        answer = self.wait(self.desk.post, f"/v1/editor/posts/{self.post_id}/comments", json=draft)
        self.added(answer, parent, staff=True)

    def decide(self, place: int, action: Action, stale: bool) -> None:
        """A moderator judges what they read, or what they read before."""
        said, step = self.one(place), self.later()
        wanted = {"id": str(said.id), "revision": said.revision + stale, "action": action.value, "reason": "other"}
        answer = self.wait(self.desk.post, DECISIONS, json={"decisions": [wanted]})
        assert answer.status_code == 200, answer.text
        batch, before = Batch(answer.json()["batch"]), said.status
        if stale:
            self.thread.batches.append(batch)
        else:
            self.expected += self.thread.decide(said, action, batch, step)
        assert ("status" in answer.json()["results"][0]) == (batch.said is not None), (before, answer.text)

    def undo(self, place: int) -> None:
        """A moderator takes one of the latest decisions back."""
        self.later()
        batch = self.thread.batches[-1 - place % len(self.thread.batches)]
        answer = self.wait(self.desk.post, f"{DECISIONS}/{batch.id}/undo")
        assert answer.status_code == (409 if batch.undone else 200), answer.text
        self.expected += self.thread.undo(batch)

    def edit(self, place: int, link: bool) -> None:
        """Its writer changes it."""
        said, step = self.one(place), self.later()
        body = f"Changed {step} {'https://shop.example' if link else ''}".strip()
        path = f"/v1/comments/{said.id}"
        answer = self.wait(self.newsroom.reader.patch, path, json={"body": body}, headers=self.writer(said))
        self.expected += self.thread.edit(said, step, held=answer.status_code == 202)

    def withdraw(self, place: int) -> None:
        """Its writer takes it away."""
        self.later()
        said = self.one(place)
        self.wait(self.newsroom.reader.delete, f"/v1/comments/{said.id}", headers=self.writer(said))
        self.expected += self.thread.withdraw(said)

    def report(self, place: int) -> None:
        """Somebody who was not here before reports it."""
        self.later()
        said = self.one(place)
        reader = {"Reader-Key": self.newsroom.app.state.keys.token("reader", uuid4())}
        path = f"/v1/comments/{said.id}/reports"
        answer = self.wait(self.newsroom.reader.post, path, json={"reason": "other"}, headers=reader)
        assert answer.status_code == (202 if said.status is Status.PUBLISHED else 404), answer.text
        self.expected += self.thread.report(said)

    def everyone_sees_what_is_published(self) -> None:
        """The thread with all its answers, and no other."""
        query = {"limit": 100, "depth": DEEPEST, "replies": 20}
        page = self.wait(self.newsroom.reader.get, f"/v1/posts/{self.slug}/comments", params=query).json()
        assert dict(flat(page["items"])) == self.thread.seen()
        assert self.wait(counts, self.newsroom, self.slug, page) == {self.thread.count()}

    def every_change_is_one_event(self) -> None:
        """What was told since the beginning is what happened, in order."""
        assert self.wait(talk.events, self.newsroom)[self.told :] == self.expected


def flat(items: list[dict[str, Any]]) -> list[tuple[str, tuple[str, int | None]]]:
    """Every comment of a page with its status and number of answers."""
    found = []
    for item in items:
        found.append((item["id"], (item["status"], item.get("reply_count"))))
        assert item["replies"]["next"] is None
        found += flat(item["replies"]["items"])
    return found


async def counts(newsroom: Newsroom, slug: str, page: dict[str, Any]) -> set[int]:
    """The count of a story at every place that shows one."""
    story = (await newsroom.reader.get(f"/v1/posts/{slug}")).json()
    listed = (await newsroom.reader.get("/v1/posts", params={"ids": story["id"]})).json()["items"]
    answer = await newsroom.reader.post("/v1/comments/counts", json={"slugs": [slug]})
    places = (page["thread"]["count"], story["comment_count"], story["comments"]["count"], listed[0]["comment_count"])
    return {*places, answer.json()["counts"][slug]}


async def test_a_thread_stays_right_whatever_happens(newsroom: Newsroom) -> None:
    newsroom.app.state.limiter = Limiter(newsroom.app.state.keys, on=False)
    await talk.set_policy(newsroom, "postmoderate", report_threshold=THRESHOLD, edit_window_minutes=1_440)
    desk = await newsroom.staff("moderator")

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEPS, min_size=24, max_size=32))
    def live(steps: list[tuple[Any, ...]]) -> None:
        Life(newsroom, desk).happen(steps)

    await to_thread.run_sync(live)
