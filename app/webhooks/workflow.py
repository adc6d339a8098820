"""The rules of webhooks: which events a pattern names, what an answer means, how long to wait, when to give up."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache

from app.events.workflow import CATALOGUE, Audience, room_of

DELIVER = "webhooks.deliver"
TEST = "webhook.test"  # told to one endpoint when somebody presses a button; no event of the diary

MOST_ENDPOINTS = 50
EVERYTHING = "*"

# seconds before the second try, the third …, as Standard Webhooks 1.0 has them; the first try is made at once
DELAYS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
LONGEST_WISH = timedelta(days=1)
PATIENCE = timedelta(days=5)  # a line that has failed for so long is switched off
STALE = timedelta(days=3)  # what waited longer is not told when an endpoint is switched on again
BOTH_SECRETS = timedelta(hours=24)
KEPT = timedelta(days=30)

_BUSY, _GONE, _UNAVAILABLE = 429, 410, 503

OFFERED = {name: audience for name, audience in CATALOGUE.items() if audience is not Audience.LOG}
_ROOMS = sorted({room_of(name) for name in OFFERED})


def fault(pattern: str) -> tuple[str, str] | None:
    """What is wrong with a pattern, as code and detail with what would be right; None when it names something."""
    if _named(pattern):
        return None
    if any(_matches(pattern, name) for name in CATALOGUE):
        return "log_only", "names what stands in the log alone and is never sent; what is sent: " + ", ".join(
            f"{room}.*" for room in _ROOMS
        )
    near = [name for name in sorted(OFFERED) if room_of(name) == room_of(pattern)] or [f"{room}.*" for room in _ROOMS]
    return "unknown_event", "must be * (every public event), a room as post.*, or a name: " + ", ".join(near)


@lru_cache(maxsize=256)
def names_of(patterns: tuple[str, ...]) -> frozenset[str]:
    """The events that these patterns name together."""
    return frozenset(name for pattern in patterns for name in _named(pattern))


def _named(pattern: str) -> Iterable[str]:
    """The bare `*` means what anybody may know; what is for the newsroom must be asked for."""
    if pattern == EVERYTHING:
        return [name for name, audience in OFFERED.items() if audience is Audience.PUBLIC]
    return [name for name in OFFERED if _matches(pattern, name)]


def _matches(pattern: str, name: str) -> bool:
    return pattern in (name, f"{room_of(name)}.*")


class Verdict(Enum):
    """What one try says about the receiver and about the message."""

    DELIVERED = "it has taken the message"
    REFUSED = "it is well and does not want this message"
    TROUBLE = "it can take nothing just now"
    GONE = "it wants nothing any more"


def judge(status: int | None) -> Verdict:
    """The verdict over a status; None when there was no answer."""
    if status is None or status == _BUSY or status >= 500:
        return Verdict.TROUBLE
    if status == _GONE:
        return Verdict.GONE
    return Verdict.DELIVERED if 200 <= status < 300 else Verdict.REFUSED


def complaint(status: int) -> str:
    """What the log says beside a status; nothing of the answer's body, which may hold anything."""
    if judge(status) is Verdict.DELIVERED:
        return ""
    return f"answered {status}" + (": redirects are not followed" if 300 <= status < 400 else "")


def wish(status: int, header: str | None, *, at: datetime) -> timedelta | None:
    """How long a busy receiver asked us to wait (`Retry-After` in seconds or as a date), a day at most."""
    if header is None or status not in (_BUSY, _UNAVAILABLE):
        return None
    try:
        wait = _seconds(header) if header.isdigit() else _until(header, at)
    except ValueError:
        return None
    return min(max(wait, timedelta(0)), LONGEST_WISH)


def _seconds(header: str) -> timedelta:
    return timedelta(seconds=min(int(header), LONGEST_WISH.total_seconds()))


def _until(header: str, at: datetime) -> timedelta:
    return datetime.strptime(header, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC) - at


def wait(failures: int, wished: timedelta | None, *, chance: float) -> timedelta:
    """How long after so many failures the next try is made: as the table says, a little later by `chance` (0 to 1) so
    that what failed together does not come back together, and never sooner than the receiver wished.
    """
    by_table = timedelta(seconds=DELAYS[min(failures, len(DELAYS)) - 1] * (1 + JITTER * chance))
    return max(by_table, wished or by_table)


def was_last_try(attempts: int) -> bool:
    """Whether a message that was tried so often is given up."""
    return attempts > len(DELAYS)
