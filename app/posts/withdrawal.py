"""Taking a piece away in public: it is gone everywhere, and where it was a notice says so."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.http.conditional import Match
from app.events.service import record
from app.posts import agenda, changing
from app.posts.models import Post
from app.posts.withdrawal_models import Withdrawal
from app.posts.withdrawal_schemas import WithdrawalInput
from app.posts.workflow import Action
from app.publications import service as publications_service


def withdraw(session: Session, post_id: UUID, wish: WithdrawalInput, match: Match, *, by: Actor, at: datetime) -> Post:
    """Withdraw a live piece, and its schedule with it; of one that is withdrawn, change what is said about it. Raises
    PostNotFound, Stale, IllegalMove.
    """
    post = changing.reach(session, post_id, Action.WITHDRAW, match, by=by, demand_match=False)
    life = changing.move(session, post, Action.WITHDRAW, by=by)
    agenda.cancel(session, post, by=by, at=at)
    publications_service.withdraw(session, post.id, wish.notice, at=at)
    withdrawal = session.get(Withdrawal, post.id) or Withdrawal(post_id=post.id, reason="", at=at, withdrawn_by=by.id)
    withdrawal.reason, withdrawal.notice = wish.reason, wish.notice
    session.add(withdrawal)
    post.life, post.live_revision = life, None
    changing.touch(post, by=by, at=at)
    record(session, "post.withdrawn", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)
    return post


def reinstate(session: Session, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    """Take a withdrawal back: the piece is unpublished then. Raises PostNotFound, IllegalMove."""
    post = changing.reach(session, post_id, Action.REINSTATE, match, by=by, demand_match=False)
    post.life = changing.move(session, post, Action.REINSTATE, by=by)
    publications_service.reinstate(session, post.id)
    session.delete(session.get_one(Withdrawal, post.id))
    session.flush()
    changing.touch(post, by=by, at=at)
    record(session, "post.reinstated", post.id, by=by, at=at, kind=post.kind.value, locale=post.locale)
    return post
