"""What writers do: send, change and delete comments; the newsroom answers; importers bring old ones."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.comments import beside, judging, queries, queue, shelf, workflow
from app.comments.documents import Placed
from app.comments.editor_schemas import StaffComment
from app.comments.errors import NotPublic, ThreadClosed
from app.comments.models import Comment, Status
from app.comments.prepared import Story
from app.comments.schemas import CommentDraft, CommentEdit, OwnComment, OwnTombstone
from app.core.actor import Actor
from app.core.day_keys import network_tag
from app.core.errors import FieldError, IllegalMove, Invalid, wrong
from app.core.folding import fold, searchable
from app.core.http.conditional import Match
from app.core.http.limits import GUEST_POSTS, Limit, Limiter
from app.core.ids import new_id
from app.core.keys import Keys
from app.core.markup import render_comment
from app.core.rows import new_row
from app.publications import queries as publications_queries
from app.publications.models import CommentsMode, Kind
from app.site import queries as site_queries
from app.site.policies import SiteSettings
from app.staff import queries as staff_queries

# against machines, not against crowds: whoever is held can be read, whoever is refused cannot
THREAD_POSTS = Limit("thread-posts", "1000/minute")
ALL_COMMENTS = Limit("all-comments", "2000/minute")


def receive(
    session: Session,
    slug: str,
    draft: CommentDraft,
    *,
    network: str,
    reader: UUID | None = None,
    keys: Keys,
    limiter: Limiter,
    by: Actor,
    at: datetime,
) -> Comment:
    """Take a reader's comment through the checks and store it.

    Raises StoryNotFound, ThreadClosed, Invalid, TooMany, DuplicateComment, Sanctioned.
    """
    story = queries.get_story(session, slug, at=at)
    settings = story.settings
    if story.mode(at) is not CommentsMode.OPEN:
        raise ThreadClosed()
    _check_policy(draft, settings)
    limiter.hit(session, [(GUEST_POSTS, network), (THREAD_POSTS, str(story.id))], at=at)
    queries.lock_threads(session, {story.id})
    posts = queries.thread_posts(session, story.id, settings)
    comment = _sent(story, draft, network=network_tag(session, keys, network, at=at), reader_id=reader, at=at)
    _hang(session, comment, draft.parent_id, posts)
    judging.judge_new(
        session, comment, draft, story, slug=slug, posts=posts, network=network, reader=reader, keys=keys, at=at
    )
    # one row for the whole site: taken as late as can be, since those who hold it stand in a line
    limiter.hit(session, [(ALL_COMMENTS, "")], at=at)
    judging.ask_outside(session, comment, at=at)
    return _arrive(session, comment, by=by, at=at)


def _check_policy(draft: CommentDraft, settings: SiteSettings) -> None:
    """Everything that the site asks of a draft, said at once."""
    policy, found = settings.comments, []
    if policy.name_required and draft.author_name is None:
        found.append(FieldError("/body/author_name", "missing", "a name is needed"))
    if draft.author_email is None and policy.email_required:
        found.append(FieldError("/body/author_email", "missing", "an e-mail address is needed"))
    elif draft.author_email is None and draft.notify != "none":
        found.append(FieldError("/body/author_email", "missing", "an e-mail address is needed to be notified"))
    if draft.locale is not None and draft.locale not in settings.locales:
        detail = f"the site's locales are {', '.join(settings.locales)}"
        found.append(FieldError("/body/locale", "unknown_locale", detail))
    if found:
        raise Invalid(*found)


def _sent(story: Story, draft: CommentDraft, *, at: datetime, **facts: Any) -> Comment:
    return _written(
        story.id,
        draft.body,
        locale=draft.locale or story.locale,
        at=at,
        author_name=draft.author_name,
        author_email=staff_queries.fold_email(draft.author_email) if draft.author_email else None,
        notify=draft.notify,
        **facts,
    )


def _written(post_id: UUID, body: str, *, locale: str, at: datetime, **facts: Any) -> Comment:
    return new_row(
        Comment,
        id=new_id(),
        number=0,
        post_id=post_id,
        status=Status.PENDING,
        locale=locale,
        created_at=at,
        hold_reasons=[],
        evidence=[],
        **_said(body, facts.get("author_name")),
        **facts,
    )


def _said(body: str, name: str | None) -> dict[str, Any]:
    """The text and what is derived from it; emoji alone fold to nothing and count as they are."""
    words = judging.folded(body)
    return {
        "body": body,
        "body_html": render_comment(body),
        "body_hash": hashlib.sha256((words or body).encode()).hexdigest(),
        "search_text": searchable(fold(name or ""), words),
    }


def _hang(session: Session, comment: Comment, parent_id: UUID | None, posts: Sequence[UUID]) -> None:
    """Below its parent, and on the parent's story: a branch never parts when threads of translations do."""
    if parent_id is None:
        return
    parent = queries.find_parent(session, parent_id, posts)
    if parent is None:
        raise wrong("parent_id", "unknown_parent", "must be a published comment of this thread")
    comment.parent_id, comment.depth, comment.post_id = parent.id, parent.depth + 1, parent.post_id


def _arrive(session: Session, comment: Comment, *, by: Actor, at: datetime) -> Comment:
    shelf.place(session, comment)
    if comment.staff_id is None:
        shelf.tell(session, "comment.received", comment, by=by, at=at)
    if comment.status is Status.PUBLISHED:
        shelf.tell(session, "comment.published", comment, by=by, at=at)
    return comment


def write_as_staff(session: Session, post_id: UUID, draft: StaffComment, *, by: Actor, at: datetime) -> Placed:
    """Say something as the newsroom, on closed threads too. Raises PostNotFound, NotPublic, Invalid."""
    post = queue.get_commentable(session, post_id, by)
    story = publications_queries.find_publication(session, post_id, at=at)
    if story is None or story.kind is not Kind.ARTICLE:
        raise NotPublic()
    queries.lock_threads(session, {post_id})
    comment = _written(post_id, draft.body, locale=post.locale, at=at, author_name=by.name, staff_id=by.id)
    posts = queries.thread_posts(session, post_id, site_queries.get_settings(session))
    _hang(session, comment, draft.parent_id, posts)
    comment.status = Status.PUBLISHED
    return Placed(_arrive(session, comment, by=by, at=at), story.slug, story.title)


def edit(
    session: Session,
    comment_id: UUID,
    change: CommentEdit,
    *,
    match: Match,
    subject: UUID,
    network: str,
    keys: Keys,
    limiter: Limiter,
    by: Actor,
    at: datetime,
) -> tuple[OwnComment | OwnTombstone, int]:
    """Change a comment as its writer; what its new text would hold back, goes back to wait. It counts as a post.

    Raises CommentNotFound, Unauthenticated, WindowClosed, Stale, IllegalMove, TooMany, Sanctioned.
    """
    limiter.hit(session, [(GUEST_POSTS, network)], at=at)
    comment = queries.get_locked(session, comment_id)
    queries.check_own(session, comment, subject, at=at)
    match.check_if_sent(comment.version, revision=comment.revision)
    if comment.status not in workflow.EDITABLE:
        raise IllegalMove(f"a comment that is {comment.status.value} cannot be changed", allowed=["delete"])
    if change.body == comment.body:
        return queries.own_view(session, comment, at=at), comment.version
    session.add(beside.present_text(comment))
    for name, value in _said(change.body, comment.author_name).items():
        setattr(comment, name, value)
    comment.revision += 1
    comment.edited_at = at
    judged = judging.judge_again(session, comment, site_queries.get_settings(session), keys=keys, at=at)
    comment.evidence = [*comment.evidence, *(found for found in judged.evidence if found not in comment.evidence)]
    held = comment.status is Status.PUBLISHED and workflow.ARRIVALS[judged.ruling] is not Status.PUBLISHED
    if held or comment.status is Status.PENDING:
        earlier = [] if held else comment.hold_reasons
        comment.hold_reasons = list(dict.fromkeys([*earlier, *judged.hold_reasons]))
    shelf.move(session, comment, Status.PENDING if held else comment.status)
    judging.ask_outside(session, comment, at=at)
    shelf.tell(session, "comment.held_again" if held else "comment.edited", comment, by=by, at=at)
    return queries.own_view(session, comment, at=at), comment.version


def withdraw(session: Session, comment_id: UUID, *, match: Match, subject: UUID, by: Actor, at: datetime) -> None:
    """Delete a comment as its writer. Raises CommentNotFound, Unauthenticated, WindowClosed, Stale."""
    comment = queries.get_locked(session, comment_id)
    queries.check_own(session, comment, subject, at=at)
    match.check_if_sent(comment.version, revision=comment.revision)
    shelf.bury(session, comment)
    shelf.tell(session, "comment.deleted", comment, by=by, at=at)


def import_comment(
    session: Session,
    post_id: UUID,
    body: str,
    *,
    locale: str,
    written_at: datetime,
    by: Actor,
    at: datetime,
    status: Status = Status.PUBLISHED,
    author_name: str | None = None,
    author_email: str | None = None,
    staff_id: UUID | None = None,
    parent_id: UUID | None = None,
) -> Comment:
    """Bring in a comment that was judged elsewhere: no limits, no checks but its parent's. Raises Invalid."""
    queries.lock_threads(session, {post_id})
    comment = _written(
        post_id,
        body,
        locale=locale,
        at=written_at,
        author_name=author_name,
        author_email=staff_queries.fold_email(author_email) if author_email else None,
        staff_id=staff_id,
    )
    posts = queries.thread_posts(session, post_id, site_queries.get_settings(session))
    _hang(session, comment, parent_id, posts)
    comment.status = status
    return _arrive(session, comment, by=by, at=at)
