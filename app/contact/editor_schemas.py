"""Contact messages as the newsroom reads and works on them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.contact.models import MessageKind, MessageState
from app.core.clock import Moment
from app.core.email import Email
from app.core.http.paging import PageQuery
from app.core.language import Direction
from app.core.text import Prose
from app.mail.models import MailState


class InboxQuery(PageQuery):
    """How the inbox is filtered; filters combine as and."""

    state: Annotated[
        MessageState | None, Field(description="without it: all but `spam` and `purged`", examples=["new"])
    ] = None
    kind: MessageKind | None = None
    assignee: UUID | None = None
    flag: Annotated[
        str | None, Field(pattern="^[a-z_]{1,32}$", description="messages that carry this flag", examples=["links"])
    ] = None
    snoozed: Annotated[bool | None, Field(description="put off until a time to come, or not")] = None
    delivery: Annotated[
        Literal["failed"] | None, Field(description="messages with a letter that was refused, bounced or given up")
    ] = None
    q: Annotated[
        str | None,
        Field(max_length=200, description="beginnings of words in name, subject, body, replies and reference"),
    ] = None


class Person(BaseModel):
    """Someone of the newsroom."""

    id: UUID
    name: str


class NoteShown(BaseModel):
    """A remark that only the newsroom sees."""

    id: UUID
    author: Person | None
    body: str
    written_at: Annotated[datetime, Field(description="below a tip the day alone")]


class ContactDelivery(BaseModel):
    """A letter about a message, and what became of it."""

    id: UUID
    template: Annotated[str, Field(examples=["contact_reply"])]
    recipient: str
    state: MailState
    response: Annotated[str, Field(description="what the mail server said last")]
    attempts: int
    created_at: datetime
    sent_at: datetime | None


class ContactTurn(BaseModel):
    """A turn of the conversation after the first message."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    id: UUID
    sent_by: Annotated[Literal["newsroom", "sender"], Field(alias="from")]
    author: Annotated[Person | None, Field(description="who wrote it, of the newsroom")]
    body: str
    sealed: Annotated[str | None, Field(description="the envelope, for those who hold `contact.open_sealed`")]
    written_at: Annotated[datetime, Field(description="below a tip the day alone")]
    delivery: Annotated[ContactDelivery | None, Field(description="the letter in which a reply went out")]


class ContactSubmission(BaseModel):
    """A message as the newsroom reads it."""

    id: UUID
    reference: str
    kind: MessageKind
    state: MessageState
    flags: Annotated[list[str], Field(examples=[["links"]])]
    name: str
    email: str | None
    subject: str
    body: Annotated[str, Field(description="empty when the message is sealed")]
    locale: str
    dir: Direction
    received_at: Annotated[datetime, Field(description="of a tip the day alone")]
    assignee: Person | None
    notes: list[NoteShown]
    replies: Annotated[list[ContactTurn], Field(description="both sides, in the order in which they were written")]
    deliveries: Annotated[list[ContactDelivery], Field(description="letters about it, for a month")]
    sealed: Annotated[str | None, Field(description="the envelope, for those who hold `contact.open_sealed`")]
    snoozed_until: datetime | None
    allowed: Annotated[list[MessageState], Field(description="the states that it may be moved to")]


class SubmissionPatch(BaseModel):
    """What may be changed about a message (JSON Merge Patch): null removes assignee and snooze."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Annotated[MessageState | None, Field(description="never null")] = None
    assignee: Annotated[UUID | None, Field(description="someone with an open account who may read contact")] = None
    snoozed_until: Moment | None = None

    @field_validator("state")
    @classmethod
    def _never_null(cls, state: MessageState | None) -> MessageState:
        if state is None:
            raise ValueError("must not be null: every message has a state")
        return state


class NoteText(BaseModel):
    """A remark to write below a message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Annotated[str, Prose(10_000), Field(examples=["I have called her: she sends documents on Monday."])]


class ReplyText(BaseModel):
    """An answer to the sender."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Annotated[str, Prose(20_000), Field(examples=["شكرا لك، صحّحنا الخبر هذا الصباح."])]


class PersonToErase(BaseModel):
    """Whose messages are to be erased."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Email


class Erased(BaseModel):
    """How much was erased."""

    erased: Annotated[int, Field(description="messages whose content is gone", examples=[2])]
