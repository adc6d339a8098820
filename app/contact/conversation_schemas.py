"""The conversation as its sender reads and continues it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.contact.models import MessageKind
from app.contact.schemas import Envelope, Text, said
from app.core.language import Direction

ToldState = Literal["received", "open", "answered", "closed"]


class ConversationTurn(BaseModel):
    """What one side said."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    sent_by: Annotated[Literal["sender", "newsroom"], Field(alias="from")]
    author: Annotated[str | None, Field(description="the name of the site, for what the newsroom said")]
    body: Annotated[str, Field(description="empty when it is sealed")]
    sealed: Annotated[str | None, Field(description="the envelope that was sent, which not even its sender can open")]
    at: Annotated[datetime, Field(description="in a conversation about a tip the day alone")]


class Conversation(BaseModel):
    """A message and what was said since, oldest first."""

    reference: Annotated[str, Field(examples=["7K3F-9QXT"])]
    kind: MessageKind
    state: ToldState
    locale: str
    dir: Direction
    messages: list[ConversationTurn]


class FollowUp(BaseModel):
    """What the sender adds: a text or, to a tip, an envelope."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sealed: Annotated[
        Envelope | None, Field(description="in place of `body`, an envelope as `POST /v1/contact` takes it for a tip")
    ] = None
    body: Annotated[
        Text | None,
        Field(validate_default=True, description="needed, unless sealed", examples=["I found the letter."]),
    ] = None

    _said = field_validator("body")(said)
