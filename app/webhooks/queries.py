"""Reading endpoints, their log, and what may be sent next."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, func
from sqlmodel import Session, and_, col, exists, or_, select

from app.core import statements
from app.core.actor import Actor
from app.core.columns import table_of
from app.core.db import Prepared, as_uuid
from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.ids import parse_id
from app.core.keyset import decode_cursor, encode_cursor
from app.events import queries as events_queries
from app.events.models import Event
from app.site import queries as site_queries
from app.staff import queries as staff_queries
from app.webhooks import messages
from app.webhooks.errors import DeliveryNotFound, WebhookNotFound
from app.webhooks.messages import Due
from app.webhooks.models import Delivery, DeliveryState, Endpoint
from app.webhooks.schemas import DeliveryQuery, WebhookDelivery, WebhookEndpoint
from app.webhooks.workflow import TEST, names_of

_ENDPOINT = table_of(Endpoint).c
# of plain columns: asked after every event of the site, it makes no objects
_AWAKE = Prepared(
    lambda: (
        select(_ENDPOINT.id, cast(_ENDPOINT.events, Text), _ENDPOINT.position)
        .where(_ENDPOINT.enabled, or_(_ENDPOINT.retry_at.is_(None), _ENDPOINT.retry_at <= bindparam("at")))
        .order_by(_ENDPOINT.id)
    )
)


class Awake(NamedTuple):
    """An endpoint that may be sent something now."""

    id: UUID
    events: list[str]
    position: int


def list_awake(session: Session, *, at: datetime) -> list[Awake]:
    """Endpoints that are switched on and not in trouble just now, in the order in which several are to be held."""
    found = statements.rows(session, _AWAKE, {"at": at})
    return [Awake(UUID(str(as_uuid(id_))), json.loads(events), position) for id_, events, position in found]


# for guards: whoever manages webhooks sees each
sight = staff_queries.sight_of(Endpoint, "webhook_id", WebhookNotFound)


def delivery_sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: a delivery of the webhook in the path. Raises WebhookNotFound, DeliveryNotFound."""
    sight(session, actor, path)
    delivery_id = parse_id(path["delivery_id"])
    delivery = session.get(Delivery, delivery_id) if delivery_id else None
    if delivery is None or delivery.endpoint_id != parse_id(path["webhook_id"]):
        raise DeliveryNotFound()


def get_endpoint(session: Session, webhook_id: UUID) -> Endpoint:
    """The endpoint. Raises WebhookNotFound."""
    endpoint = session.get(Endpoint, webhook_id)
    if endpoint is None:
        raise WebhookNotFound()
    return endpoint


def find_locked(session: Session, webhook_id: UUID) -> Endpoint | None:
    """The endpoint, held until the commit; whoever writes about its deliveries holds it first."""
    return session.exec(select(Endpoint).where(col(Endpoint.id) == webhook_id).with_for_update()).first()


def count_locked(session: Session) -> int:
    """How many endpoints there are; those who count at the same time wait for each other."""
    session.exec(select(Endpoint.id).order_by(col(Endpoint.id)).with_for_update()).all()
    return session.exec(select(func.count()).select_from(Endpoint)).one()


def list_endpoints(session: Session, query: PageQuery) -> Page[WebhookEndpoint]:
    """A page in the order of their making. Raises Invalid for another list's cursor."""
    statement = select(Endpoint).order_by(col(Endpoint.id))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, "webhooks", (UUID,))
        statement = statement.where(col(Endpoint.id) > last)
    found = session.exec(statement.limit(query.limit + 1)).all()
    rows, following = page_of(found, query.limit, lambda row: encode_cursor("webhooks", (row.id,)))
    return Page(items=[WebhookEndpoint.of(row) for row in rows], next=following, total=total)


def list_deliveries(session: Session, webhook_id: UUID, query: DeliveryQuery) -> Page[WebhookDelivery]:
    """A page of an endpoint's log, newest first. Raises WebhookNotFound, Invalid for another list's cursor."""
    endpoint = get_endpoint(session, webhook_id)
    scope = f"deliveries {webhook_id} {query.state}"
    newest = select(Delivery).where(col(Delivery.endpoint_id) == webhook_id)
    if query.state is not None:
        newest = newest.where(col(Delivery.state) == query.state)
    total = total_of(session, newest, query)
    if query.cursor is not None:
        made, last = decode_cursor(query.cursor, scope, (datetime, UUID))
        when = col(Delivery.created_at)
        newest = newest.where(or_(when < made, and_(when == made, col(Delivery.id) < last)))
    newest = newest.order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc()).limit(query.limit + 1)
    rows, following = page_of(
        session.exec(newest).all(), query.limit, lambda row: encode_cursor(scope, (row.created_at, row.id))
    )
    return Page(items=[WebhookDelivery.of(row, endpoint) for row in rows], next=following, total=total)


def get_delivery(session: Session, delivery_id: UUID) -> Delivery:
    """The delivery; its endpoint is held already. Raises DeliveryNotFound."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None:
        raise DeliveryNotFound()
    return delivery


def find_delivery(session: Session, endpoint_id: UUID, event_id: UUID) -> Delivery | None:
    """The row about this event, None before its first try."""
    about = (col(Delivery.endpoint_id) == endpoint_id, col(Delivery.event_id) == event_id)
    return session.exec(select(Delivery).where(*about)).first()


def find_in_line(session: Session, endpoint_id: UUID) -> Delivery | None:
    """The first of the line when it has been tried in vain."""
    waits = (col(Delivery.endpoint_id) == endpoint_id, col(Delivery.state) == DeliveryState.WAITING)
    return session.exec(select(Delivery).where(*waits, col(Delivery.retry_at).is_(None))).first()


def find_first(session: Session, position: int, patterns: Sequence[str]) -> Event | None:
    """The next event behind a position that these patterns name; what was imported happened long ago."""
    wanted = (events_queries.named(names_of(tuple(patterns))), col(Event.origin) != "import")
    onwards = select(Event).where(col(Event.position) > position, *wanted).order_by(col(Event.position)).limit(1)
    return session.exec(onwards).first()


def is_owed(session: Session, endpoint: Awake, *, at: datetime) -> bool:
    """Whether something could be sent now, in the line or beside it."""
    beside = (col(Delivery.endpoint_id) == endpoint.id, col(Delivery.state) == DeliveryState.WAITING)
    waits = session.exec(select(exists().where(*beside, col(Delivery.retry_at) <= at))).one()
    return waits or find_first(session, endpoint.position, endpoint.events) is not None


def find_due(session: Session, endpoint_id: UUID, *, at: datetime) -> Due | None:
    """The message that may go out now: a test at once; during trouble nothing else until it is time for one probe,
    which is the first of the line; else what is due beside the line, then the line.
    """
    endpoint = session.get(Endpoint, endpoint_id)
    if endpoint is None or not endpoint.enabled:
        return None
    beside = _find_beside(session, endpoint, at=at)
    if beside is not None and beside.event == TEST:
        return beside
    if endpoint.retry_at is not None and endpoint.retry_at > at:
        return None
    if beside is not None and not endpoint.failures:
        return beside
    first = find_first(session, endpoint.position, endpoint.events)
    return beside if first is None else _due(session, endpoint, first, first.position)


def _find_beside(session: Session, endpoint: Endpoint, *, at: datetime) -> Due | None:
    """Tests first, then whatever is due for the longest time."""
    waits = (col(Delivery.endpoint_id) == endpoint.id, col(Delivery.state) == DeliveryState.WAITING)
    longest = (col(Delivery.event) != TEST, col(Delivery.retry_at), col(Delivery.id))
    due = select(Delivery).where(*waits, col(Delivery.retry_at) <= at).order_by(*longest).limit(1)
    delivery = session.exec(due).first()
    if delivery is None:
        return None
    if delivery.event == TEST:
        return _message(endpoint, delivery.event_id, TEST, messages.ping_body(endpoint.id, delivery.created_at), None)
    return _due(session, endpoint, session.get_one(Event, delivery.event_id), None)


def _due(session: Session, endpoint: Endpoint, event: Event, position: int | None) -> Due:
    path = event.data.get("path")
    url = site_queries.get_addresses(session).url(path) if path else None
    return _message(endpoint, event.id, event.name, messages.body(event, url), position)


def _message(endpoint: Endpoint, event_id: UUID, event: str, body: str, position: int | None) -> Due:
    secrets = (endpoint.generation, endpoint.rotated_at)
    return Due(endpoint.id, endpoint.url, *secrets, event_id, event, body, position)
