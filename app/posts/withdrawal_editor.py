"""The desk's door to takedowns."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import withdrawal
from app.posts.doors import WRITES, Db, guard, shown
from app.posts.schemas import PostEditor
from app.posts.withdrawal_schemas import WithdrawalInput
from app.posts.workflow import Action

router = APIRouter(prefix="/v1/editor/posts", tags=["editor: posts"], route_class=GuardedRoute)

Withdrawer = Annotated[Actor, Depends(guard(Action.WITHDRAW))]


@router.put(
    "/{post_id}/withdrawal", operation_id="withdrawDossier", response_model=PostEditor, responses=problems(*WRITES)
)
async def withdraw_dossier(
    db: Db, actor: Withdrawer, post_id: UUID, match: IfMatch, at: Now, wish: WithdrawalInput
) -> Response:
    """Take a live piece away: 410 with the notice wherever it was, its thread frozen; again to change the words."""
    verb = partial(withdrawal.withdraw, post_id=post_id, wish=wish, match=match, by=actor, at=at)
    return await db.write(shown, verb, actor)


@router.delete(
    "/{post_id}/withdrawal", operation_id="reinstateDossier", response_model=PostEditor, responses=problems(*WRITES)
)
async def reinstate_dossier(db: Db, actor: Withdrawer, post_id: UUID, match: IfMatch, at: Now) -> Response:
    """Take the withdrawal back; the piece is unpublished then, and nothing of it is public."""
    verb = partial(withdrawal.reinstate, post_id=post_id, match=match, by=actor, at=at)
    return await db.write(shown, verb, actor)
