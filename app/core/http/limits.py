"""Rate limits that hold over several processes: fixed windows counted in the database, one UPSERT each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from limits import RateLimitItem, parse
from sqlalchemy import Text, bindparam, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core import statements
from app.core.columns import table_of
from app.core.day_keys import day_key, find_day_key, sealed
from app.core.db import Twofold
from app.core.errors import TooMany
from app.core.keys import Keys


class RateCounter(SQLModel, table=True):
    """How often something happened in one window; the key is a hash under the key of the day, so that no address stands
    here, and none can be found again tomorrow.
    """

    __tablename__ = "rate_counter"

    key: str = Field(primary_key=True, max_length=64)
    hits: int
    ends_at: datetime = Field(index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in the notation of the limits library, such as `10/minute`, and what it counts; over a day at most."""

    name: str
    rate: str

    @property
    def item(self) -> RateLimitItem:
        """The parsed rate."""
        return _parsed(self.rate)


_parsed = lru_cache(maxsize=64)(parse)

GUEST_POSTS = Limit("guest-post", "10/minute")  # comments, reports and contact messages of one network together
# reader keys are to be had for nothing: what one network can add to one comment is bounded, whoever it says it is
RECOMMENDATIONS = Limit("recommendation", "120/minute")
RECOMMENDATIONS_OF_ONE = Limit("recommendation-of-one", "20/day")
REPORTS_OF_ONE = Limit("report-of-one", "2/day")  # of one network: alone it reaches no threshold above two


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts under keys that name no one; switched off only for measuring."""

    keys: Keys
    on: bool = True

    def hit(self, session: Session, limits: Sequence[tuple[Limit, str]], *, at: datetime) -> None:
        """Count one attempt under each (limit, subject); raises TooMany, which is recorded, when one is over."""
        if not self.on:
            return
        over = [excess for limit, subject in limits if (excess := self._count(session, limit, subject, at))]
        if over:
            limit, seconds = max(over, key=lambda pair: pair[1])
            item = limit.item
            raise TooMany(
                f"at most {_said(item)} are allowed; try again in {seconds} seconds",
                headers={
                    "Retry-After": str(seconds),
                    "RateLimit": f'"{limit.name}";r=0;t={seconds}',
                    "RateLimit-Policy": f'"{limit.name}";q={item.amount};w={item.get_expiry()}',
                },
            )

    def _count(self, session: Session, limit: Limit, subject: str, at: datetime) -> tuple[Limit, int] | None:
        item = limit.item
        window = item.get_expiry()
        number = int(at.timestamp()) // window
        ends_at = datetime.fromtimestamp((number + 1) * window, UTC)
        key = _key(day_key(session, at.date()), self.keys, limit, number, subject)
        ((hits,),) = statements.rows(session, _COUNTED, {"key": key, "ends_at": ends_at})
        return (limit, max(1, math.ceil((ends_at - at).total_seconds()))) if hits > item.amount else None


def _said(item: RateLimitItem) -> str:
    unit = item.GRANULARITY.name
    return f"{item.amount} per {unit if item.multiples == 1 else f'{item.multiples} {unit}s'}"


def _key(day_key: bytes, keys: Keys, limit: Limit, number: int, subject: str) -> str:
    """Windows divide the day and begin with it: one key of a day serves each."""
    return sealed(day_key, keys, "limits", f"{limit.name} {number} {subject}").hex()


def recent_keys(session: Session, keys: Keys, limit: Limit, subject: str, *, at: datetime) -> dict[str, str]:
    """The parameters of `RECENT_HITS` for a subject; nothing is made, so a reading session may ask."""
    number, today = int(at.timestamp()) // limit.item.get_expiry(), find_day_key(session, at.date())
    if today is None:  # on a day without a key nothing was counted yet
        return {"window": "", "window_before": ""}
    window, before = (_key(today, keys, limit, each, subject) for each in (number, number - 1))
    return {"window": window, "window_before": before}


# how often a subject was counted in this window of the day and the one before, to stand in a query
RECENT_HITS = (
    select(func.coalesce(func.sum(RateCounter.hits), 0))
    .where(or_(col(RateCounter.key) == bindparam("window"), col(RateCounter.key) == bindparam("window_before")))
    .scalar_subquery()
)


def _upsert(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    ends_at = bindparam("ends_at", type_=UTCDateTime())
    first = insert(table_of(RateCounter)).values(key=bindparam("key", type_=Text()), hits=1, ends_at=ends_at)
    hits = table_of(RateCounter).c.hits
    return first.on_conflict_do_update(index_elements=["key"], set_={"hits": hits + 1}).returning(hits)


_COUNTED = Twofold(_upsert)


def sweep(session: Session, *, at: datetime) -> None:
    """Drop the counters of windows that are over."""
    session.execute(delete(RateCounter).where(col(RateCounter.ends_at) <= at))
