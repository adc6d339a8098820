"""Contact messages as readers write them, and what they are answered."""

from typing import Annotated

from pydantic import (
    AfterValidator,
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

from app.contact.models import MessageKind, Submission
from app.core import sealing
from app.core.email import Email
from app.core.http.answers import Created
from app.core.language import Locale
from app.core.text import Line, Prose


def _none_if_blank(value: object) -> object:
    """Front ends send the fields of their forms, filled in or not."""
    return None if isinstance(value, str) and not value.strip() else value


EmailOrBlank = Annotated[
    Email | None,
    BeforeValidator(_none_if_blank),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "email", "maxLength": 254}, {"type": "null"}]}),
]


def _envelope(text: str) -> str:
    try:
        sealing.inspect(text)
    except ValueError as error:
        raise PydanticCustomError("bad_envelope", "{reason}", {"reason": str(error)}) from None
    return text


Envelope = Annotated[StrictStr, Field(max_length=sealing.MOST_TEXT), AfterValidator(_envelope)]
Text = Annotated[str, Prose(20_000)]


def said(body: str | None, info: ValidationInfo) -> str | None:
    """For a `body` behind a `sealed`: one of them is needed, and only one of them. Raises PydanticCustomError."""
    if body is None and info.data.get("sealed", "") is None:
        raise PydanticCustomError("missing", "a text is needed")
    return enclosed(body, info)


def enclosed(text: str | None, info: ValidationInfo) -> str | None:
    """For what must not stand beside a `sealed`. Raises PydanticCustomError."""
    if text and info.data.get("sealed"):
        raise PydanticCustomError("belongs_inside", "belongs inside the envelope: beside it everyone could read it")
    return text


class ContactMessage(BaseModel):
    """A message to the newsroom. Of a `tip`, e-mail address, network and time of day are never stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[MessageKind, Field(description="one of those that the site's contact policy lists")] = (
        MessageKind.MESSAGE
    )
    sealed: Annotated[
        Envelope | None,
        Field(
            description="for `kind` `tip`: an envelope for the keys of `GET /v1/contact/keys`, which we cannot open; "
            "`body`, `name`, `email` and `subject` go into it, and not beside it"
        ),
    ] = None
    name: Annotated[Annotated[str, Line(120, 0)] | None, Field(examples=["Salma"])] = None
    email: Annotated[
        EmailOrBlank,
        Field(
            validate_default=True,
            description="where the answer goes: needed unless `kind` is `tip`; what a tip gives here is not stored",
        ),
    ] = None
    subject: Annotated[Annotated[str, Line(200, 0)] | None, Field(examples=["A question about the tram"])] = None
    body: Annotated[
        Text | None,
        Field(validate_default=True, description="needed, unless sealed", examples=["متى تفتتحون السوق الجديد؟"]),
    ] = None
    locale: Annotated[Locale | None, Field(description="one of the site's; its default unless given")] = None
    render_token: Annotated[
        StrictStr | None, Field(max_length=4_096, description="from `GET /v1/challenge?form=contact`")
    ] = None
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
    def _tips_only(cls, sealed: str | None, info: ValidationInfo) -> str | None:
        if sealed is not None and info.data.get("kind", MessageKind.TIP) is not MessageKind.TIP:
            raise PydanticCustomError("not_a_tip", "only a tip can be sealed: kind must be tip")
        return sealed

    _enclosed = field_validator("name", "email", "subject")(enclosed)
    _said = field_validator("body")(said)


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
