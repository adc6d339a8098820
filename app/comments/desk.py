"""What the newsroom does with a comment beside judging it: put it on top of its thread, tell each other about it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.comments import beside, queries, queue, shelf, workflow
from app.comments.editor_schemas import ModeratedComment, NoteShown, NoteText
from app.comments.errors import CannotPin, CommentNotFound
from app.comments.models import Comment, CommentNote
from app.core.actor import Actor
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.site import queries as site_queries


def pin(session: Session, comment_id: UUID, *, match: Match, by: Actor, at: datetime) -> tuple[ModeratedComment, int]:
    """Put a comment on top of its thread, in place of another. Raises CommentNotFound, Stale, CannotPin."""
    comment = _get_reachable(session, comment_id, by, match)
    if not workflow.may_be_pinned(comment):
        raise CannotPin()
    posts = queries.thread_posts(session, comment.post_id, site_queries.get_settings(session))
    wanted = (col(Comment.post_id).in_(posts), col(Comment.pinned_at).is_not(None), col(Comment.id) != comment_id)
    for other in session.exec(select(Comment).where(*wanted)).all():
        _take_down(session, other, by=by, at=at)
    if comment.pinned_at is None:
        comment.pinned_at = at
        comment.version += 1
        shelf.tell(session, "comment.pinned", comment, by=by, at=at)
    session.flush()
    return queue.get_moderated(session, comment_id, by)


def unpin(session: Session, comment_id: UUID, *, match: Match, by: Actor, at: datetime) -> tuple[ModeratedComment, int]:
    """Take a comment from the top of its thread. Raises CommentNotFound, Stale."""
    comment = _get_reachable(session, comment_id, by, match)
    if comment.pinned_at is not None:
        _take_down(session, comment, by=by, at=at)
    session.flush()
    return queue.get_moderated(session, comment_id, by)


def _take_down(session: Session, comment: Comment, *, by: Actor, at: datetime) -> None:
    comment.pinned_at = None
    comment.version += 1
    shelf.tell(session, "comment.unpinned", comment, by=by, at=at)


def write_note(
    session: Session, comment_id: UUID, text: NoteText, *, match: Match, by: Actor, at: datetime
) -> NoteShown:
    """Tell the other moderators something about a comment. Raises CommentNotFound, Stale."""
    comment = _get_reachable(session, comment_id, by, match)
    if workflow.is_gone(comment):
        raise CommentNotFound()
    assert by.id is not None
    note = CommentNote(id=new_id(), comment_id=comment_id, author_id=by.id, body=text.body, written_at=at)
    session.add(note)
    comment.version += 1
    session.flush()
    shelf.tell(session, "comment.noted", comment, by=by, at=at)
    return beside.note_shown(note, by.name)


def _get_reachable(session: Session, comment_id: UUID, by: Actor, match: Match) -> Comment:
    """A comment that this person moderates, its thread locked. Raises CommentNotFound, Stale."""
    comment = queries.get_locked(session, comment_id)
    wanted = select(Comment.id).where(col(Comment.id) == comment_id, queue.for_moderator(by))
    if session.exec(wanted).first() is None:
        raise CommentNotFound()
    match.check_if_sent(comment.version, revision=comment.revision)
    return comment
