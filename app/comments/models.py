"""Comments, the counter of their numbers, and the log of decisions that can be taken back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, LONG_TEXT, enum_text


class Status(StrEnum):
    """Where a comment stands; the public sees `published`, and a tombstone of the rest while answers hang on it."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"
    ERASED = "erased"


# what is left of these is a place in the thread, as long as answers hang on it
GONE = frozenset({Status.DELETED, Status.ERASED})


class ReportReason(StrEnum):
    """What a reader says is wrong with a comment."""

    SPAM = "spam"
    ABUSIVE = "abusive"
    ILLEGAL = "illegal"
    PERSONAL_DATA = "personal_data"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


_REPORTED = text("reported_at IS NOT NULL")
_PINNED = text("pinned_at IS NOT NULL")
_WITH_NETWORK = text("network IS NOT NULL")


class Comment(SQLModel, table=True):
    """One comment; personal columns are nulled when it is deleted. `descendants` counts published ones at any depth.

    `revision` moves with the text, `version` with every accepted write. `reported_at`: of the newest report that waits
    for a decision; `held_by_reports`: reports held it back once, which they do only once.
    `visible`: published, or a tombstone that holds published ones. `document` has the public members that do not move,
    without braces; counts and replies are spliced behind it.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_thread", "post_id", "visible", "parent_id", "number"),
        Index("ix_comment_thread_top", "post_id", "visible", "parent_id", "recommendations", "number"),
        Index("ix_comment_children", "parent_id", "visible", "number"),
        Index("ix_comment_count", "post_id", "status", "number"),
        Index("ix_comment_queue", "status", "number"),
        Index("ix_comment_twin", "post_id", "body_hash"),
        Index("ix_comment_writer", "author_email", "number"),
        Index("ix_comment_reported", "number", sqlite_where=_REPORTED, postgresql_where=_REPORTED),
        Index("ix_comment_pinned", "post_id", "pinned_at", sqlite_where=_PINNED, postgresql_where=_PINNED),
        Index("ix_comment_networks", "created_at", sqlite_where=_WITH_NETWORK, postgresql_where=_WITH_NETWORK),
    )

    id: UUID = Field(primary_key=True)
    number: int = Field(unique=True)
    post_id: UUID = Field(foreign_key="post.id")
    parent_id: UUID | None = Field(default=None, foreign_key="comment.id")
    status: Status = Field(sa_type=enum_text(Status))
    visible: bool = False
    descendants: int = 0
    recommendations: int = 0
    document: str = Field(default="", sa_type=LONG_TEXT)
    # what threads read stands above: SQLite walks a row from its beginning
    depth: int = 1
    revision: int = 1
    version: int = 1
    locale: str = Field(max_length=35)
    body: str | None = Field(default=None, sa_type=LONG_TEXT)
    body_html: str | None = Field(default=None, sa_type=LONG_TEXT)
    body_hash: str | None = Field(default=None, max_length=64)
    search_text: str = Field(default="", sa_type=LONG_TEXT)
    author_name: str | None = Field(default=None, max_length=120)
    author_email: str | None = Field(default=None, max_length=254)
    verified: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reader_id: UUID | None = None
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    notify: str = Field(default="none", max_length=16)
    network: str | None = Field(default=None, max_length=64)
    hold_reasons: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    evidence: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON_TYPE)
    reviewed_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    reviewed_at: datetime | None = None
    rejection: str | None = Field(default=None, max_length=64)
    created_at: datetime
    edited_at: datetime | None = None
    reported_at: datetime | None = None
    held_by_reports: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    pinned_at: datetime | None = None


class Recommendation(SQLModel, table=True):
    """One reader, one comment; `reader` is keyed by the comment too, so that nobody's likes can be put together."""

    __tablename__ = "comment_recommendation"

    comment_id: UUID = Field(primary_key=True, foreign_key="comment.id", ondelete="CASCADE")
    reader: str = Field(primary_key=True, max_length=48)


class Report(SQLModel, table=True):
    """What one reader says is wrong with one comment; `closed_in` is the batch of decisions that dealt with it."""

    __tablename__ = "comment_report"

    comment_id: UUID = Field(primary_key=True, foreign_key="comment.id", ondelete="CASCADE")
    reporter: str = Field(primary_key=True, max_length=48)
    reason: ReportReason = Field(sa_type=enum_text(ReportReason))
    note: str | None = Field(default=None, sa_type=LONG_TEXT)
    at: datetime
    closed_in: UUID | None = None


class CommentRevision(SQLModel, table=True):
    """What a comment said before its writer changed it."""

    __tablename__ = "comment_revision"

    comment_id: UUID = Field(primary_key=True, foreign_key="comment.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    body: str = Field(sa_type=LONG_TEXT)
    written_at: datetime


class CommentNote(SQLModel, table=True):
    """What someone of the newsroom tells the other moderators about a comment."""

    __tablename__ = "comment_note"
    __table_args__ = (Index("ix_comment_note_place", "comment_id", "written_at", "id"),)

    id: UUID = Field(primary_key=True)
    comment_id: UUID = Field(foreign_key="comment.id", ondelete="CASCADE")
    author_id: UUID = Field(foreign_key="staff_user.id")
    body: str = Field(sa_type=LONG_TEXT)
    written_at: datetime


class CommentCounter(SQLModel, table=True):
    """One row: the newest number. Its lock makes numbers rise in the order of commits, on PostgreSQL too."""

    __tablename__ = "comment_counter"

    id: int = Field(default=1, primary_key=True)
    number: int = 0


class DecisionBatch(SQLModel, table=True):
    """Decisions that were sent together and can be taken back together."""

    __tablename__ = "comment_decision_batch"

    id: UUID = Field(primary_key=True)
    decided_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    decided_at: datetime
    undone_at: datetime | None = None


class Decision(SQLModel, table=True):
    """What one decision changed. No foreign key to the comment: a deleted one may be gone while the log stays."""

    __tablename__ = "comment_decision"

    batch_id: UUID = Field(primary_key=True, foreign_key="comment_decision_batch.id", ondelete="CASCADE")
    place: int = Field(primary_key=True)
    comment_id: UUID = Field(index=True)
    action: str = Field(max_length=16)
    revision: int
    before: str = Field(max_length=16)
    after: str = Field(max_length=16)
    rejection: str | None = Field(default=None, max_length=64)
    reviewed_by: UUID | None = None
    reviewed_at: datetime | None = None
