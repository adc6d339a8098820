"""Reading what moderators judge: queue, comments, past decisions. Every read starts at `for_moderator(actor)`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, false, select, true
from sqlmodel.sql.expression import Select, SelectOfScalar

from app.abuse import flood
from app.comments import beside, documents
from app.comments.documents import Placed
from app.comments.editor_schemas import ModeratedComment, QueueQuery, StatusCounts
from app.comments.errors import BatchNotFound, CommentNotFound
from app.comments.models import Comment, Decision, DecisionBatch
from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.folding import search_terms
from app.core.http.paging import Page, page_of, total_of
from app.core.ids import parse_id
from app.core.keyset import Key, decode_cursor, encode_cursor
from app.core.numbers import MOST_NUMBER
from app.posts import queries as posts_queries
from app.posts.errors import PostNotFound
from app.posts.models import Post
from app.publications.models import Publication
from app.staff import queries as staff_queries
from app.staff.permissions import Permission as P


def for_moderator(actor: Actor) -> ColumnElement[bool]:
    """The comments that this person may judge: all, or those below their own stories."""
    if actor.may(P.COMMENTS_MODERATE_ANY):
        return true()
    return col(Comment.post_id).in_(_own_posts(actor)) if actor.may(P.COMMENTS_MODERATE_OWN) else false()


def _own_posts(actor: Actor) -> SelectOfScalar[UUID]:
    return select(Post.id).where(posts_queries.owned_by(actor))


def sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: the comment is below a story that this person moderates. Raises CommentNotFound."""
    comment_id = parse_id(path["comment_id"])
    wanted = select(Comment.id).where(col(Comment.id) == comment_id, for_moderator(actor))
    if comment_id is None or session.exec(wanted).first() is None:
        raise CommentNotFound()


def post_sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: a story below which this person may write. Raises PostNotFound."""
    post_id = parse_id(path["post_id"])
    if post_id is None:
        raise PostNotFound()
    get_commentable(session, post_id, actor)


def get_commentable(session: Session, post_id: UUID, actor: Actor) -> Post:
    """Any dossier for those who moderate, else one's own. Raises PostNotFound."""
    post = session.get(Post, post_id)
    anywhere = actor.may(P.COMMENTS_MODERATE_ANY)
    if post is None or not (anywhere or posts_queries.is_own(session, post, actor)):
        raise PostNotFound()
    return post


def batch_sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: decisions of one's own, or of anyone for those who moderate everywhere. Raises BatchNotFound."""
    batch_id = parse_id(path["batch_id"])
    if batch_id is None:
        raise BatchNotFound()
    get_batch(session, batch_id, actor)


def get_batch(session: Session, batch_id: UUID, actor: Actor) -> DecisionBatch:
    """The decisions that were sent together, locked. Raises BatchNotFound."""
    batch = session.exec(select(DecisionBatch).where(col(DecisionBatch.id) == batch_id).with_for_update()).first()
    if batch is None or not (actor.may(P.COMMENTS_MODERATE_ANY) or batch.decided_by == actor.id):
        raise BatchNotFound()
    return batch


def list_decisions(session: Session, batch_id: UUID) -> Sequence[Decision]:
    """The decisions of a batch, the last one first."""
    order = col(Decision.place).desc()
    return session.exec(select(Decision).where(col(Decision.batch_id) == batch_id).order_by(order)).all()


def get_moderated(session: Session, comment_id: UUID, actor: Actor) -> tuple[ModeratedComment, int]:
    """One comment as moderators see it, and its version. Raises CommentNotFound."""
    row = session.exec(_placed(actor).where(col(Comment.id) == comment_id)).first()
    if row is None:
        raise CommentNotFound()
    (placed,) = beside.gather(session, [Placed(*row)])
    return documents.moderated(placed, actor), row[0].version


def _placed(actor: Actor) -> Select[Comment, str, str]:
    return (
        select(Comment, Publication.slug, Publication.title)
        .outerjoin(Publication, col(Publication.id) == col(Comment.post_id))
        .where(for_moderator(actor))
    )


def list_queue(session: Session, query: QueueQuery, actor: Actor) -> Page[ModeratedComment]:
    """A page of the queue. Raises Forbidden for a filter by address without the permission to see it."""
    if query.author_email is not None and not actor.may(P.COMMENTS_SEE_IDENTITY):
        raise Forbidden("filtering by author_email needs: " + P.COMMENTS_SEE_IDENTITY)
    number = col(Comment.number)
    scope = query.bound_to(f"queue {actor.id}")
    statement = _placed(actor).where(*_filters(query))
    total = total_of(session, statement.with_only_columns(number), query)
    if query.cursor is not None:
        after = number_in(decode_cursor(query.cursor, scope, (int,))[0])
        statement = statement.where(number < after if query.sort == "newest" else number > after)
    order = number.desc() if query.sort == "newest" else number
    rows = [Placed(*row) for row in session.exec(statement.order_by(order).limit(query.limit + 1))]
    shown, following = page_of(rows, query.limit, lambda row: encode_cursor(scope, (row.comment.number,)))
    return Page(items=documents.moderated_list(beside.gather(session, shown), actor), next=following, total=total)


def number_in(part: Key) -> int:
    """A number from a cursor, which strangers can write, within what the column holds."""
    return min(max(part, 0), MOST_NUMBER) if isinstance(part, int) else 0


def _filters(query: QueueQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.status is not None:
        found.append(col(Comment.status).in_(query.status))
    if query.post is not None:
        found.append(col(Comment.post_id) == query.post)
    if query.author_email is not None:
        found.append(col(Comment.author_email) == staff_queries.fold_email(query.author_email))
    if query.reported is not None:
        waits = col(Comment.reported_at).is_not(None)
        found.append(waits if query.reported else ~waits)
    if query.q:
        # folded terms are letters and digits alone: nothing in them is a wildcard
        found += [col(Comment.search_text).like(f"% {term}%") for term in search_terms(query.q)] or [false()]
    return found


def count_by_status(session: Session, actor: Actor, *, at: datetime) -> StatusCounts:
    """How many comments stand where, of those that this person may judge, and whether a flood lasts."""
    rows = session.exec(select(Comment.status, func.count()).where(for_moderator(actor)).group_by(col(Comment.status)))
    counts: dict[str, Any] = {str(status): count for status, count in rows}
    return StatusCounts(**counts, flood_since=flood.since(session, at=at))
