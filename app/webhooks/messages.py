"""What goes out: thin bodies under the event's id, signed as Standard Webhooks 1.0 says."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook

from app.core.clock import wire_time
from app.core.keys import Keys
from app.events.models import Event
from app.webhooks.workflow import BOTH_SECRETS, TEST

# what an event may tell of its data: never text, names or e-mail, whatever a room may record one day
TOLD = ("kind", "locale", "slug", "previous_slug", "revision", "keys", "post_id", "number", "status", "reference")


@dataclass(frozen=True, slots=True)
class Due:
    """A message that may go out now; without a `position` it stands beside the line."""

    endpoint_id: UUID
    url: str
    generation: int
    rotated_at: datetime | None
    event_id: UUID
    event: str
    body: str
    position: int | None


def message_id(event_id: UUID) -> str:
    """The `webhook-id` of every try and replay: receivers know by it what they have already."""
    return f"msg_{event_id.hex}"


def secret(keys: Keys, endpoint_id: UUID, generation: int) -> str:
    """The secret of one generation, derived again whenever it is needed: no copy is kept."""
    return "whsec_" + base64.b64encode(keys.derive(f"webhook/{endpoint_id}/{generation}")).decode()


def body(event: Event, url: str | None) -> str:
    """What is told of an event; of a private one (a tip) the id of its subject alone."""
    data: dict[str, Any] = {} if event.subject_id is None else {"id": str(event.subject_id)}
    if event.private:
        return _json(event.name, event.at, {"data": data})
    data |= {name: event.data[name] for name in TOLD if name in event.data}
    return _json(event.name, event.at, {"origin": event.origin, "data": data | ({"url": url} if url else {})})


def ping_body(endpoint_id: UUID, at: datetime) -> str:
    """What the test button sends."""
    return _json(TEST, at, {"data": {"id": str(endpoint_id)}})


def _json(name: str, at: datetime, members: Mapping[str, Any]) -> str:
    document = {"type": name, "timestamp": wire_time(at), **members}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def headers(keys: Keys, due: Due, *, at: datetime) -> dict[str, str]:
    """Id, time and signatures; for a day after a rotation the former secret signs beside the new one."""
    name = message_id(due.event_id)
    generations = [due.generation]
    if due.rotated_at is not None and at < due.rotated_at + BOTH_SECRETS:
        generations.append(due.generation - 1)
    secrets = [secret(keys, due.endpoint_id, generation) for generation in generations]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Masthead-Webhooks",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(name, at, due.body) for secret in secrets),
    }
