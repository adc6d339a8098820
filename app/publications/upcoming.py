"""Nothing is late: whoever looks first after a scheduled moment brings about what it was to bring, and looks again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, bindparam, exists, select, true
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.clock import monotonic
from app.core.columns import table_of
from app.core.db import Database, Parameters, Prepared, Row, as_uuid
from app.publications.models import Upcoming

log = structlog.get_logger("masthead")

U = table_of(Upcoming).c
AT_ONCE = 50
REST_SECONDS = 1.0

_OVER = U.at <= bindparam("now", type_=UTCDateTime())


def _due() -> Select[Any]:
    return select(U.post_id).where(_OVER).order_by(U.at).limit(bindparam("most"))


DUE = Prepared(_due)


@lru_cache(maxsize=64)
def _timely(statement: Prepared) -> Prepared:
    """The statement with one more column: is anything due? No round trip more, and a step into an index."""
    due = exists(select(true()).where(_OVER)).label("due")
    return Prepared(lambda *shape: statement.build(*shape).add_columns(due))


class Bell:
    """Rung when something is due. `settle(session, post_id, at=…)` does it, in a transaction for each dossier: the desk
    stands above this room, so the house hands its verb in.
    """

    def __init__(self, settle: Callable[..., object]) -> None:
        self._settle = settle
        self._one_rings = asyncio.Lock()
        self._resting: dict[UUID, float] = {}  # what failed is not tried again with every reader

    async def ring(self, db: Database, at: datetime) -> bool:
        """Do all that is due by now, and say whether there was any; a failure leaves the public as it was."""
        if not await self._waiting(db, at):
            return False
        async with self._one_rings:
            while waiting := await self._waiting(db, at):
                for post_id in waiting:
                    await self._try(db, post_id, at)
        return True

    async def _waiting(self, db: Database, at: datetime) -> list[UUID]:
        rows = await db.fast(DUE, {"now": at, "most": AT_ONCE + len(self._resting)})
        ids = dict.fromkeys(post_id for (value,) in rows if (post_id := as_uuid(value)) is not None)
        return [post_id for post_id in ids if self._resting.get(post_id, 0.0) <= monotonic()]

    async def _try(self, db: Database, post_id: UUID, at: datetime) -> None:
        try:
            await db.write(self._settle, post_id, at=at)
        except Exception:  # the reader gets what was public before, the log the reason
            self._resting[post_id] = monotonic() + REST_SECONDS
            log.exception("not_settled", post_id=str(post_id))
        else:
            self._resting.pop(post_id, None)


async def settle(db: Database, at: datetime) -> bool:
    """Do what is due, before something is read in several steps; says whether there was any."""
    bell: Bell = db.info["bell"]
    return await bell.ring(db, at)


async def look(db: Database, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
    """Rows of a hot statement (it takes `now`) as they are when all that is due has been done."""
    timely = _timely(statement)
    rows = await db.fast(timely, parameters, *shape)
    if (rows and not rows[0][-1]) or not await settle(db, parameters["now"]):
        return [row[:-1] for row in rows]
    return [row[:-1] for row in await db.fast(timely, parameters, *shape)]
