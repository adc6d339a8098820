"""What readers think of a comment, on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.comments.models import ReportReason
from app.comments.schemas import Blank
from app.core.text import Prose


class RecommendationAnswer(BaseModel):
    """How many readers recommend a comment, and whether this one does."""

    recommendations: int
    recommended: bool


class CommentIds(BaseModel):
    """Comments that are on the screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: Annotated[list[UUID], Field(max_length=100)]


class Recommended(BaseModel):
    """Those of them that this reader recommends."""

    recommended: list[UUID]


class ReportDraft(BaseModel):
    """What is wrong with a comment; a note only moderators read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: ReportReason
    note: Annotated[Annotated[str, Prose(1_000)] | None, Blank, Field(examples=["هذا رقم هاتف جارتي."])] = None


class ReportReceipt(BaseModel):
    """The answer to every report, the first and the repeated ones."""

    status: Literal["received"] = "received"
