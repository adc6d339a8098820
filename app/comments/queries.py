"""Reading comments for their writers and for the verbs; `threads` reads them for everyone, `queue` for moderators."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.comments import documents, workflow
from app.comments.errors import CommentNotFound, WindowClosed
from app.comments.models import GONE, Comment, Status
from app.comments.prepared import KNOWN_WRITER, STORY, TWIN, Story, by_slug
from app.comments.schemas import CommentPost, Counts, OwnComment, OwnTombstone, Slugs
from app.core import statements
from app.core.db import as_time, as_uuid
from app.core.errors import Unauthenticated
from app.posts.models import Post
from app.publications import queries as publications_queries
from app.publications.errors import StoryNotFound
from app.publications.models import CommentsMode, Kind, Publication, Slug
from app.publications.workflow import thread_status
from app.site import queries as site_queries
from app.site.policies import SiteSettings, ThreadScope


def get_story(session: Session, slug: str, *, at: datetime) -> Story:
    """The story behind a slug, live or old, with the site's policies: one query. Raises StoryNotFound."""
    found = statements.rows(session, STORY, by_slug(slug, at))
    if not found:
        raise StoryNotFound()
    story = Story(*found[0])
    return story._replace(
        id=as_uuid(story.id), group_id=as_uuid(story.group_id), published_at=as_time(story.published_at)
    )


def lock_threads(session: Session, post_ids: set[UUID]) -> None:
    """Hold these threads, with those of their translations, against other writers until the commit.

    Whoever changes a comment comes by here first: counts and tombstones are then right, and nobody waits in a circle.
    """
    if session.get_bind().dialect.name == "sqlite":
        return  # it has one writer at a time
    groups = select(Post.group_id).where(col(Post.id).in_(post_ids))
    rows = select(Post.id).where(col(Post.group_id).in_(groups)).order_by(col(Post.id))
    session.exec(rows.with_for_update(key_share=True)).all()


def thread_posts(session: Session, post_id: UUID, settings: SiteSettings) -> list[UUID]:
    """The stories that share a thread: one, or all of the translation group."""
    if settings.comments.thread_scope is ThreadScope.LANGUAGE:
        return [post_id]
    group = select(Post.group_id).where(col(Post.id) == post_id).scalar_subquery()
    return list(session.exec(select(Post.id).where(col(Post.group_id) == group).order_by(col(Post.id))))


def list_slugs(session: Session, posts: Sequence[UUID]) -> Sequence[str]:
    """Every slug under which these stories were public."""
    return session.exec(select(Slug.slug).where(col(Slug.post_id).in_(posts), col(Slug.was_public))).all()


def get_locked(session: Session, comment_id: UUID) -> Comment:
    """A comment as it is now, its thread locked. Raises CommentNotFound."""
    comment = lock_comments(session, {comment_id}).get(comment_id)
    if comment is None:
        raise CommentNotFound()
    return comment


def lock_comments(session: Session, ids: set[UUID]) -> dict[UUID, Comment]:
    """Those of the comments that exist, as they are once their threads are locked."""
    lock_threads(session, set(session.exec(select(Comment.post_id).where(col(Comment.id).in_(ids)))))
    rows = select(Comment).where(col(Comment.id).in_(ids)).order_by(col(Comment.id)).with_for_update()
    found = session.exec(rows).all()
    return {comment.id: comment for comment in found}


def find_parent(session: Session, parent_id: UUID, posts: Sequence[UUID]) -> Comment | None:
    """A published comment of this thread."""
    wanted = (col(Comment.id) == parent_id, col(Comment.post_id).in_(posts), col(Comment.status) == Status.PUBLISHED)
    return session.exec(select(Comment).where(*wanted)).first()


def has_twin(session: Session, body_hash: str, posts: Sequence[UUID], *, at: datetime) -> bool:
    """Whether the same words stand in the thread, or wait for it, since a day ago."""
    parameters: dict[str, Any] = {f"post_{place}": post_id for place, post_id in enumerate(posts)}
    parameters |= {"body_hash": body_hash, "since": at - workflow.TWIN_WINDOW}
    parameters |= {"waits": Status.PENDING.value, "shown": Status.PUBLISHED.value}
    return bool(statements.rows(session, TWIN, parameters, len(posts)))


def is_known_writer(session: Session, email: str | None) -> bool:
    """Whether somebody approved a comment with this address before."""
    if email is None:
        return False
    return bool(statements.rows(session, KNOWN_WRITER, {"email": email, "shown": Status.PUBLISHED.value}))


def find_named(session: Session, name: UUID | int) -> Comment | None:
    """A comment by its id or its number."""
    column = col(Comment.id) if isinstance(name, UUID) else col(Comment.number)
    return session.exec(select(Comment).where(column == name)).first()


def count_published(session: Session, posts: Sequence[UUID]) -> int:
    """The one count: published comments of these stories."""
    wanted = (col(Comment.post_id).in_(posts), col(Comment.status) == Status.PUBLISHED)
    return session.exec(select(func.count()).select_from(Comment).where(*wanted)).one()


def count_by_slug(session: Session, wanted: Slugs, *, at: datetime) -> Counts:
    """What each story shows; 0 for slugs that lead to none."""
    # PostgreSQL takes no NUL, and no slug has one
    names = {slug: normalize("NFC", slug) for slug in wanted.slugs if "\x00" not in slug}
    rows = session.exec(
        select(Slug.slug, Publication.comment_count)
        .join(Publication, col(Publication.id) == col(Slug.post_id))
        .where(
            col(Slug.slug).in_(set(names.values())),
            col(Slug.was_public),
            col(Publication.kind) == Kind.ARTICLE,
            publications_queries.visible(at),
        )
    )
    found = dict(rows.all())
    return Counts(counts={slug: found.get(names.get(slug, ""), 0) for slug in wanted.slugs})


def check_writer(session: Session, comment_id: UUID, subject: UUID, *, at: datetime) -> None:
    """Whether the holder of a token may change the comment. Raises CommentNotFound, Unauthenticated, WindowClosed."""
    comment = session.get(Comment, comment_id)
    if comment is None:
        raise CommentNotFound()
    check_own(session, comment, subject, at=at)


def check_own(session: Session, comment: Comment, subject: UUID, *, at: datetime) -> None:
    """The same for a comment at hand."""
    if subject != comment.id:
        raise wrong_token()
    if comment.status in GONE:
        raise CommentNotFound()
    minutes = site_queries.get_settings(session).comments.edit_window_minutes
    if not workflow.may_still_edit(comment.created_at, minutes, at):
        raise WindowClosed()


def wrong_token() -> Unauthenticated:
    """The one answer to every edit token that is not this comment's."""
    return Unauthenticated("the edit token is not the one of this comment", error="invalid_token")


def find_own(
    session: Session, name: UUID | int, subject: UUID, *, at: datetime
) -> tuple[OwnComment | OwnTombstone | None, int]:
    """What the holder of the edit token sees, and its version; None when everyone sees it, or when the token is older
    than 30 days.
    """
    comment = find_named(session, name)
    if comment is None:
        raise CommentNotFound()
    if subject != comment.id:
        raise wrong_token()
    post = _public_post(session, comment, at=at)
    if at >= comment.created_at + workflow.TOKEN_LIFE or (post is not None and comment.status is Status.PUBLISHED):
        return None, comment.version
    return documents.own_comment(comment, post), comment.version


def check_shown(session: Session, comment: Comment, *, at: datetime) -> None:
    """Whether everyone sees it: published, below a public story, its thread not hidden. Raises CommentNotFound."""
    if comment.status is not Status.PUBLISHED or _public_post(session, comment, at=at) is None:
        raise CommentNotFound()


def own_view(session: Session, comment: Comment, *, at: datetime) -> OwnComment | OwnTombstone:
    """The same for a comment that its writer has just changed."""
    return documents.own_comment(comment, _public_post(session, comment, at=at))


def _public_post(session: Session, comment: Comment, *, at: datetime) -> CommentPost | None:
    """The story, while it is public and its thread is shown."""
    story = publications_queries.find_publication(session, comment.post_id, at=at)
    if story is None:
        return None
    if thread_status(story, site_queries.get_settings(session).comments, at=at) is CommentsMode.HIDDEN:
        return None
    url = site_queries.get_addresses(session).url(story.path)
    return CommentPost(id=story.id, slug=story.slug, title=story.title, url=url)
