"""What time it is: read once at the door and handed down as `at=`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator


def _written(value: object) -> object:
    """RFC 3339 text only, never a number of seconds; in a query a `+` arrives as a space."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("must be a time such as 2026-11-22T18:00:00Z")
    return value.replace(" ", "+")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time between the years 1 and 9999") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`, as every answer writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day_of(moment: datetime) -> datetime:
    """The beginning of its day in UTC: all that may be written down about when a tip came."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def monotonic() -> float:
    """Seconds for measuring durations, never for dates."""
    return time.perf_counter()
