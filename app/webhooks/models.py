"""Endpoints with their place in the diary, and what became of each delivery."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, enum_text


class DisabledReason(StrEnum):
    """Why nothing is sent to an endpoint any more."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class Endpoint(SQLModel, table=True):
    """A subscriber. It has been told, or is being told beside the line, everything up to `position` in the diary.

    Secrets are derived from id and `generation`, so none stands here. While `failures` counts, the receiver is in
    trouble since `failing_since`, and nothing is sent before `retry_at`.
    """

    __tablename__ = "webhook_endpoint"

    id: UUID = Field(primary_key=True)
    url: str = Field(max_length=2_000)
    description: str = Field(default="", max_length=300)
    events: list[str] = Field(sa_type=JSON_TYPE)
    enabled: bool = True
    disabled_reason: DisabledReason | None = Field(default=None, sa_type=enum_text(DisabledReason))
    position: int = Field(sa_type=BigInteger)
    generation: int = 1
    rotated_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    version: int = 1
    created_at: datetime
    created_by: UUID | None = None
    updated_at: datetime


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"


class Delivery(SQLModel, table=True):
    """One event for one endpoint, always under the event's id, however often it is tried or replayed.

    What waits without a `retry_at` is the first of the line and waits for the endpoint's; with one it is beside it.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_newest", "endpoint_id", "created_at", "id"),
        Index("ix_webhook_delivery_due", "endpoint_id", "state", "retry_at"),
        Index("ix_webhook_delivery_event", "endpoint_id", "event_id", unique=True),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    endpoint_id: UUID = Field(foreign_key="webhook_endpoint.id")
    event_id: UUID
    event: str = Field(max_length=64)
    state: DeliveryState = Field(sa_type=enum_text(DeliveryState))
    attempts: int = 0
    status: int | None = None
    error: str = Field(default="", max_length=300)
    milliseconds: int | None = None
    retry_at: datetime | None = None
    created_at: datetime
    tried_at: datetime | None = None
