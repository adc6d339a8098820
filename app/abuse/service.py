"""What the stack writes down, and when it forgets it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.abuse import workflow
from app.abuse.models import SpentChallenge, Trace
from app.abuse.sketch import Sketch
from app.core.clock import day_of
from app.core.columns import table_of
from app.core.render_tokens import FormKind


def leave_trace(session: Session, id: UUID, form: FormKind, sketch: Sketch | None, *, at: datetime) -> None:
    """Remember a text for a day; the later text of the same id takes the place of the earlier one."""
    bands = dict(zip(_BANDS, sketch or (None,) * len(_BANDS), strict=True))
    row = _insert(session)(table_of(Trace)).values(id=id, form=form, seen_at=at, **bands)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=bands))


_BANDS = ("first_band", "second_band", "third_band", "fourth_band")


def spend(session: Session, challenge: str, *, at: datetime) -> bool:
    """Use a challenge up, until the day after its end; False when somebody did before."""
    row = _insert(session)(table_of(SpentChallenge)).values(key=challenge, until=day_of(at) + timedelta(days=2))
    return session.execute(row.on_conflict_do_nothing().returning(table_of(SpentChallenge).c.key)).first() is not None


def forget(session: Session, ids: set[UUID]) -> None:
    """Drop the traces of texts that were deleted."""
    session.execute(delete(Trace).where(col(Trace.id).in_(ids)))


def sweep(session: Session, *, at: datetime) -> None:
    """Drop the traces that are a day old and the challenges that have run out."""
    session.execute(delete(Trace).where(col(Trace.seen_at) <= at - workflow.WINDOW))
    session.execute(delete(SpentChallenge).where(col(SpentChallenge.until) <= at))


def _insert(session: Session) -> type[sqlite.Insert] | type[postgresql.Insert]:
    return sqlite.Insert if session.get_bind().dialect.name == "sqlite" else postgresql.Insert
