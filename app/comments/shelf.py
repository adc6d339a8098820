"""Where a comment stands: every change of status goes through here, so that counts and tombstones stay right."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from app.abuse import service as abuse_service
from app.comments import lessons, queries
from app.comments.documents import document_of
from app.comments.models import (
    GONE,
    Comment,
    CommentCounter,
    CommentNote,
    CommentRevision,
    Recommendation,
    Report,
    Status,
)
from app.core import statements
from app.core.actor import Actor
from app.core.columns import table_of
from app.core.db import Twofold
from app.core.http.answers import blank_answers
from app.core.rows import fill, keep_new
from app.events.service import record
from app.publications import service as publications_service
from app.site import queries as site_queries

CHANNEL = "masthead_threads"


def place(session: Session, comment: Comment) -> None:
    """Store a new comment under the next number, in its status."""
    fill(comment, number=_next_number(session), visible=comment.status is Status.PUBLISHED)
    fill(comment, document=document_of(comment))
    keep_new(session, comment)
    if comment.visible:
        _appear(session, comment, +1)


def move(session: Session, comment: Comment, status: Status) -> None:
    """Bring a locked comment into a status, and everything that follows from it."""
    was = comment.status is Status.PUBLISHED
    comment.status = status
    comment.version += 1
    now = comment.status is Status.PUBLISHED
    comment.visible = now or comment.descendants > 0
    comment.document = document_of(comment)
    if not now:
        comment.pinned_at = None
    session.flush()
    if was or now:
        _appear(session, comment, now - was)


def _appear(session: Session, comment: Comment, delta: int) -> None:
    """Something changed that readers see; of an edit the count stays."""
    if delta and comment.parent_id is not None:
        _tell_ancestors(session, comment.parent_id, delta)
    recount(session, comment.post_id)


def _tell_ancestors(session: Session, parent_id: UUID, delta: int) -> None:
    """One more, or one less, published below: a tombstone without any is no longer shown."""
    node, above = aliased(Comment), aliased(Comment)
    start = select(node.id, node.parent_id).where(col(node.id) == parent_id).cte("above", recursive=True)
    chain = start.union_all(select(above.id, above.parent_id).join(start, col(above.id) == start.c.parent_id))
    below = col(Comment.descendants) + delta
    changed = update(Comment).where(col(Comment.id).in_(select(chain.c.id)))
    changed = changed.values(descendants=below, visible=or_(col(Comment.status) == Status.PUBLISHED, below > 0))
    session.execute(changed, execution_options={"synchronize_session": "fetch"})


def recount(session: Session, post_id: UUID) -> None:
    """Write the count of a thread to every story that shows it, and call those who listen to it."""
    posts = queries.thread_posts(session, post_id, site_queries.get_settings(session))
    count = queries.count_published(session, posts)
    for story in posts:
        publications_service.set_comment_count(session, story, count)
        _ring(session, story)


def _ring(session: Session, post_id: UUID) -> None:
    """Servers hear of it with the commit; on SQLite they watch the counter of commits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, :thread)"), {"channel": CHANNEL, "thread": str(post_id)})


def bury(session: Session, comment: Comment, status: Status = Status.DELETED) -> None:
    """Make a tombstone: text, name, address and keys go, and with them the row when no answer hangs on it."""
    part = lessons.forget if status is Status.ERASED else lessons.let_go
    part(session, comment)
    move(session, comment, status)
    comment.body = comment.body_html = comment.body_hash = None
    comment.author_name = comment.author_email = comment.network = comment.rejection = comment.staff_id = None
    comment.search_text, comment.notify, comment.verified, comment.reader_id = "", "none", False, None
    comment.hold_reasons, comment.evidence = [], []
    blank_answers(session, comment.id)
    forget_beside(session, comment)
    abuse_service.forget(session, {comment.id})
    session.flush()
    _clear(session, comment)


def forget_beside(session: Session, comment: Comment) -> None:
    """What hangs on a comment goes with its text: older texts, notes, reports, recommendations."""
    for beside in (CommentRevision, CommentNote, Report, Recommendation):
        session.execute(delete(beside).where(col(beside.comment_id) == comment.id))
    comment.recommendations, comment.reported_at = 0, None


def _clear(session: Session, comment: Comment) -> None:
    """Take away tombstones that nothing hangs on, up the branch."""
    grave: Comment | None = comment
    while grave is not None and grave.status in GONE and not _has_answers(session, grave.id):
        above = grave.parent_id
        session.delete(grave)
        session.flush()
        grave = session.get(Comment, above) if above else None


def _has_answers(session: Session, comment_id: UUID) -> bool:
    return session.exec(select(Comment.id).where(col(Comment.parent_id) == comment_id)).first() is not None


def _next_number(session: Session) -> int:
    """Taken late: the row stays locked until the commit, so that numbers rise in its order."""
    ((number,),) = statements.rows(session, _COUNT, {})
    return int(number)


def _one_more(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    counter = insert(table_of(CommentCounter)).values(id=1, number=1)
    number = table_of(CommentCounter).c.number
    return counter.on_conflict_do_update(index_elements=["id"], set_={"number": number + 1}).returning(number)


_COUNT = Twofold(_one_more)


def tell(session: Session, name: str, comment: Comment, *, by: Actor, at: datetime, **data: Any) -> None:
    """Record what happened to a comment: ids, numbers and states, never a word of it."""
    facts: dict[str, Any] = {"post_id": str(comment.post_id), "number": comment.number, "revision": comment.revision}
    record(session, name, comment.id, by=by, at=at, **facts, status=comment.status.value, **data)
