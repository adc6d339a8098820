"""Webhooks and their deliveries on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from app.core.http.paging import PageQuery
from app.core.merge_patch import Patch
from app.core.text import Line
from app.webhooks import workflow
from app.webhooks.messages import message_id
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Endpoint


def _pattern(value: str) -> str:
    if fault := workflow.fault(value):
        code, detail = fault
        raise PydanticCustomError(code, "{detail}", {"detail": detail})
    return value


def _once_each(patterns: list[str]) -> list[str]:
    return list(dict.fromkeys(patterns))


Url = Annotated[
    str,
    Line(2_000),
    Field(description="http or https, on the public internet", examples=["https://hooks.example.org/masthead"]),
]
Description = Annotated[str, Line(300, min_length=0), Field(examples=["يبني الموقع من جديد"])]
Patterns = Annotated[
    list[Annotated[str, Line(64), AfterValidator(_pattern)]],
    Field(
        min_length=1,
        max_length=100,
        description="names such as `post.published`, all of a room as `comment.*`, or `*`: every event that concerns "
        "the public. What concerns the newsroom alone (`contact.*`, `post.created`) is sent when it is asked for",
        examples=[["post.*", "comment.published"]],
    ),
    AfterValidator(_once_each),
]


class WebhookCreate(BaseModel):
    """Another server that wants to hear what happens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    description: Description = ""
    events: Patterns = [workflow.EVERYTHING]


class WebhookPatch(Patch):
    """What to change; `events` is replaced as a whole."""

    url: Url = ""
    description: Description = ""
    events: Patterns = Field(default_factory=list)
    enabled: Annotated[
        StrictBool, Field(description="on again, it goes on where it stopped, three days back at most")
    ] = True


class WebhookEndpoint(BaseModel):
    """A server that is told what happens."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    url: str
    description: str
    events: Annotated[list[str], Field(examples=[["post.*", "comment.published"]])]
    enabled: bool
    disabled_reason: Annotated[
        DisabledReason | None, Field(description="by a person, by an answer of 410, or after five days without success")
    ]
    generation: Annotated[int, Field(description="how many secrets there have been, the present one included")]
    rotated_at: Annotated[datetime | None, Field(description="for 24 hours after it the former secret signs as well")]
    failures: Annotated[int, Field(description="tries in a row that failed because the receiver is in trouble")]
    failing_since: datetime | None
    retry_at: Annotated[datetime | None, Field(description="when a receiver in trouble is tried next")]
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime

    @classmethod
    def of(cls, endpoint: Endpoint) -> "WebhookEndpoint":
        """An endpoint without its secret, which is shown when it is made only."""
        return cls.model_validate(endpoint)


class WebhookWithSecret(WebhookEndpoint):
    """The same with the secret that signs from now on: shown now, not kept, never shown again."""

    secret: Annotated[str, Field(examples=["whsec_dGhpcnR5LXR3byBieXRlcyBmb3IgYW4gZXhhbXBsZSE="])]


class DeliveryQuery(PageQuery):
    """How the log is filtered."""

    state: DeliveryState | None = None


class WebhookDelivery(BaseModel):
    """What became of one event for one webhook, newest try."""

    id: UUID
    event_id: UUID
    message_id: Annotated[str, Field(description="`webhook-id` of every try", examples=["msg_019aab54c3de7f0a"])]
    event: Annotated[str, Field(examples=["post.published"])]
    state: DeliveryState
    attempts: int
    status: Annotated[int | None, Field(description="of the last answer; null when there was none", examples=[503])]
    error: str
    milliseconds: int | None
    retry_at: Annotated[datetime | None, Field(description="when it is tried next, if it waits")]
    created_at: datetime
    tried_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery, endpoint: Endpoint) -> "WebhookDelivery":
        """A row of the log; the first of the line is tried when its endpoint is."""
        in_line = delivery.state is DeliveryState.WAITING and delivery.retry_at is None
        retry_at = endpoint.retry_at if in_line else delivery.retry_at
        facts = delivery.model_dump(exclude={"endpoint_id", "retry_at"})
        return cls(**facts, message_id=message_id(delivery.event_id), retry_at=retry_at)
