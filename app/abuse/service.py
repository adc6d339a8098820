"""What the stack writes down, and when it forgets it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.abuse import workflow
from app.abuse.models import SpentChallenge, Trace
from app.abuse.sketch import Sketch
from app.core import statements
from app.core.clock import day_of
from app.core.columns import table_of
from app.core.db import Twofold
from app.core.render_tokens import FormKind


def leave_trace(session: Session, id: UUID, form: FormKind, sketch: Sketch | None, *, at: datetime) -> None:
    """Remember a text for a day; the later text of the same id takes the place of the earlier one."""
    bands = dict(zip(_BANDS, sketch or (None,) * len(_BANDS), strict=True))
    statements.change(session, _REMEMBER, {**bands, "id": id, "form": form.value, "seen_at": at})


def spend(session: Session, challenge: str, *, at: datetime) -> bool:
    """Use a challenge up, until the day after its end; False when somebody did before."""
    row = {"key": challenge, "until": day_of(at) + timedelta(days=2)}
    return bool(statements.rows(session, _SPEND, row))


def forget(session: Session, ids: set[UUID]) -> None:
    """Drop the traces of texts that were deleted."""
    session.execute(delete(Trace).where(col(Trace.id).in_(ids)))


def sweep(session: Session, *, at: datetime) -> None:
    """Drop the traces that are a day old and the challenges that have run out."""
    session.execute(delete(Trace).where(col(Trace.seen_at) <= at - workflow.WINDOW))
    session.execute(delete(SpentChallenge).where(col(SpentChallenge.until) <= at))


_BANDS = ("first_band", "second_band", "third_band", "fourth_band")
_TRACE, _SPENT = table_of(Trace), table_of(SpentChallenge)
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _remember(database: str) -> Any:
    row = _INSERT[database](_TRACE).values({column.name: bindparam(column.name) for column in _TRACE.columns})
    changed = {name: row.excluded[name] for name in _BANDS}
    return row.on_conflict_do_update(index_elements=["id"], set_=changed)


def _spend(database: str) -> Any:
    row = _INSERT[database](_SPENT).values(key=bindparam("key"), until=bindparam("until"))
    return row.on_conflict_do_nothing().returning(_SPENT.c.key)


_REMEMBER = Twofold(_remember)
_SPEND = Twofold(_spend)
