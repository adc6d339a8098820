"""The doors of the review: make a move, read those that were made."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import queries, review
from app.posts.doors import Db, DossierReader, made
from app.posts.errors import NotNewest, PostNotFound
from app.posts.review_schemas import TransitionInput, TransitionShown
from app.posts.schemas import PostEditor
from app.staff.guards import Guard
from app.staff.permissions import Permission as P

PATH = "/v1/editor/posts/{post_id}/transitions"
router = APIRouter(prefix=PATH, tags=["editor: posts"], route_class=GuardedRoute)

# which of the two a move asks for, the verb knows: the action stands in the body
Mover = Annotated[Actor, Depends(Guard(P.POSTS_SUBMIT_OWN, P.POSTS_REVIEW, sees=queries.sight()))]


@router.post(
    "",
    operation_id="moveDossier",
    response_model=PostEditor,
    responses=problems(
        *(Malformed, Unauthenticated, Forbidden, PostNotFound, UnsupportedMediaType, Invalid, Stale),
        *(IllegalMove, NotNewest, StillRunning),
    ),
)
async def move_dossier(
    db: Db, actor: Mover, post_id: UUID, match: IfMatch, repeat: Idempotency, at: Now, wish: TransitionInput
) -> Response:
    """Submit, approve, send back or recall the newest revision, with a note; a live version stays as it is."""

    def make(session: Any, *, by: Actor, at: Any) -> Created:
        return made(session, review.move(session, post_id, wish, match, by=by, at=at), by)

    return await create(db, repeat, make, by=actor, at=at, into=lambda done: done)


@router.get(
    "",
    operation_id="listMoves",
    response_model=Page[TransitionShown],
    responses=problems(Unauthenticated, Forbidden, PostNotFound, Invalid),
)
async def list_moves(db: Db, actor: DossierReader, post_id: UUID, query: Annotated[PageQuery, Query()]) -> Response:
    """Who moved it when, and what they wrote; the latest first."""
    return paged(await db.read(review.list_moves, post_id, query, actor), PATH.format(post_id=post_id), query)
