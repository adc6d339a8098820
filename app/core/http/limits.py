"""Rate limits that hold over several processes: fixed windows counted in the database, one UPSERT each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from limits import RateLimitItem, parse
from sqlalchemy import Text, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core import statements
from app.core.columns import table_of
from app.core.db import Prepared
from app.core.errors import TooMany
from app.core.keys import Keys


class RateCounter(SQLModel, table=True):
    """How often something happened in one window; the key is a keyed hash, so that no address stands here."""

    __tablename__ = "rate_counter"

    key: str = Field(primary_key=True, max_length=64)
    hits: int
    ends_at: datetime = Field(index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in the notation of the limits library, such as `10/minute`, and what it counts."""

    name: str
    rate: str

    @property
    def item(self) -> RateLimitItem:
        """The parsed rate."""
        return parse(self.rate)


GUEST_POSTS = Limit("guest-post", "10/minute")  # comments, reports and contact messages of one network together


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
                f"at most {limit.rate.replace('/', ' a ')} are allowed; try again in {seconds} seconds",
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
        key = self.keys.mac("limits", f"{limit.name} {number} {subject}".encode()).hex()
        ((hits,),) = statements.rows(
            session, _COUNTED, {"key": key, "ends_at": ends_at}, session.get_bind().dialect.name
        )
        return (limit, max(1, math.ceil((ends_at - at).total_seconds()))) if hits > item.amount else None


def _upsert(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    ends_at = bindparam("ends_at", type_=UTCDateTime())
    first = insert(table_of(RateCounter)).values(key=bindparam("key", type_=Text()), hits=1, ends_at=ends_at)
    hits = table_of(RateCounter).c.hits
    return first.on_conflict_do_update(index_elements=["key"], set_={"hits": hits + 1}).returning(hits)


_COUNTED = Prepared(_upsert)


def sweep(session: Session, *, at: datetime) -> None:
    """Drop the counters of windows that are over."""
    session.execute(delete(RateCounter).where(col(RateCounter.ends_at) <= at))
