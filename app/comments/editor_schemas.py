"""Comments on the wire as the newsroom judges them, and its decisions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.comments.models import ReportReason, Status
from app.comments.schemas import Body, CommentAuthor, CommentDocument, HoldReason, Replies
from app.comments.workflow import Action, Rejection
from app.core.http.filters import Words, split_values
from app.core.http.paging import PageQuery
from app.core.http.problems import Problem
from app.core.numbers import RevisionNumber
from app.core.text import Prose


class StaffComment(BaseModel):
    """A comment of the newsroom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Body
    parent_id: Annotated[UUID | None, Field(description="the comment that this one answers")] = None


class ModeratedPost(BaseModel):
    """The story as moderators need it."""

    id: UUID
    slug: str | None
    title: str | None


class ModeratedAuthor(CommentAuthor):
    """Who wrote it; the address only for those who may see it."""

    email: str | None


class Finding(BaseModel):
    """What one check found."""

    phase: str
    verdict: Literal["pass", "flag", "hold", "spam", "refuse"]
    detail: str


class ReportShown(BaseModel):
    """What a reader said was wrong; the note only for those who may see who is behind a name."""

    reason: ReportReason
    note: str | None
    at: datetime


class NoteText(BaseModel):
    """A remark for the other moderators."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Annotated[str, Prose(2_000), Field(examples=["كتبتُ له: يعتذر ويعيد الصياغة."])]


class NoteAuthor(BaseModel):
    """Who of the newsroom wrote it."""

    id: UUID
    name: str


class NoteShown(BaseModel):
    """A remark that only moderators see."""

    id: UUID
    author: NoteAuthor
    body: str
    written_at: datetime


class RevisionShown(BaseModel):
    """What a comment said: `revision` counts its texts, the newest is what it says now."""

    revision: int
    body: str
    written_at: datetime


class ModeratedComment(CommentDocument):
    """A comment as moderators see it; `evidence` and `network` are null for authors on their own threads."""

    author: ModeratedAuthor
    recommendations: int
    reply_count: int
    replies: Replies
    post: ModeratedPost
    body: str | None
    revision: int
    hold_reasons: list[HoldReason]
    evidence: list[Finding] | None
    reports: Annotated[list[ReportShown], Field(description="those that wait for a decision, oldest first")]
    notes: Annotated[list[NoteShown], Field(description="of moderators to each other")]
    pinned: bool
    network: Annotated[str | None, Field(description="the same text for the same network on the same day")]
    rejection: Rejection | None
    reviewed_at: datetime | None
    allowed: Annotated[list[str], Field(examples=[["approve", "reject", "spam", "delete"]])]


Statuses = Annotated[tuple[Status, ...], BeforeValidator(split_values), Field(min_length=1, max_length=6)]


class QueueQuery(PageQuery):
    """How the queue is filtered; filters combine as and."""

    status: Annotated[Statuses | None, Field(description="without it all; commas mean any of")] = None
    post: Annotated[UUID | None, Field(description="the id of a story")] = None
    author_email: Annotated[str | None, Field(max_length=254, description="needs `comments.see_identity`")] = None
    q: Annotated[Words | None, Field(description="beginnings of words in text and name")] = None
    reported: Annotated[bool | None, Field(description="with, or without, reports of readers")] = None
    sort: Literal["newest", "oldest"] = "newest"


class StatusCounts(BaseModel):
    """How many comments stand where."""

    pending: int = 0
    published: int = 0
    rejected: int = 0
    spam: int = 0
    deleted: int = 0
    erased: int = 0
    flood_since: Annotated[
        datetime | None, Field(description="since when every comment is held, because too many were; null: no flood")
    ] = None


class DecisionInput(BaseModel):
    """One decision about one revision of one comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    revision: Annotated[RevisionNumber, Field(description="the one that you read")]
    action: Action
    reason: Annotated[Rejection | None, Field(validate_default=True, description="needed to reject")] = None

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: Rejection | None, info: ValidationInfo) -> Rejection | None:
        if reason is None and info.data.get("action") is Action.REJECT:
            raise PydanticCustomError("missing", "a reason is needed to reject")
        return reason


class Decisions(BaseModel):
    """Decisions that are sent together; each stands or falls alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decisions: Annotated[list[DecisionInput], Field(min_length=1, max_length=100)]


class Decided(BaseModel):
    """A decision that was taken, or taken back."""

    id: UUID
    status: Status
    revision: int


class Undecided(BaseModel):
    """A decision that was not taken, and why."""

    id: UUID
    problem: Problem


class BatchAnswer(BaseModel):
    """What became of each decision; `batch` takes them back within a day."""

    batch: UUID
    results: list[Decided | Undecided]
