"""The flood breaker: when too many comments are held in a minute, every comment waits until it has calmed down."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from app.abuse.memory_models import Flood
from app.core import statements
from app.core.actor import system
from app.core.columns import table_of
from app.core.db import Prepared, Twofold, as_time
from app.events.service import record
from app.jobs import service as jobs

CALM_AFTER = timedelta(minutes=5)
NOTED_EVERY = timedelta(seconds=1)  # nobody needs to know more exactly when it was high
CALM_TASK = "abuse.calm"
_BY = system("flood breaker")

_FLOOD = table_of(Flood)
_STATE = select(_FLOOD.c.since, _FLOOD.c.high_at)


def since(session: Session, *, at: datetime) -> datetime | None:
    """When the present flood began; None when there is none. A flood that was not seen high for five minutes is over,
    whoever writes that down.
    """
    found = statements.rows(session, _SEEN, {})
    began, high_at = map(_time, found[0]) if found else (None, None)
    return began if began is not None and high_at is not None and at < high_at + CALM_AFTER else None


def count_held(session: Session, most: int, *, at: datetime) -> None:
    """Count one more held comment: above `most` a minute a flood begins, and above half of it a flood goes on.

    The row stays locked until the commit: of many at once one begins the flood.
    """
    ((held, *times),) = statements.rows(session, _COUNT, {"minute": _minute(at)})
    began, high_at = map(_time, times)
    if began is not None and high_at is not None and at < high_at + CALM_AFTER:
        if 2 * held > most and at >= high_at + NOTED_EVERY:
            statements.change(session, _STILL_HIGH, {"high": at})
        return
    if began is not None:
        _end(session, at=at)
    if held > most:
        _note(session, since=at, high_at=at)
        jobs.enqueue(session, CALM_TASK, at=at, delay=CALM_AFTER, twin=CALM_TASK)
        record(session, "flood.started", None, by=_BY, at=at)


def calm(session: Session, *, at: datetime) -> None:
    """End the flood if it was not seen high for five minutes, else look again when it may be over."""
    row = session.execute(_STATE.with_for_update()).first()
    if row is None or row.since is None:
        return
    if at >= row.high_at + CALM_AFTER:
        _end(session, at=at)
    else:
        jobs.enqueue(session, CALM_TASK, at=at, delay=row.high_at + CALM_AFTER - at, twin=CALM_TASK)


def _end(session: Session, *, at: datetime) -> None:
    _note(session, since=None, high_at=None)
    record(session, "flood.ended", None, by=_BY, at=at)


def _note(session: Session, **values: Any) -> None:
    session.execute(update(_FLOOD).values(values))


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _time(value: Any) -> datetime | None:
    return None if value is None else as_time(value)


def _one_more(database: str) -> Any:
    """The clock of another process may be a little behind: what it counts belongs to the later minute."""
    insert = sqlite.insert if database == "sqlite" else postgresql.insert
    new = insert(_FLOOD).values(id=1, held=1, minute=bindparam("minute"))
    same = _FLOOD.c.minute >= new.excluded.minute
    changed = {
        "held": case((same, _FLOOD.c.held + 1), else_=1),
        "minute": case((same, _FLOOD.c.minute), else_=new.excluded.minute),
    }
    counted = new.on_conflict_do_update(index_elements=["id"], set_=changed)
    return counted.returning(_FLOOD.c.held, _FLOOD.c.since, _FLOOD.c.high_at)


_COUNT = Twofold(_one_more)
_SEEN = Prepared(lambda: _STATE)
_STILL_HIGH = Prepared(lambda: update(_FLOOD).values(high_at=bindparam("high", type_=UTCDateTime())))
