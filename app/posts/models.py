"""Dossiers and the immutable snapshots of their content."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, LONG_TEXT, Json, enum_text
from app.posts.locks_models import Held
from app.posts.withdrawal_models import Withdrawal
from app.publications.models import CommentsMode, Kind


class State(StrEnum):
    """Where the newest revision stands in the workflow."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class Life(StrEnum):
    """What the public has of the dossier."""

    UNPUBLISHED = "unpublished"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    TRASHED = "trashed"


class BodyFormat(StrEnum):
    """What the body is written in."""

    MARKDOWN = "markdown"
    HTML = "html"


class Post(SQLModel, table=True):
    """A dossier: identity and states. `revision` is the newest number, `version` moves with every accepted write."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("group_id", "locale"),
        Index("ix_post_updated", "updated_at", "id"),
        Index("ix_post_kind_updated", "kind", "updated_at", "id"),
        Index("ix_post_life_updated", "life", "updated_at", "id"),
        Index("ix_post_creator_updated", "created_by", "updated_at", "id"),
        Index("ix_post_embargo", "embargoed", "publish_at", "id"),
        Index("ix_post_trashed", "trashed_at"),
    )

    id: UUID = Field(primary_key=True)
    kind: Kind = Field(sa_type=enum_text(Kind))
    locale: str = Field(max_length=35)
    group_id: UUID
    translated_from: UUID | None = None  # no foreign key: a translation outlives its original, and is not written by it
    translated_revision: int | None = None
    state: State = Field(default=State.DRAFT, sa_type=enum_text(State))
    life: Life = Field(default=Life.UNPUBLISHED, sa_type=enum_text(Life))
    revision: int = 1
    live_revision: int | None = None
    scheduled_revision: int | None = None
    version: int = 1
    created_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    created_at: datetime
    updated_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    updated_at: datetime
    published_at: datetime | None = None
    publish_at: datetime | None = None  # when the scheduled revision appears
    unpublish_at: datetime | None = None
    embargoed: bool = False
    trashed_at: datetime | None = None

    @property
    def is_scheduled(self) -> bool:
        """Whether something will happen to it by itself."""
        return self.publish_at is not None or self.unpublish_at is not None


class Revision(SQLModel, table=True):
    """One snapshot of a dossier's content, never changed; terms are held by id, so renaming them needs no new one.
    What happened to it is marked: approved (until sent back), public for the first time, made from an older one.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("post_id", "number"),
        Index(
            "ix_revision_unmarked",
            *("created_at", "post_id", "number"),
            sqlite_where=text("approved_at IS NULL AND published_at IS NULL"),
            postgresql_where=text("approved_at IS NULL AND published_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id")
    number: int
    slug: str = Field(max_length=160)
    title: str = Field(max_length=300)
    dek: str = Field(default="", sa_type=LONG_TEXT)
    excerpt: str = Field(default="", sa_type=LONG_TEXT)
    body: str = Field(default="", sa_type=LONG_TEXT)
    body_format: BodyFormat = Field(default=BodyFormat.MARKDOWN, sa_type=enum_text(BodyFormat))
    body_html: str = Field(default="", sa_type=LONG_TEXT)
    body_text: str = Field(default="", sa_type=LONG_TEXT)
    section_id: UUID | None = Field(default=None, foreign_key="section.id", index=True)
    tag_ids: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    author_ids: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    cover_alt: str = Field(default="", max_length=1000)
    featured: bool = False
    comments: CommentsMode | None = Field(default=None, sa_type=enum_text(CommentsMode))
    seo: Json = Field(default_factory=dict, sa_type=JSON_TYPE)
    search_text: str = Field(default="", sa_type=LONG_TEXT)
    autosave: bool = False
    created_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    created_at: datetime
    approved_at: datetime | None = None
    published_at: datetime | None = None
    restored_from: int | None = None


class PostTerm(SQLModel, table=True):
    """The terms of the newest, the live and the scheduled revision, for editor lists and for “in use”."""

    __tablename__ = "post_term"

    term_id: UUID = Field(primary_key=True)
    post_id: UUID = Field(primary_key=True, foreign_key="post.id", index=True, ondelete="CASCADE")


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier opened on the desk: with its newest revision, the slugs of its terms, and whether it is one's own."""

    post: Post
    revision: Revision
    section: str | None
    tags: list[str]
    authors: list[str]
    own: bool
    translation_of: UUID | None = None
    stale_since_revision: int | None = None
    withdrawal: Withdrawal | None = None
    lock: Held | None = None
