"""Reading the diary: onwards in its order for machines, backwards in time for people."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, and_, col, exists, or_, select

from app.core.clock import day_of
from app.events.models import Event


def waits_for_place(*, at: datetime) -> ColumnElement[bool]:
    """Events that can be given their position now: private ones when their day is over."""
    return and_(col(Event.position).is_(None), or_(~col(Event.private), col(Event.at) < day_of(at)))


def is_behind(session: Session, *, at: datetime) -> bool:
    """Whether some event waits for its position."""
    return session.exec(select(exists().where(waits_for_place(at=at)))).one()


def last_position(session: Session) -> int:
    """The highest position given so far; 0 in an empty diary."""
    return session.exec(select(func.max(col(Event.position)))).one() or 0


def find_position(session: Session, event_id: UUID) -> int | None:
    """Where an event stands, None when there is no such event or it has no position yet."""
    return session.exec(select(Event.position).where(col(Event.id) == event_id)).first()


def count_of(session: Session, name: str, subject_id: UUID) -> int:
    """How often this happened to one thing; its latest time counts as soon as it is recorded."""
    happened = (col(Event.subject_id) == subject_id, col(Event.name) == name)
    return session.exec(select(func.count()).select_from(Event).where(*happened)).one()


def named(names: Collection[str]) -> ColumnElement[bool]:
    """One of these names, as an expression that no index has: SQLite would take the index on names and sort what it
    finds (74 ms with 100,000 events), where the index on positions has the order already.
    """
    return (col(Event.name) + "").in_(names)


def find_last(session: Session, *, names: Collection[str]) -> Event | None:
    """The one of these names that stands last in the order."""
    placed = select(Event).where(col(Event.position).is_not(None), named(names))
    return session.exec(placed.order_by(col(Event.position).desc()).limit(1)).first()


def list_after(session: Session, position: int, *, names: Collection[str], limit: int) -> Sequence[Event]:
    """Events of these names behind a position, in order: nothing ever appears before what was listed once."""
    onwards = select(Event).where(col(Event.position) > position, named(names))
    return session.exec(onwards.order_by(col(Event.position)).limit(limit)).all()
