"""The rules of the queue: how long to wait before the next try, when to give up, what a task is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session

# seconds before the second try, the third … a network that is down for some minutes parks nothing
DELAYS = (2, 5, 15, 45, 120, 300, 900)
JITTER = 0.2
BEAT = timedelta(seconds=5)
DEAD_AFTER = timedelta(seconds=20)  # four beats missed: its jobs go to others
LONGEST_WAIT = timedelta(days=1)  # whatever the other side asks for
CUT_SHORT = 3  # tries beyond the last that a job may have lost with the processes that made them

Parked = Callable[[Session, Mapping[str, Any], str, datetime], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Something the night shift can do: `run(night, **args)` is safe to repeat; `parked` is told of the last failure.

    `delays` are the seconds before each further try; `seconds` is how long one try may take.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    delays: tuple[int, ...] = DELAYS
    seconds: float = 60.0
    parked: Parked | None = None


def is_worn_out(task: Task, attempts: int) -> bool:
    """Whether this is one try too many: so many before it ended with their processes that the job may be the reason."""
    return attempts > len(task.delays) + 1 + CUT_SHORT


def next_delay(task: Task, attempts: int, *, asked: timedelta | None = None, chance: Random) -> timedelta | None:
    """How long to wait after this many tries, spread by a fifth so that what failed together does not come back so,
    or as long as was `asked` for; None when it was the last.
    """
    if attempts > len(task.delays):
        return None
    if asked is not None:
        return min(max(asked, timedelta(0)), LONGEST_WAIT)
    return timedelta(seconds=task.delays[attempts - 1] * chance.uniform(1 - JITTER, 1 + JITTER))


def next_due(due_at: datetime, interval: timedelta, *, at: datetime) -> datetime:
    """The first time after now in the rhythm of a schedule: what was missed during downtime is made up for once."""
    return due_at + interval * ((at - due_at) // interval + 1)
