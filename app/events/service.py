"""Writing the diary, and giving its entries their order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.core import statements
from app.core.actor import Actor
from app.core.clock import day_of
from app.core.columns import table_of
from app.core.ids import new_id, random_id
from app.core.turns import take_turn
from app.events import queries
from app.events.models import Event
from app.events.workflow import CATALOGUE
from app.jobs import service as jobs

_EVENT = table_of(Event)
_RANDOM = 4
_PLACES = 0x6D61737402  # the turn in which positions are given

Reaction = Callable[[Session, "Happened"], None]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as its reactions see it."""

    name: str
    subject_id: UUID | None
    data: dict[str, Any]
    at: datetime
    private: bool = False


@dataclass(frozen=True, slots=True)
class Reactions:
    """What follows an event: functions in its transaction, tasks enqueued with it, functions after every one."""

    at_once: Mapping[str, tuple[Reaction, ...]]
    tasks: Mapping[str, tuple[str, ...]]
    always: tuple[Reaction, ...] = ()


def record(
    session: Session, name: str, subject_id: UUID | None, *, by: Actor, at: datetime, private: bool = False, **data: Any
) -> None:
    """Write one event in the caller's transaction; a `private` one has a random id and only the day as its time.
    Raises KeyError for a name that the catalogue does not have.
    """
    _ = CATALOGUE[name]
    # contact messages have random ids, and so has all that is recorded about them
    under_random_id = private or (subject_id is not None and subject_id.version == _RANDOM)
    row = {
        "id": random_id() if under_random_id else new_id(),
        "name": name,
        "subject_id": subject_id,
        "actor_id": by.id,
        "origin": by.origin,
        "request_id": "" if private else by.request_id,
        "data": data,
        "at": day_of(at) if private else at,
        "private": private,
    }
    statements.add(session, _EVENT, row)
    if by.origin != "import":  # what is imported happened long ago
        _react(session, Happened(name, subject_id, data, at, private))


def _react(session: Session, happened: Happened) -> None:
    reactions: Reactions | None = session.info.get("reactions")
    if reactions is None:
        return
    for reaction in (*reactions.at_once.get(happened.name, ()), *reactions.always):
        reaction(session, happened)
    subject = str(happened.subject_id) if happened.subject_id else None
    for task in reactions.tasks.get(happened.name, ()):
        jobs.enqueue(session, task, at=happened.at, private=happened.private, subject_id=subject)


def place(session: Session, *, at: datetime) -> None:
    """Number what was committed since the last time. A number is given after the commit and by one session at a time,
    so a reader who is past 6 never misses a 5; private events follow when their day is over, in no order.
    """
    take_turn(session, _PLACES)
    rank = func.row_number().over(order_by=(col(Event.at), col(Event.id))).label("rank")
    waiting = select(col(Event.id), rank).where(queries.waits_for_place(at=at)).subquery()
    last = queries.last_position(session)
    placed = update(Event).where(col(Event.id) == waiting.c.id).values(position=last + waiting.c.rank)
    session.execute(placed.execution_options(synchronize_session=False))
