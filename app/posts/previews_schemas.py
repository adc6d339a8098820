"""Previews on the wire: for those who share them, and for those who read them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core.inputs import Forgiving
from app.core.numbers import RevisionNumber
from app.core.text import Line, Prose
from app.posts.previews_models import Preview, PreviewAnswer, Verdict
from app.publications.schemas import Story

MINUTE, DAY = 60, 86_400


class PreviewInput(Forgiving):
    """Which revision, for how long, for whom: all optional."""

    expires_in: Annotated[StrictInt, Field(ge=MINUTE, le=30 * DAY, description="seconds")] = 7 * DAY
    revision: Annotated[RevisionNumber | None, Field(description="the newest unless said")] = None
    reader: Annotated[
        Annotated[str, Line(200, min_length=0)],
        Field(description="for whom, as a note to yourselves; the reader never sees it", examples=["المحامية"]),
    ] = ""
    may_answer: Annotated[StrictBool, Field(description="whether the reader may approve or comment")] = True


class AnswerInput(Forgiving):
    """What someone outside says to what they were shown; a comment needs a text."""

    verdict: Verdict
    name: Annotated[Annotated[str, Line(120)], Field(examples=["سلمى حداد"])]
    text: Annotated[
        Annotated[str, Prose(10_000, min_length=0)],
        Field(validate_default=True, examples=["الفقرة الثانية ليست ما قلته بالضبط."]),
    ] = ""

    @field_validator("text")
    @classmethod
    def _said(cls, text: str, info: ValidationInfo) -> str:
        if not text and info.data.get("verdict") is Verdict.COMMENT:
            raise PydanticCustomError("missing", "a comment needs a text")
        return text


class AnswerItem(BaseModel):
    """An answer to a preview."""

    id: UUID
    verdict: Verdict
    name: str
    text: Annotated[str, Field(description="plain text")]
    revision: Annotated[int, Field(description="the revision that was answered")]
    at: datetime

    @classmethod
    def of(cls, answer: PreviewAnswer, preview: Preview) -> "AnswerItem":
        """With the revision to which it is bound."""
        return cls(**answer.model_dump(exclude={"preview_id"}), revision=preview.revision)


class PreviewItem(BaseModel):
    """A shared link without the link itself."""

    id: UUID
    revision: int
    reader: str
    may_answer: bool
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class PreviewListItem(PreviewItem):
    """A shared link and what came back."""

    url: Annotated[str | None, Field(description="the page to send; null when expired or revoked")]
    answers: Annotated[list[AnswerItem], Field(description="oldest first")]


class PreviewMade(PreviewItem):
    """A new link."""

    token: Annotated[str, Field(description="for `GET /v1/previews/{token}`")]
    url: Annotated[str, Field(description="a page of this server that shows the story; send this")]


class PreviewStory(Story):
    """A story as it would be published, for the holder of a link; nothing stands around it."""

    preview: Literal[True] = True
    revision: int
    expires_at: datetime
    may_answer: bool
