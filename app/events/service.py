"""Writing the diary."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.ids import new_id, random_id
from app.events.models import Event

_RANDOM = 4

Reaction = Callable[[Session, "Happened"], None]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as its reactions see it."""

    name: str
    subject_id: UUID | None
    data: dict[str, Any]
    at: datetime


def record(
    session: Session, name: str, subject_id: UUID | None, *, by: Actor, at: datetime, private: bool = False, **data: Any
) -> None:
    """Write one event in the caller's transaction; a `private` one has a random id and only the day as its time."""
    when = at.replace(hour=0, minute=0, second=0, microsecond=0) if private else at
    # contact messages have random ids, and so has all that is recorded about them
    under_random_id = private or (subject_id is not None and subject_id.version == _RANDOM)
    session.add(
        Event(
            id=random_id() if under_random_id else new_id(),
            name=name,
            subject_id=subject_id,
            actor_id=by.id,
            origin=by.origin,
            request_id="" if private else by.request_id,
            data=data,
            at=when,
        )
    )
    reactions: dict[str, tuple[Reaction, ...]] = session.info.get("reactions", {})
    for reaction in reactions.get(name, ()):
        reaction(session, Happened(name, subject_id, data, at))
