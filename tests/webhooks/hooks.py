"""What the tests of webhooks share: subscribers, things that happen, a clock that goes on, a look at the tables."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from app.core.actor import Actor, system
from app.core.ids import new_id
from app.events.models import Event
from app.events.service import record
from app.jobs.models import Job
from app.webhooks.models import Delivery, Endpoint
from tests.newsroom import Newsroom

WEBHOOKS = "/v1/editor/webhooks"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HAND = system("tests")


async def subscribe(desk: httpx.AsyncClient, url: str, *events: str, **members: Any) -> dict[str, Any]:
    """A new webhook; without events it hears of all that is public."""
    body = {"url": url, **({"events": list(events)} if events else {}), **members}
    answer = await desk.post(WEBHOOKS, json=body)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def happen(
    newsroom: Newsroom,
    name: str = "post.published",
    subject: UUID | None = None,
    *,
    by: Actor = HAND,
    private: bool = False,
    **data: Any,
) -> UUID:
    """Something happens now; the id of its subject."""
    subject = subject or new_id()
    at = newsroom.app.state.clock()
    await newsroom.db.write(record, name, subject, by=by, at=at, private=private, **data)
    return subject


async def pass_time(newsroom: Newsroom, **span: float) -> datetime:
    """The clock goes on and the night shift works."""
    moment: datetime = newsroom.app.state.clock() + timedelta(**span)
    newsroom.set_clock(moment)
    await newsroom.night()
    return moment


async def row(newsroom: Newsroom, shown: dict[str, Any]) -> Endpoint:
    """The endpoint as it is stored."""
    return await newsroom.stored(lambda session: session.get_one(Endpoint, UUID(shown["id"])))


async def log(newsroom: Newsroom) -> list[Delivery]:
    """Every delivery as it is stored, in the order of the events."""

    def query(session: Session) -> list[Delivery]:
        about = select(Delivery).join(Event, col(Event.id) == col(Delivery.event_id), isouter=True)
        return list(session.exec(about.order_by(col(Event.position))))

    return await newsroom.stored(query)


async def jobs(newsroom: Newsroom) -> list[Job]:
    """The deliveries that are owed."""
    owed = select(Job).where(col(Job.task) == "webhooks.deliver")
    return await newsroom.stored(lambda session: list(session.exec(owed)))


async def diary(newsroom: Newsroom, beginning: str) -> list[Event]:
    """What was recorded under names that begin so, in the order of time."""
    wanted = select(Event).where(col(Event.name).startswith(beginning)).order_by(col(Event.at), col(Event.id))
    return await newsroom.stored(lambda session: list(session.exec(wanted)))
