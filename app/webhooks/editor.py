"""Webhooks behind the fence."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.keys import Keys
from app.staff.guards import Guard
from app.staff.permissions import Permission
from app.webhooks import messages, queries, service
from app.webhooks.errors import DeliveryNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound
from app.webhooks.models import Delivery, Endpoint
from app.webhooks.schemas import (
    DeliveryQuery,
    WebhookCreate,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookPatch,
    WebhookWithSecret,
)

PATH = "/v1/editor/webhooks"
router = APIRouter(prefix=PATH, tags=["editor: webhooks"], route_class=GuardedRoute)

Admin = Annotated[Actor, Depends(Guard(Permission.WEBHOOKS_MANAGE))]
Owner = Annotated[Actor, Depends(Guard(Permission.WEBHOOKS_MANAGE, sees=queries.sight))]
DeliveryOwner = Annotated[Actor, Depends(Guard(Permission.WEBHOOKS_MANAGE, sees=queries.delivery_sight))]


async def _networks(request: Request) -> tuple[str, ...]:
    allowed: tuple[str, ...] = request.app.state.settings.outgoing_allowed
    return allowed


Allowed = Annotated[tuple[str, ...], Depends(_networks)]


@router.get(
    "",
    operation_id="listWebhooks",
    response_model=Page[WebhookEndpoint],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_webhooks(db: Db, actor: Admin, query: Annotated[PageQuery, Query()]) -> Response:
    """The servers that are told what happens, oldest first."""
    return paged(await db.read(queries.list_endpoints, query), PATH, query)


@router.post(
    "",
    operation_id="createWebhook",
    status_code=201,
    response_model=WebhookWithSecret,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, TooManyWebhooks, StillRunning, UnsupportedMediaType, Invalid
    ),
)
async def create_webhook(
    db: Db, at: Now, keys: SecretKeys, allowed: Allowed, repeat: Idempotency, actor: Admin, new: WebhookCreate
) -> Response:
    """Tell another server what happens from now on. Each event is a POST as Standard Webhooks 1.0 describes it:
    `webhook-id` (the same on every try: receivers drop what they have), `webhook-timestamp`, `webhook-signature`, made
    with the `secret` that is shown in this answer only. The body is `{type, timestamp, origin, data}`, and `data` is
    thin: ids, slugs, the address, never text or names. An answer of 2xx takes the event; 410 switches the webhook off;
    5xx, 429 and silence make all events wait in their order, over three days; any other answer makes this one event
    wait beside the others.
    """
    return await create(
        *(db, repeat, service.create, new),
        allowed=allowed,
        by=actor,
        at=at,
        into=_made,
        secrets=lambda webhook_id: {"secret": messages.secret(keys, webhook_id, 1)},
    )


def _made(endpoint: Endpoint) -> Created:
    return Created(WebhookEndpoint.of(endpoint), endpoint.id, f"{PATH}/{endpoint.id}", endpoint.version)


@router.get(
    "/{webhook_id}",
    operation_id="getWebhook",
    response_model=WebhookEndpoint,
    responses=problems(Unauthenticated, Forbidden, WebhookNotFound),
)
async def get_webhook(db: Db, actor: Owner, webhook_id: UUID) -> Response:
    """One of them, and how its receiver is doing, which does not move the ETag."""
    return await db.read(queries.get_endpoint, webhook_id, into=_shown)


def _shown(endpoint: Endpoint) -> Response:
    return versioned(WebhookEndpoint.of(endpoint), endpoint.version)


@router.patch(
    "/{webhook_id}",
    operation_id="updateWebhook",
    response_model=WebhookEndpoint,
    responses=problems(Malformed, Unauthenticated, Forbidden, WebhookNotFound, Stale, UnsupportedMediaType, Invalid),
)
async def change_webhook(
    db: Db, at: Now, allowed: Allowed, actor: Owner, webhook_id: UUID, match: IfMatch, patch: WebhookPatch
) -> Response:
    """Change a webhook (JSON Merge Patch); If-Match is honoured, not needed. Switched on again, it goes on where it
    stopped and its receiver counts as well; if what waits first is older than three days, it begins with what happens
    from now on. Another `url` is tried at once.
    """
    return await db.write(service.change, webhook_id, patch, match, allowed=allowed, by=actor, at=at, into=_shown)


@router.delete(
    "/{webhook_id}",
    operation_id="deleteWebhook",
    status_code=204,
    responses=problems(Malformed, Unauthenticated, Forbidden, WebhookNotFound, Stale),
)
async def delete_webhook(db: Db, at: Now, actor: Owner, webhook_id: UUID, match: IfMatch) -> Response:
    """Forget a webhook, its secrets and its log; If-Match is honoured, not needed."""
    await db.write(service.delete_endpoint, webhook_id, match, by=actor, at=at)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/rotation",
    operation_id="rotateWebhookSecret",
    response_model=WebhookWithSecret,
    responses=problems(Malformed, Unauthenticated, Forbidden, WebhookNotFound, StillRunning, Stale, Invalid),
)
async def rotate_webhook_secret(
    db: Db, at: Now, keys: SecretKeys, repeat: Idempotency, actor: Owner, webhook_id: UUID, match: IfMatch
) -> Response:
    """Begin a new secret, which this answer shows; for 24 hours the former one signs as well. Rotated twice in a day,
    the first of three secrets ends at once.
    """
    answer = await create(db, repeat, service.rotate, webhook_id, match, by=actor, at=at, into=_rotated)
    return _with_secret(answer, keys)


def _rotated(endpoint: Endpoint) -> Created:
    return Created(WebhookEndpoint.of(endpoint), endpoint.id, version=endpoint.version, status=200)


def _with_secret(answer: Response, keys: Keys) -> Response:
    """The secret of the generation that stands in the answer, be it the first or a repeated one."""
    shown = json.loads(bytes(answer.body))
    shown["secret"] = messages.secret(keys, UUID(shown["id"]), shown["generation"])
    del answer.headers["content-length"]
    return Response(json.dumps(shown, ensure_ascii=False), answer.status_code, dict(answer.headers))


@router.post(
    "/{webhook_id}/test",
    operation_id="testWebhook",
    status_code=202,
    response_model=WebhookDelivery,
    responses=problems(Malformed, Unauthenticated, Forbidden, WebhookNotFound, WebhookDisabled, StillRunning, Invalid),
)
async def test_webhook(db: Db, at: Now, repeat: Idempotency, actor: Owner, webhook_id: UUID) -> Response:
    """Send `webhook.test`, once and now, whatever waits; the log tells what came of it."""
    return await create(db, repeat, service.ping, webhook_id, by=actor, at=at, into=_accepted)


def _accepted(owed: tuple[Delivery, Endpoint]) -> Created:
    delivery, endpoint = owed
    return Created(WebhookDelivery.of(delivery, endpoint), endpoint.id, status=202)


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="listWebhookDeliveries",
    response_model=Page[WebhookDelivery],
    responses=problems(Unauthenticated, Forbidden, WebhookNotFound, Invalid),
)
async def list_webhook_deliveries(
    db: Db, actor: Owner, webhook_id: UUID, query: Annotated[DeliveryQuery, Query()]
) -> Response:
    """What was sent, newest first, and what the receiver said; kept for 30 days after the last try."""
    return paged(await db.read(queries.list_deliveries, webhook_id, query), f"{PATH}/{webhook_id}/deliveries", query)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    operation_id="replayWebhookDelivery",
    status_code=202,
    response_model=WebhookDelivery,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, WebhookNotFound, DeliveryNotFound, WebhookDisabled, StillRunning, Invalid
    ),
)
async def replay_webhook_delivery(
    db: Db, at: Now, repeat: Idempotency, actor: DeliveryOwner, webhook_id: UUID, delivery_id: UUID
) -> Response:
    """Send an event again under the same `webhook-id`, beside the others and with all its tries; the first of a line
    that waits for its receiver is tried at once.
    """
    return await create(db, repeat, service.replay, webhook_id, delivery_id, by=actor, at=at, into=_accepted)
