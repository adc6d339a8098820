"""Contact messages on the wire: as readers write them, as the newsroom reads them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from app.contact.models import MessageKind, MessageState, Submission
from app.core.clock import Moment
from app.core.email import Email
from app.core.http.answers import Created
from app.core.http.paging import PageQuery
from app.core.language import Direction, Locale
from app.core.text import Line, Prose


def _none_if_blank(value: object) -> object:
    """Front ends send the fields of their forms, filled in or not."""
    return None if isinstance(value, str) and not value.strip() else value


EmailOrBlank = Annotated[
    Email | None,
    BeforeValidator(_none_if_blank),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "email", "maxLength": 254}, {"type": "null"}]}),
]


class ContactMessage(BaseModel):
    """A message to the newsroom. Of a `tip`, e-mail address, network and time of day are never stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[MessageKind, Field(description="one of those that the site's contact policy lists")] = (
        MessageKind.MESSAGE
    )
    name: Annotated[Annotated[str, Line(120, 0)] | None, Field(examples=["Salma"])] = None
    email: Annotated[
        EmailOrBlank,
        Field(
            validate_default=True,
            description="where the answer goes: needed unless `kind` is `tip`; what a tip gives here is not stored",
        ),
    ] = None
    subject: Annotated[Annotated[str, Line(200, 0)] | None, Field(examples=["A question about the tram"])] = None
    body: Annotated[str, Prose(20_000), Field(examples=["متى تفتتحون السوق الجديد؟"])]
    sealed: Annotated[StrictStr | None, Field(description="refused for now: this newsroom has published no key")] = None
    locale: Annotated[Locale | None, Field(description="one of the site's; its default unless given")] = None
    render_token: Annotated[StrictStr | None, Field(max_length=4_096)] = None
    altcha: Annotated[StrictStr | None, Field(max_length=16_384)] = None
    homepage: Annotated[StrictStr | None, Field(description="leave this empty: people never see it")] = None
    return_to: Annotated[StrictStr | None, Field(description="where a plain form leads afterwards")] = None

    @field_validator("email")
    @classmethod
    def _answerable(cls, email: str | None, info: ValidationInfo) -> str | None:
        if email is None and info.data.get("kind", MessageKind.TIP) is not MessageKind.TIP:
            raise PydanticCustomError("missing", "an e-mail address is needed, unless kind is tip")
        return email

    @field_validator("sealed")
    @classmethod
    def _no_key(cls, sealed: str | None) -> str | None:
        if sealed is not None:
            raise PydanticCustomError("no_key", "this newsroom has published no key: nothing sealed can be opened")
        return sealed


class Sent(BaseModel):
    """What the writer may refer to; the receipt, derived from the id and kept nowhere, is added when it is answered."""

    reference: Annotated[str, Field(examples=["7K3F-9QXT"])]

    @classmethod
    def of(cls, submission: Submission) -> Created:
        """The part of the answer that may be kept."""
        return Created(cls(reference=submission.reference), about=submission.id, status=202)


class SentMessage(Sent):
    """The answer to a message: a reference to name, a receipt that proves who wrote."""

    receipt: Annotated[str, Field(description="keep it secret: it opens the conversation")]


class InboxQuery(PageQuery):
    """How the inbox is filtered; filters combine as and."""

    state: Annotated[
        MessageState | None, Field(description="without it: all but `spam` and `purged`", examples=["new"])
    ] = None
    kind: MessageKind | None = None
    assignee: UUID | None = None
    q: Annotated[
        str | None, Field(max_length=200, description="beginnings of words in name, subject, body and reference")
    ] = None
    count: Annotated[bool, Field(description="adds `total`")] = False


class Person(BaseModel):
    """Someone of the newsroom."""

    id: UUID
    name: str


class NoteShown(BaseModel):
    """A remark that only the newsroom sees."""

    id: UUID
    author: Person | None
    body: str
    written_at: datetime


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
    body: str
    locale: str
    dir: Direction
    received_at: Annotated[datetime, Field(description="of a tip the day alone")]
    assignee: Person | None
    notes: list[NoteShown]
    replies: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    sealed: str | None = None
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
