"""Every change that a person makes to a webhook."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from app.core.actor import Actor
from app.core.errors import Forbidden, wrong
from app.core.fetch import check_url
from app.core.http.conditional import Match
from app.core.ids import new_id, random_id
from app.events.service import record
from app.staff.permissions import Permission
from app.webhooks import line, queries
from app.webhooks.errors import TooManyWebhooks, WebhookDisabled, WebhookNotFound
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Endpoint
from app.webhooks.schemas import WebhookCreate, WebhookPatch
from app.webhooks.workflow import MOST_ENDPOINTS, TEST


def create(session: Session, new: WebhookCreate, *, allowed: Iterable[str], by: Actor, at: datetime) -> Endpoint:
    """Tell another server what happens from now on. Raises Invalid for an address that must not be called,
    TooManyWebhooks.
    """
    _check_may(by)
    url = _checked(new.url, allowed)
    if queries.count_locked(session) >= MOST_ENDPOINTS:
        raise TooManyWebhooks(f"a site has {MOST_ENDPOINTS} webhooks at most")
    endpoint = Endpoint(
        id=new_id(),
        url=url,
        description=new.description,
        events=new.events,
        position=line.end_of_diary(session, at=at),
        created_at=at,
        created_by=by.id,
        updated_at=at,
    )
    session.add(endpoint)
    session.flush()
    record(session, "webhook.created", endpoint.id, by=by, at=at)
    return endpoint


def _check_may(by: Actor) -> None:
    if not by.may(Permission.WEBHOOKS_MANAGE):
        raise Forbidden()


def _checked(url: str, allowed: Iterable[str]) -> str:
    try:
        return check_url(url, allowed)
    except ValueError as error:
        raise wrong("url", "not_allowed", str(error)) from None


def change(
    session: Session,
    webhook_id: UUID,
    patch: WebhookPatch,
    match: Match,
    *,
    allowed: Iterable[str],
    by: Actor,
    at: datetime,
) -> Endpoint:
    """Change a webhook, switch it off or on. Raises WebhookNotFound, Invalid, Stale."""
    _check_may(by)
    sent = patch.sent()
    if "url" in sent:
        sent["url"] = _checked(sent["url"], allowed)
    endpoint = _held(session, webhook_id, match)
    changes = {name: value for name, value in sent.items() if getattr(endpoint, name) != value}
    if changes:
        endpoint.sqlmodel_update(changes)
        endpoint.version += 1
        endpoint.updated_at = at
        _follow(session, endpoint, changes, at=at)
        name = "webhook.disabled" if changes.get("enabled") is False else "webhook.changed"
        record(session, name, endpoint.id, by=by, at=at, keys=sorted(changes))
    return endpoint


def _held(session: Session, webhook_id: UUID, match: Match) -> Endpoint:
    endpoint = queries.find_locked(session, webhook_id)
    if endpoint is None:
        raise WebhookNotFound()
    match.check_if_sent(endpoint.version, revision=endpoint.version, updated_at=endpoint.updated_at)
    return endpoint


def _follow(session: Session, endpoint: Endpoint, changes: dict[str, Any], *, at: datetime) -> None:
    """What the change means for the line. At another address the receiver may be well."""
    if "events" in changes:
        line.drop_unwanted(session, endpoint, at=at)
    if "enabled" in changes:
        endpoint.disabled_reason = None if endpoint.enabled else DisabledReason.BY_HAND
    if changes.get("enabled"):
        line.resume(session, endpoint, at=at)
    elif "url" in changes:
        line.restart(session, endpoint, at=at)


def delete_endpoint(session: Session, webhook_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """Forget a webhook and its log. Raises WebhookNotFound, Stale."""
    _check_may(by)
    endpoint = _held(session, webhook_id, match)
    session.execute(delete(Delivery).where(col(Delivery.endpoint_id) == endpoint.id))
    session.delete(endpoint)
    session.flush()
    record(session, "webhook.deleted", webhook_id, by=by, at=at)


def rotate(session: Session, webhook_id: UUID, match: Match, *, by: Actor, at: datetime) -> Endpoint:
    """Begin a new secret; the former signs beside it for a day, older ones no more. Raises WebhookNotFound, Stale."""
    _check_may(by)
    endpoint = _held(session, webhook_id, match)
    endpoint.generation += 1
    endpoint.version += 1
    endpoint.rotated_at = endpoint.updated_at = at
    record(session, "webhook.changed", endpoint.id, by=by, at=at, keys=["secret"])
    return endpoint


def ping(session: Session, webhook_id: UUID, *, by: Actor, at: datetime) -> tuple[Delivery, Endpoint]:
    """Owe a test that is tried once, whatever waits or went wrong before. Raises WebhookNotFound, WebhookDisabled."""
    _check_may(by)
    endpoint = _switched_on(session, webhook_id)
    delivery = Delivery(
        id=random_id(),
        endpoint_id=endpoint.id,
        event_id=random_id(),
        event=TEST,
        state=DeliveryState.WAITING,
        retry_at=at,
        created_at=at,
    )
    session.add(delivery)
    line.wake(session, endpoint.id, at=at)
    return delivery, endpoint


def replay(
    session: Session, webhook_id: UUID, delivery_id: UUID, *, by: Actor, at: datetime
) -> tuple[Delivery, Endpoint]:
    """Owe a delivery again under the same id, beside the line and with all its tries; the first of a line that waits
    is tried at once. Raises WebhookNotFound, DeliveryNotFound, WebhookDisabled.
    """
    _check_may(by)
    endpoint = _switched_on(session, webhook_id)
    delivery = queries.get_delivery(session, delivery_id)
    if delivery.state is DeliveryState.WAITING and delivery.retry_at is None:
        endpoint.retry_at = None
    else:
        delivery.state, delivery.attempts, delivery.retry_at = DeliveryState.WAITING, 0, at
    line.wake(session, endpoint.id, at=at)
    return delivery, endpoint


def _switched_on(session: Session, webhook_id: UUID) -> Endpoint:
    endpoint = _held(session, webhook_id, Match())
    if not endpoint.enabled:
        raise WebhookDisabled()
    return endpoint
