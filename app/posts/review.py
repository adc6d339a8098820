"""The review: a move of the newest revision, written down with who made it and why; the list of moves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.http.conditional import Match
from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.ids import new_id
from app.core.keyset import decode_cursor, encode_cursor
from app.events.service import record
from app.posts import changing, queries, workflow
from app.posts.errors import NotNewest
from app.posts.models import Post, State
from app.posts.review_models import Move, Transition
from app.posts.review_schemas import TransitionInput, TransitionShown
from app.posts.workflow import Action
from app.staff.models import User

EVENTS = {
    Move.SUBMIT: "post.submitted",
    Move.APPROVE: "post.approved",
    Move.REQUEST_CHANGES: "post.changes_requested",
    Move.RECALL: "post.recalled",
}


def move(session: Session, post_id: UUID, wish: TransitionInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Move the newest revision; what the public sees stays. Raises PostNotFound, Forbidden, Stale, NotNewest for
    another revision than the newest, IllegalMove.
    """
    action = Action(wish.action)
    post = changing.reach(session, post_id, action, match, by=by, demand_match=False)
    if wish.revision not in (None, post.revision):
        raise NotNewest(current=post.revision)
    changing.move(session, post, action, by=by)
    before, post.state = post.state, workflow.state_after(action, post.state)
    newest = queries.newest_revision(session, post)
    newest.approved_at = at if post.state is State.APPROVED else None
    session.add(
        Transition(
            id=new_id(),
            post_id=post.id,
            revision=post.revision,
            action=wish.action,
            before=before.value,
            after=post.state.value,
            note=wish.note or "",
            moved_by=by.id,
            at=at,
        )
    )
    changing.touch(post, by=by, at=at)
    facts: dict[str, Any] = {
        "kind": post.kind.value,
        "locale": post.locale,
        "slug": newest.slug,
        "revision": post.revision,
    }
    record(session, EVENTS[wish.action], post.id, by=by, at=at, **facts)
    return post


def list_moves(session: Session, post_id: UUID, query: PageQuery, actor: Actor) -> Page[TransitionShown]:
    """The moves of a visible dossier, the latest first. Raises PostNotFound."""
    queries.see_for_editor(session, post_id, actor)
    scope = f"/v1/editor/posts/{post_id}/transitions"
    key = (col(Transition.at), col(Transition.id))
    statement = (
        select(Transition, User.name)
        .outerjoin(User, col(User.id) == col(Transition.moved_by))
        .where(col(Transition.post_id) == post_id)
    )
    total = total_of(session, statement.with_only_columns(col(Transition.id)), query)
    if query.cursor is not None:
        statement = statement.where(tuple_(*key) < tuple_(*decode_cursor(query.cursor, scope, (datetime, UUID))))
    found = session.exec(statement.order_by(*(part.desc() for part in key)).limit(query.limit + 1)).all()
    rows, cursor = page_of(found, query.limit, lambda last: encode_cursor(scope, (last[0].at, last[0].id)))
    return Page[TransitionShown](items=[TransitionShown.of(*row) for row in rows], next=cursor, total=total)
