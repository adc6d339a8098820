"""Who listens to a thread: one task a process hears that something changed, looks once, and wakes all its listeners."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from app.comments.models import Status
from app.comments.prepared import NEWEST, PULSE, Story
from app.comments.shelf import CHANNEL
from app.core.db import Database, as_uuid
from app.core.errors import TooMany, Unavailable
from app.core.ids import parse_id
from app.publications.models import CommentsMode
from app.site.policies import ThreadScope

MOST_LISTENERS = 1_000  # of one process: a connection each, and 20 kB
MOST_OF_ONE_NETWORK = 100  # a /24 or /48 may be a school
POLL_SECONDS = 60  # what a client is told that finds no place

LOOK_SECONDS = 60.0  # nobody calls when a story appears, ends or hides by the clock
PAUSE_SECONDS = 0.1  # between two rounds: in a quarrel ten hints a second are enough
AGAIN_SECONDS = 1.0

_log = structlog.get_logger("masthead")


class Pulse(NamedTuple):
    """What a thread shows: `moves` rises with every change of it."""

    moves: int
    comments: int
    last_id: UUID | None


class Topic:
    """A thread that somebody listens to."""

    def __init__(self, post_id: UUID) -> None:
        self.post_id = post_id
        self.pulse: Pulse | None = None
        self.listeners = 0
        self.over = False
        self._changed = asyncio.Event()

    def tell(self, pulse: Pulse | None) -> None:
        """Take what was seen, unless something newer was seen before; None: the thread is not shown any more."""
        if pulse is None:
            self.over = True
        elif self.pulse is not None and pulse.moves <= self.pulse.moves:
            return
        else:
            self.pulse = pulse
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changes(self, seconds: float) -> bool:
        """Wait until it changes; False when nothing happened for so long."""
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()
        return changed.is_set()


class Hub:
    """The listeners of this process. Nothing runs before the first of them comes, and none holds a connection."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self.db, self.clock = db, clock
        self._topics: dict[UUID, Topic] = {}
        self._networks: Counter[str] = Counter()
        self._dirty: set[UUID] = set()
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return sum(topic.listeners for topic in self._topics.values())

    @contextmanager
    def follow(self, post_id: UUID, network: str) -> Iterator[Topic]:
        """A place among the listeners of a thread, given back at the end. Raises TooMany, Unavailable."""
        self._check_room(network)
        topic = self._topics.get(post_id)
        if topic is None or topic.over:
            topic = self._topics[post_id] = Topic(post_id)
        topic.listeners += 1
        self._networks[network] += 1
        self._begin()
        try:
            yield topic
        finally:
            topic.listeners -= 1
            if not topic.listeners and self._topics.get(post_id) is topic:
                del self._topics[post_id]
            self._networks[network] -= 1
            if not self._networks[network]:
                del self._networks[network]  # no address stays in memory longer than its reader

    def _check_room(self, network: str) -> None:
        later = {"Retry-After": str(POLL_SECONDS)}
        if self._closed or self.listeners >= MOST_LISTENERS:
            raise Unavailable("there is no place left to listen; ask for the thread itself now and then", headers=later)
        if self._networks[network] >= MOST_OF_ONE_NETWORK:
            raise TooMany(f"at most {MOST_OF_ONE_NETWORK} may listen from one network", headers=later)

    async def look(self, topic: Topic) -> None:
        """See what the thread shows now, and wake its listeners if that is new."""
        topic.tell(await _pulse(self.db, topic.post_id, self.clock()))

    def _begin(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.ensure_future(chore) for chore in (self._listen(), self._look_around())]

    async def _listen(self) -> None:
        while not self._closed:
            await self._safely(self.db.listen(CHANNEL, self._hear))
            await asyncio.sleep(AGAIN_SECONDS)

    def _hear(self, thread: str) -> None:
        """A thread has changed; where none is named, any of them may have."""
        post_id = parse_id(thread)
        self._dirty |= set(self._topics) if post_id is None else {post_id}
        self._bell.set()

    async def _look_around(self) -> None:
        while not self._closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._bell.wait()
            dirty = self._dirty if self._bell.is_set() else set(self._topics)
            self._dirty = set()
            self._bell.clear()
            for topic in [self._topics[post_id] for post_id in dirty if post_id in self._topics]:
                if not await self._safely(self.look(topic)):
                    self._hear(str(topic.post_id))
                    await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _safely(self, step: Awaitable[None]) -> bool:
        """Whether it went well: while the database is away, listeners wait."""
        try:
            await step
        except Exception as error:  # noqa: BLE001
            _log.error("the hints of threads stumbled", error=f"{type(error).__name__}: {error}")
            return False
        return True

    def say_goodbye(self) -> None:
        """End every stream soon and take no new listener."""
        self._closed = True
        for topic in self._topics.values():
            topic.tell(None)

    async def close(self) -> None:
        """The same, and stop listening."""
        self.say_goodbye()
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()  # again, because `wait_for` of Python 3.11, by which psycopg waits, can swallow it
            await asyncio.wait(running, timeout=0.5)


async def _pulse(db: Database, post_id: UUID, at: datetime) -> Pulse | None:
    """What a thread shows now, None when nobody may see it. The moves are read first: what comes in between is told
    twice rather than never.
    """
    rows = await db.fast(PULSE, {"post": post_id, "now": at})
    if not rows:
        return None
    moves, *columns = rows[0]
    story = Story(*columns)
    if story.mode(at) is CommentsMode.HIDDEN:
        return None
    group = story.settings.comments.thread_scope is ThreadScope.GROUP
    place = {"post": story.id, "group": story.group_id, "status": Status.PUBLISHED.value}
    newest = await db.fast(NEWEST, place, group)
    return Pulse(moves, story.comment_count, as_uuid(newest[0][0]) if newest else None)
