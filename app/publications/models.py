"""Live pieces, the terms they stand under, and every slug and path that was ever given out."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.columns import LONG_TEXT, enum_text

RELATED_TAGS = 6  # so many of its tags a story is related by


class Kind(StrEnum):
    """What a piece is."""

    ARTICLE = "article"
    PAGE = "page"


class CommentsMode(StrEnum):
    """What an editor said of a story's thread; none: the site's rule."""

    OPEN = "open"
    CLOSED = "closed"
    HIDDEN = "hidden"


class Publication(SQLModel, table=True):
    """One live piece: columns to filter and sort by, and JSON documents ready to be joined with commas.

    `summary` lacks its last brace, `body` and `detail` are members without braces: a story is their concatenation.
    """

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_newest", "kind", "published_at", "id"),
        Index("ix_publication_newest_in_locale", "kind", "locale", "published_at", "id"),
        Index("ix_publication_updated", "kind", "updated_at", "id"),
        Index("ix_publication_updated_in_locale", "kind", "locale", "updated_at", "id"),
        Index("ix_publication_commented", "kind", "comment_count", "id"),
        Index("ix_publication_commented_in_locale", "kind", "locale", "comment_count", "id"),
        Index("ix_publication_featured", "featured", "kind", "published_at", "id"),
        Index("ix_publication_featured_in_locale", "featured", "kind", "locale", "published_at", "id"),
        Index("ix_publication_section", "section_id", "locale", "published_at", "id"),
        Index("ix_publication_unpublished", "unpublish_at"),
        Index("ix_publication_doc_version", "doc_version", "id"),
        Index("ix_publication_sitemap", "id", "updated_at", "published_at", "unpublish_at"),
    )

    id: UUID = Field(primary_key=True, foreign_key="post.id")
    kind: Kind = Field(sa_type=enum_text(Kind))
    locale: str = Field(max_length=35)
    group_id: UUID = Field(index=True)
    slug: str = Field(max_length=160, unique=True)
    title: str = Field(max_length=300)
    section_id: UUID | None = None
    featured: bool = False
    revision: int
    published_at: datetime
    updated_at: datetime
    unpublish_at: datetime | None = None
    withdrawn_at: datetime | None = None
    comments_mode: CommentsMode | None = Field(default=None, sa_type=enum_text(CommentsMode))
    comment_count: int = 0
    doc_version: int = 0  # which shape the documents have; older ones are written anew
    thread_moves: int = 0  # how often what its thread shows has changed: readers who listen ask for what they missed
    # its first tags, joined: related stories share some
    tag_ids: str = Field(default="", max_length=RELATED_TAGS * 33, sa_column_kwargs={"server_default": ""})
    path: str = Field(max_length=1000)
    # the short ones first: SQLite walks a row from its beginning, through the pages of long texts too
    link: str = Field(sa_type=LONG_TEXT)
    translation: str = Field(sa_type=LONG_TEXT)
    summary: str = Field(sa_type=LONG_TEXT)
    body: str = Field(sa_type=LONG_TEXT)
    detail: str = Field(sa_type=LONG_TEXT)
    search_text: str = Field(sa_type=LONG_TEXT)
    notice: str = Field(default="", sa_type=LONG_TEXT)  # what the public is told of a withdrawn piece


class PublicationTerm(SQLModel, table=True):
    """A live piece under one term (a section counts for its ancestors too), in the order in which lists read it."""

    __tablename__ = "publication_term"
    __table_args__ = (
        Index("ix_publication_term_newest", "term_id", "kind", "published_at", "post_id"),
        Index("ix_publication_term_newest_in_locale", "term_id", "kind", "locale", "published_at", "post_id"),
    )

    term_id: UUID = Field(primary_key=True)
    post_id: UUID = Field(primary_key=True, foreign_key="publication.id", index=True, ondelete="CASCADE")
    kind: Kind = Field(sa_type=enum_text(Kind))
    locale: str = Field(max_length=35)
    published_at: datetime


class Slug(SQLModel, table=True):
    """The one namespace of slugs: who holds which, old ones of public pieces for ever (`was_public`), even when the
    dossier was purged and nobody holds them any more.
    """

    __tablename__ = "slug"

    slug: str = Field(primary_key=True, max_length=160)
    post_id: UUID | None = Field(default=None, foreign_key="post.id", index=True)
    was_public: bool = False


class PublicPath(SQLModel, table=True):
    """Every path of the front end under which a piece was ever public, so that no link dies."""

    __tablename__ = "public_path"

    path: str = Field(primary_key=True, max_length=1000)
    post_id: UUID = Field(foreign_key="post.id", index=True)


class CorrectionKind(StrEnum):
    """What is said about a story afterwards."""

    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    UPDATE = "update"
    EDITORS_NOTE = "editors_note"


class Correction(SQLModel, table=True):
    """What was wrong in a story, or is to be added: shown with it and in the list of all."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_newest", "at", "id"),
        Index("ix_correction_newest_in_locale", "locale", "at", "id"),
    )

    id: UUID = Field(primary_key=True)
    post_id: UUID = Field(foreign_key="post.id", index=True, ondelete="CASCADE")
    locale: str = Field(max_length=35)
    kind: CorrectionKind = Field(sa_type=enum_text(CorrectionKind))
    text: str = Field(sa_type=LONG_TEXT)
    at: datetime
    created_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class Unindexed(SQLModel, table=True):
    """A piece whose public words may have changed since the index of search last read them."""

    __tablename__ = "unindexed"

    post_id: UUID = Field(primary_key=True)  # no reference: what was purged has to leave the index too


class Turn(StrEnum):
    """What the clock will do to a piece."""

    APPEAR = "appear"
    EXPIRE = "expire"


class Upcoming(SQLModel, table=True):
    """What the clock will do, and when: every reader's question asks here first whether something is due."""

    __tablename__ = "upcoming"
    __table_args__ = (Index("ix_upcoming_due", "at", "post_id", "turn"),)

    post_id: UUID = Field(primary_key=True, foreign_key="post.id", ondelete="CASCADE")
    turn: Turn = Field(primary_key=True, sa_type=enum_text(Turn))
    at: datetime
    slug: str | None = Field(default=None, max_length=160)  # of what appears: held for it, whatever the desk does
