"""How an endpoint's line moves: what each try means for the message, for those behind it, and for the endpoint."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, select

from app.core.actor import system
from app.core.ids import new_id, random_id
from app.events import queries as events_queries
from app.events import service as events_service
from app.events.service import record
from app.jobs import service as jobs
from app.webhooks import queries, workflow
from app.webhooks.messages import Due
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Endpoint
from app.webhooks.workflow import Verdict

BY = system("webhooks")
_RANDOM = 4
_MOST_ERROR = 300
_BATCH = 1_000


class Tried(NamedTuple):
    """What came of one try; no `status` when there was no answer, `wished` when the receiver asked us to wait."""

    status: int | None
    error: str
    milliseconds: int
    wished: timedelta | None = None


def wake(session: Session, endpoint_id: UUID, *, at: datetime, delay: timedelta = timedelta(0)) -> None:
    """Owe this endpoint whatever it may be sent by then; its jobs never run side by side."""
    twin = f"webhook:{endpoint_id}"
    jobs.enqueue(session, workflow.DELIVER, at=at, delay=delay, twin=twin, endpoint_id=str(endpoint_id))


def wake_all(session: Session, *, at: datetime) -> None:
    """Wake every endpoint that may be sent something; the others are told that nothing up to here was for them."""
    end = events_queries.last_position(session)  # first: what is placed meanwhile lies behind it
    for endpoint in queries.list_awake(session, at=at):
        if queries.is_owed(session, endpoint, at=at):
            wake(session, endpoint.id, at=at)
        elif endpoint.position < end:
            unmoved = (col(Endpoint.id) == endpoint.id, col(Endpoint.position) == endpoint.position)
            session.execute(update(Endpoint).where(*unmoved).values(position=end))


def end_of_diary(session: Session, *, at: datetime) -> int:
    """The position behind all that has happened, tips of today excepted. Whoever holds endpoints may ask; nobody takes
    hold of one afterwards, or two would wait for each other.
    """
    if events_queries.is_behind(session, at=at):
        events_service.place(session, at=at)
    return events_queries.last_position(session)


def note(session: Session, due: Due, tried: Tried, *, chance: float, at: datetime) -> None:
    """Write down one try and what follows from it: told, later, beside the line, given up, or switched off."""
    endpoint = queries.find_locked(session, due.endpoint_id)
    if endpoint is None:
        return
    delivery = queries.find_delivery(session, endpoint.id, due.event_id)
    if _is_settled(endpoint, delivery, due):
        return
    delivery = delivery or _opened(session, due, at=at)
    delivery.attempts += 1
    delivery.status, delivery.error = tried.status, tried.error[:_MOST_ERROR]
    delivery.milliseconds, delivery.tried_at = tried.milliseconds, at
    verdict = workflow.judge(tried.status)
    if verdict is Verdict.DELIVERED:
        _tell(endpoint, delivery, due)
    elif due.event == workflow.TEST:
        delivery.state, delivery.retry_at = DeliveryState.PARKED, None
    elif verdict is Verdict.TROUBLE and due.position is not None:
        _hold(session, endpoint, delivery, due.position, tried, chance=chance, at=at)
    elif verdict is not Verdict.GONE:
        _step_beside(session, endpoint, delivery, due, tried, chance=chance, at=at)
    if verdict is Verdict.GONE:
        switch_off(session, endpoint, DisabledReason.GONE, at=at)


def _is_settled(endpoint: Endpoint, delivery: Delivery | None, due: Due) -> bool:
    """Whether another worker, who took us for dead, has told it meanwhile, or a person has taken it out of the line."""
    if due.position is not None:
        return due.position <= endpoint.position
    return delivery is None or delivery.state is not DeliveryState.WAITING


def _opened(session: Session, due: Due, *, at: datetime) -> Delivery:
    """The row of a first try; its id says no more about the time than the event's."""
    delivery = Delivery(
        id=random_id() if due.event_id.version == _RANDOM else new_id(),
        endpoint_id=due.endpoint_id,
        event_id=due.event_id,
        event=due.event,
        state=DeliveryState.WAITING,
        created_at=at,
    )
    session.add(delivery)
    return delivery


def _tell(endpoint: Endpoint, delivery: Delivery, due: Due) -> None:
    delivery.state, delivery.retry_at = DeliveryState.DELIVERED, None
    _move_on(endpoint, due)


def _move_on(endpoint: Endpoint, due: Due) -> None:
    """The receiver has answered the first of the line: it is well, and the next one's turn has come."""
    if due.position is not None:
        endpoint.position = due.position
        _forgive(endpoint)


def _forgive(endpoint: Endpoint) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.retry_at = 0, None, None


def _hold(
    session: Session,
    endpoint: Endpoint,
    delivery: Delivery,
    position: int,
    tried: Tried,
    *,
    chance: float,
    at: datetime,
) -> None:
    """The receiver is in trouble: all wait behind this one. Given up, it makes room for a probe with the next at once:
    it may have been the one that the receiver stumbles over.
    """
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    delivery.state, delivery.retry_at = DeliveryState.WAITING, None
    if at - endpoint.failing_since >= workflow.PATIENCE:
        switch_off(session, endpoint, DisabledReason.FAILING, at=at)
    elif workflow.was_last_try(delivery.attempts):
        _park(session, delivery, at=at)
        endpoint.position, endpoint.retry_at = position, None
    else:
        delay = workflow.wait(endpoint.failures, tried.wished, chance=chance)
        endpoint.retry_at = at + delay
        wake(session, endpoint.id, at=at, delay=delay)


def _step_beside(
    session: Session, endpoint: Endpoint, delivery: Delivery, due: Due, tried: Tried, *, chance: float, at: datetime
) -> None:
    """This message has its own tries from now on, and holds up nobody."""
    _move_on(endpoint, due)
    if workflow.was_last_try(delivery.attempts):
        _park(session, delivery, at=at)
        return
    delay = workflow.wait(delivery.attempts, tried.wished, chance=chance)
    delivery.state, delivery.retry_at = DeliveryState.WAITING, at + delay
    wake(session, endpoint.id, at=at, delay=delay)


def _park(session: Session, delivery: Delivery, *, at: datetime) -> None:
    delivery.state, delivery.retry_at = DeliveryState.PARKED, None
    webhook_id = str(delivery.endpoint_id)
    record(session, "delivery.parked", delivery.id, by=BY, at=at, webhook_id=webhook_id, event=delivery.event)


def switch_off(session: Session, endpoint: Endpoint, reason: DisabledReason, *, at: datetime) -> None:
    """Send nothing any more; what waits keeps its place. An endpoint that is off already keeps its reason."""
    if endpoint.enabled:
        endpoint.enabled, endpoint.disabled_reason = False, reason
        endpoint.version += 1
        endpoint.updated_at = at
        record(session, "webhook.disabled", endpoint.id, by=BY, at=at, reason=reason.value)


def restart(session: Session, endpoint: Endpoint, *, at: datetime) -> None:
    """Forget past trouble, give the first of the line all its tries again, and go on at once."""
    _forgive(endpoint)
    first = queries.find_in_line(session, endpoint.id)
    if first is not None:
        first.attempts = 0
    wake(session, endpoint.id, at=at)


def resume(session: Session, endpoint: Endpoint, *, at: datetime) -> None:
    """Go on where the endpoint was switched off; what is older than three days by then is never told."""
    end = end_of_diary(session, at=at)
    first = queries.find_first(session, endpoint.position, endpoint.events)
    if first is not None and first.at < at - workflow.STALE:
        endpoint.position = end
        _drop_first(session, endpoint, "not told in time: the webhook was switched off", at=at)
    restart(session, endpoint, at=at)


def drop_unwanted(session: Session, endpoint: Endpoint, *, at: datetime) -> None:
    """Take the first of the line out when the endpoint's patterns no longer name it."""
    first = queries.find_in_line(session, endpoint.id)
    if first is not None and first.event not in workflow.names_of(tuple(endpoint.events)):
        _drop_first(session, endpoint, "not told: the webhook no longer wants such events", at=at)


def _drop_first(session: Session, endpoint: Endpoint, why: str, *, at: datetime) -> None:
    first = queries.find_in_line(session, endpoint.id)
    if first is not None:
        first.error = why
        _park(session, first, at=at)


def forget(session: Session, *, before: datetime) -> bool:
    """Drop a batch of deliveries that came to their end before this moment; True when there may be more."""
    ended = (col(Delivery.state) != DeliveryState.WAITING, col(Delivery.tried_at) < before)
    batch = select(Delivery.id).where(col(Delivery.created_at) < before, *ended).limit(_BATCH)
    dropped = session.execute(delete(Delivery).where(col(Delivery.id).in_(batch)))
    return cast(CursorResult[Any], dropped).rowcount == _BATCH
