"""Comments on the wire: as readers write them, as everyone and as their writer sees them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
)

from app.comments.models import Status
from app.core.email import Email
from app.core.http.paging import CursorParam, LimitParam
from app.core.language import Direction, Locale
from app.core.text import Line, Prose

Body = Annotated[str, Prose(10_000), Field(examples=["شكرًا على هذا التحقيق."])]
HoldReason = Annotated[
    str, Field(description="`site_policy, first_comment, old_story, link, check_missing, content` or `flood`")
]


def _none_if_blank(value: object) -> object:
    """Plain forms send every field, filled in or not."""
    return None if isinstance(value, str) and not value.strip() else value


Blank = BeforeValidator(_none_if_blank)


class CommentDraft(BaseModel):
    """A comment as its writer sends it; name and e-mail are needed when the site's policy says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Body
    author_name: Annotated[Annotated[str, Line(120)] | None, Blank, Field(examples=["سلمى"])] = None
    author_email: Annotated[Email | None, Blank, Field(description="never shown")] = None
    parent_id: Annotated[UUID | None, Blank, Field(description="the comment that this one answers")] = None
    locale: Annotated[Locale | None, Blank, Field(description="one of the site's; the story's unless given")] = None
    notify: Annotated[
        Literal["none", "replies", "thread"], Field(description="mail about what follows; needs an e-mail address")
    ] = "none"
    render_token: Annotated[StrictStr | None, Field(max_length=4_096)] = None
    altcha: Annotated[StrictStr | None, Field(max_length=16_384)] = None
    homepage: Annotated[StrictStr | None, Field(description="leave this empty: people never see it")] = None


class CommentEdit(BaseModel):
    """What its writer may change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Body


class Slugs(BaseModel):
    """Stories whose comments are to be counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slugs: Annotated[list[Annotated[StrictStr, Field(max_length=500)]], Field(max_length=100)]


class Counts(BaseModel):
    """Published comments a slug; 0 for what is unknown or not public."""

    counts: Annotated[dict[str, int], Field(examples=[{"harbour-voices": 12}])]


class CommentAuthor(BaseModel):
    """Who wrote it, as far as everyone may know."""

    name: str | None
    staff: Annotated[bool, Field(description="someone of the newsroom")]
    verified: Annotated[bool, Field(description="proved their e-mail address for this comment")]


class TombstoneDocument(BaseModel):
    """What is left of a comment that is no longer shown while answers hang on it."""

    id: UUID
    number: int
    parent_id: UUID | None
    status: Literal["deleted"] = "deleted"
    created_at: datetime


class CommentDocument(BaseModel):
    """The members of a comment that do not move."""

    id: UUID
    number: Annotated[int, Field(description="one rising integer over the site")]
    parent_id: UUID | None
    depth: int
    author: CommentAuthor
    body_html: str
    locale: str
    dir: Direction
    created_at: datetime
    edited_at: datetime | None
    status: Status


class Replies(BaseModel):
    """The first answers; `next` is a cursor for `/v1/comments/{id}/replies`."""

    items: Annotated[list["PublicComment | Tombstone"], Field(default_factory=list)]
    next: str | None = None


class PublicComment(CommentDocument):
    """A comment as everyone sees it."""

    recommendations: int
    reply_count: Annotated[int, Field(description="published below, at any depth")]
    replies: Replies


class Tombstone(TombstoneDocument):
    """A comment that is gone, with its answers."""

    replies: Replies


class Thread(BaseModel):
    """The thread of a story as a whole."""

    status: Annotated[Literal["open", "closed", "hidden"], Field(description="`closed`: only the newsroom writes")]
    count: int
    closes_at: Annotated[datetime | None, Field(description="by the site's rule")]
    pinned: Annotated[PublicComment | None, Field(description="what the newsroom put on top, without its answers")]


class ThreadHint(BaseModel):
    """That a thread has changed: what it shows now."""

    count: Annotated[int, Field(description="published comments")]
    last_id: Annotated[UUID | None, Field(description="the newest published comment")]


class ThreadPage(BaseModel):
    """A page of top-level comments, and the thread they belong to."""

    items: list[PublicComment | Tombstone]
    next: str | None
    thread: Thread


class RepliesPage(BaseModel):
    """A page of the answers to one comment."""

    items: list[PublicComment | Tombstone]
    next: str | None


class RepliesQuery(BaseModel):
    """How a branch is read: `depth` counts levels from the items of this list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: LimitParam = 20
    cursor: CursorParam = None
    depth: Annotated[int, Field(ge=1, le=6, description="levels in one answer")] = 3
    replies: Annotated[int, Field(ge=0, le=20, description="answers shown below each comment")] = 3
    locale: Annotated[Locale | None, Field(description="only comments in this language, one of the site's")] = None


class ThreadQuery(RepliesQuery):
    """How a thread is read; answers are always oldest first."""

    sort: Literal["oldest", "newest", "top"] = "oldest"


class CommentPost(BaseModel):
    """The story below which it stands."""

    id: UUID
    slug: str
    title: str
    url: str


class SingleComment(PublicComment):
    """One comment and its story."""

    post: CommentPost | None


class OwnComment(SingleComment):
    """The same for its writer, with the edit token, also while it is held."""

    hold_reasons: list[HoldReason]


class OwnTombstone(Tombstone):
    """What its writer finds after it was deleted."""

    hold_reasons: Annotated[list[HoldReason], Field(default_factory=list)]


class CommentReceipt(BaseModel):
    """What becomes of a new comment; the edit token, derived from the id and kept nowhere, is added when answered."""

    comment: PublicComment
    hold_reasons: list[HoldReason]


class CommentAnswer(CommentReceipt):
    """The answer to a new comment."""

    edit_token: Annotated[str, Field(description="keep it secret: its holder may change and delete the comment")]
