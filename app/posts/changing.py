"""What every verb of the desk does: reach the dossier, move its version, write a revision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.posts import content, queries, workflow
from app.posts.models import Life, Post, PostTerm, Revision
from app.posts.workflow import Action


def reach(
    session: Session, post_id: UUID, action: Action, match: Match, *, by: Actor, demand_match: bool = True
) -> Post:
    """The locked dossier in the version that the caller meant, by someone who may. Raises PostNotFound, Forbidden,
    Stale.
    """
    post = queries.get_for_editor(session, post_id, by)
    if not workflow.permitted(action, by.permissions, own=queries.is_own(session, post, by)):
        raise Forbidden("this is not yours to " + action.value)
    compare = match.check if demand_match else match.check_if_sent
    compare(post.version, revision=post.revision, updated_at=post.updated_at, updated_by=post.updated_by)
    return post


def move(session: Session, post: Post, action: Action, *, by: Actor) -> Life:
    """Public life after what this person wants. Raises IllegalMove with what they may do now."""
    if action not in workflow.possible(post.state, post.life, scheduled=post.is_scheduled):
        own = queries.is_own(session, post, by)
        allowed = workflow.allowed(post.state, post.life, by.permissions, own=own, scheduled=post.is_scheduled)
        raise IllegalMove(_refusal(post, action), allowed=allowed)
    return workflow.after(action, post.life)


def _refusal(post: Post, action: Action) -> str:
    if action is Action.UNSCHEDULE:
        return "nothing is scheduled"
    return f"a dossier that is {post.life.value} and {post.state.value} cannot take: {action.value}"


def touch(post: Post, *, by: Actor, at: datetime) -> None:
    """An accepted write: the version moves, and with it the ETag."""
    post.version += 1
    post.updated_by, post.updated_at = by.id, at


def write_revision(session: Session, post: Post, facts: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Add the snapshot that `post.revision` numbers, and link its terms."""
    revision = Revision(id=new_id(), post_id=post.id, number=post.revision, created_by=by.id, created_at=at, **facts)
    session.add(revision)
    session.flush()
    link_terms(session, post)


def link_terms(session: Session, post: Post) -> None:
    """The terms of the newest revision, of the live one and of the one that will appear."""
    numbers = {post.revision, post.live_revision, post.scheduled_revision}
    kept = session.exec(select(Revision).where(col(Revision.post_id) == post.id, col(Revision.number).in_(numbers)))
    ids = {term_id for revision in kept for term_id in content.term_ids(revision)}
    session.execute(delete(PostTerm).where(col(PostTerm.post_id) == post.id))
    if ids:
        session.execute(insert(PostTerm), [{"term_id": term_id, "post_id": post.id} for term_id in ids])
