"""Whatever happens to a dossier, in whatever order: the public reads exactly the version that was put before it, at
exactly its time, and every change is one event.
"""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import httpx
import pytest
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.events.models import Event
from app.posts import workflow
from app.posts.models import Life
from app.posts.workflow import Action
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS
from tests.posts.dossier import Dossier, Snapshot

pytestmark = pytest.mark.anyio

T = TypeVar("T")
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SOON = st.none() | st.integers(1, 40)  # seconds
# what can happen next, and with what
STEPS = st.one_of(
    *(st.tuples(st.just("edit"), st.booleans()) for _ in range(2)),
    *(st.tuples(st.just("review"), st.sampled_from(sorted(workflow.REVIEWING))) for _ in range(2)),
    *(st.tuples(st.just("publish"), st.none() | st.integers(0, 9)) for _ in range(2)),
    *(st.tuples(st.just("schedule"), SOON, SOON) for _ in range(3)),
    *(st.tuples(st.just("wait_for"), st.integers(1, 60), st.booleans()) for _ in range(3)),
    st.tuples(st.just("unschedule")),
    st.tuples(st.just("take_back"), st.sampled_from([Action.UNPUBLISH, Action.WITHDRAW])),
    st.tuples(st.just("put_away"), st.sampled_from([Action.TRASH, Action.RESTORE, Action.REINSTATE])),
    st.tuples(st.just("correct")),
)
# the door of each action
DOORS: dict[Action, tuple[str, str]] = {
    Action.UNPUBLISH: ("DELETE", "/publication"),
    Action.WITHDRAW: ("PUT", "/withdrawal"),
    Action.REINSTATE: ("DELETE", "/withdrawal"),
    Action.TRASH: ("DELETE", ""),
    Action.RESTORE: ("POST", "/restoration"),
}


class Desktop:
    """An editor at work on one story; the server runs in the loop of the test."""

    stories = 0
    second = 0

    def __init__(self, newsroom: Newsroom, desk: Desk) -> None:
        type(self).stories += 1
        self.newsroom, self.desk = newsroom, desk
        self.slug = f"harbour-{self.stories}"
        draft = {"title": self.title(1), "slug": self.slug, "locale": "ar", "body": "قبل الفجر."}
        self.later(1)
        made = self.wait(desk.post, POSTS, json=draft)
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        self.dossier = Dossier([Snapshot(1, draft["title"])], told=["post.created"])

    def happen(self, steps: list[tuple[Any, ...]]) -> None:
        """One step after the other; after each all is as it should be."""
        for number, (name, *facts) in enumerate(steps):
            note(f"{number}: {name} {facts} at {self.second}: {self.dossier}")
            getattr(self, name)(*facts)
            self.the_public_reads_what_is_published()
            self.the_desk_knows()
        self.every_change_was_one_event()

    def wait(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any, **facts: Any) -> T:
        """The answer of the server."""
        return from_thread.run(partial(work, *args, **facts))

    def later(self, seconds: int) -> datetime:
        """Time passes: when it is then."""
        type(self).second += seconds
        now = NOON + timedelta(seconds=self.second)
        self.newsroom.set_clock(now)
        return now

    def title(self, number: int) -> str:
        """Words that no other revision of any story has."""
        return f"الميناء story{self.stories}version{number}end"

    def send(self, action: Action, method: str, path: str, body: Any = None) -> bool:
        """Whether the door took it: exactly what the tables know, and all else is refused with what is possible."""
        now = self.later(1)
        self.dossier.pass_time(now)
        answer: httpx.Response = self.wait(
            self.desk.request, method, f"{POSTS}/{self.id}{path}", json=body, headers={"If-Match": "*"}
        )
        if self.dossier.may(action):
            assert answer.is_success, (action, answer.text)
            return True
        assert answer.status_code == 409, (action, answer.text)
        assert answer.json()["code"] == "illegal_move", answer.text
        assert set(answer.json()["allowed"]) == self.allowed(), answer.text
        return False

    def allowed(self) -> set[str]:
        """What the door's `allowed` should list."""
        return {action.value for action in Action if self.dossier.may(action)}

    def edit(self, autosave: bool) -> None:
        """A new title."""
        title = self.title(self.dossier.newest.number + 1)
        if self.send(Action.EDIT, "PATCH", f"?autosave={str(autosave).lower()}", {"title": title}):
            self.dossier.edit(title)

    def review(self, action: Action) -> None:
        """A move of the review, bound to the newest revision."""
        body = {"action": action.value, "revision": self.dossier.newest.number, "note": "من أجل الدقة"}
        if self.send(action, "POST", "/transitions", body):
            self.dossier.review(action)

    def publish(self, place: int | None) -> None:
        """The newest revision, or one that is still there."""
        kept = [one.number for one in self.dossier.snapshots]
        listed = self.wait(self.desk.get, f"{POSTS}/{self.id}/revisions", params={"limit": 100}).json()["items"]
        there = [number for number in kept if number in {item["number"] for item in listed}]
        number = self.dossier.newest.number if place is None else there[place % len(there)]
        body = None if place is None else {"revision": number}
        if self.send(Action.PUBLISH, "PUT", "/publication", body):
            self.dossier.publish(number, NOON + timedelta(seconds=self.second))

    def schedule(self, publish_in: int | None, lasts: int | None) -> None:
        """It appears later, or goes later, or both."""
        if publish_in is None and lasts is None:
            return
        now = NOON + timedelta(seconds=self.second + 1)
        appears = None if publish_in is None else now + timedelta(seconds=publish_in)
        goes = None if lasts is None else (appears or now) + timedelta(seconds=lasts)
        if appears is None and self.dossier.life is not Life.PUBLISHED:
            return
        body = {"publish_at": appears and appears.isoformat(), "unpublish_at": goes and goes.isoformat()}
        if self.send(Action.SCHEDULE, "PUT", "/schedule", body):
            self.dossier.schedule(appears, goes)

    def unschedule(self) -> None:
        """Nothing happens by itself any more."""
        if self.send(Action.UNSCHEDULE, "DELETE", "/schedule"):
            self.dossier.unschedule()

    def take_back(self, action: Action) -> None:
        """The public loses it."""
        method, path = DOORS[action]
        body = {"reason": "lawyer", "notice": "سُحبت هذه المادة."} if action is Action.WITHDRAW else None
        if self.send(action, method, path, body):
            self.dossier.take_back(action)

    def put_away(self, action: Action) -> None:
        """Into the trash or out of it, or back after a withdrawal."""
        method, path = DOORS[action]
        if self.send(action, method, path):
            self.dossier.put_away(action)

    def correct(self) -> None:
        """A correction in public."""
        if self.send(Action.CORRECT, "POST", "/corrections", {"kind": "correction", "text": "الاسم الصحيح سلمى."}):
            self.dossier.corrections += 1
            self.dossier.told.append("post.corrected")

    def wait_for(self, seconds: int, at_work: bool) -> None:
        """Time passes, with the night shift at work or not."""
        self.dossier.pass_time(self.later(seconds))
        if at_work:
            self.wait(self.newsroom.night)

    def the_public_reads_what_is_published(self) -> None:
        """The story, the list of its language, and what search in lists finds: this version or none."""
        reader, live = self.newsroom.reader, self.dossier.live
        story: httpx.Response = self.wait(reader.get, f"/v1/posts/{self.slug}")
        listed = self.wait(reader.get, "/v1/posts", params={"ids": self.id}).json()["items"]
        for snapshot in self.dossier.snapshots[-6:]:
            found = self.wait(reader.get, "/v1/posts", params={"q": snapshot.title}).json()["items"]
            assert len(found) == (live is not None and snapshot.title == live.title), snapshot
        if live is None:
            assert story.status_code == (410 if self.dossier.life is Life.WITHDRAWN else 404), story.text
            assert listed == []
            return
        assert (story.status_code, story.json()["title"]) == (200, live.title)
        assert [item["title"] for item in listed] == [live.title]
        assert len(story.json()["corrections"]) == self.dossier.corrections

    def the_desk_knows(self) -> None:
        """What editors see of it, the night shift having been there or not."""
        post = self.wait(self.desk.get, f"{POSTS}/{self.id}").json()
        seen = self.dossier
        assert (post["life"], post["state"]) == (seen.life.value, seen.state.value), seen
        assert (post["revision"], post["title"]) == (seen.newest.number, seen.newest.title)
        assert post["live_revision"] == (seen.live.number if seen.live else None)
        assert post["scheduled_revision"] == (seen.pinned.number if seen.pinned else None)
        assert set(post["allowed"]) == self.allowed()

    def every_change_was_one_event(self) -> None:
        """What was told is what happened, in order; what its time brought is told at the latest now."""
        self.wait(self.newsroom.night)
        assert self.wait(events, self.newsroom, self.id) == self.dossier.told


async def events(newsroom: Newsroom, post_id: str) -> list[str]:
    """The names of all that was told of this dossier."""

    def names(session: Session) -> list[str]:
        rows = session.exec(select(Event).order_by(col(Event.id)))
        return [row.name for row in rows if str(row.subject_id) == post_id]

    return await newsroom.stored(names)


async def test_the_public_sees_exactly_the_published_version(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEPS, min_size=20, max_size=30))
    def live(steps: list[tuple[Any, ...]]) -> None:
        Desktop(newsroom, desk).happen(steps)

    await to_thread.run_sync(live)
