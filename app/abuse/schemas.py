"""What a front end asks for before it shows a form, and what it is given."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core.render_tokens import FormKind
from app.core.slugs import MAX_SLUG_LENGTH


class ChallengeQuery(BaseModel):
    """Which form will be shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: FormKind
    post: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4 * MAX_SLUG_LENGTH,  # letters that come apart from their marks are composed again
            validate_default=True,
            description="the slug of the story, needed with `form=comment` and refused with `form=contact`",
            examples=["voices-of-the-harbour"],
        ),
    ] = None

    @field_validator("post")
    @classmethod
    def _with_comments_only(cls, post: str | None, info: ValidationInfo) -> str | None:
        form = info.data.get("form")
        if form is FormKind.COMMENT and post is None:
            raise PydanticCustomError("missing", "the slug of the story is needed")
        if form is FormKind.CONTACT and post is not None:
            raise PydanticCustomError("not_for_contact", "belongs to form=comment only")
        return post


class Altcha(BaseModel):
    """Work in the wire format of ALTCHA: find the number whose hash behind the salt is the challenge."""

    algorithm: Literal["SHA-256"]
    challenge: Annotated[str, Field(description="SHA-256 of `salt` and the number, in hex")]
    maxnumber: Annotated[int, Field(description="the number is not larger than this")]
    salt: str
    signature: str


class Challenge(BaseModel):
    """What to send back with the form."""

    render_token: Annotated[str, Field(description="send it back as `render_token`, not sooner than after 3 seconds")]
    expires_at: Annotated[datetime, Field(description="fetch another one after this")]
    challenge: Annotated[
        Altcha | None,
        Field(
            description="mostly null; else solve it and send back `altcha`: base64 of a JSON object with the members "
            "`algorithm`, `challenge`, `salt` and `signature` as they are, and the `number`"
        ),
    ] = None
