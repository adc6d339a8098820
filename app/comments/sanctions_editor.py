"""The doors to bans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.abuse import sanctions as memory
from app.abuse.errors import SanctionNotFound
from app.abuse.memory_models import Sanction
from app.comments import sanctions
from app.comments.sanction_schemas import SanctionCreate, SanctionQuery, SanctionShown
from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff.guards import Guard
from app.staff.permissions import Permission as P

PATH = "/v1/editor/comments/sanctions"
router = APIRouter(prefix=PATH, tags=["editor: comments"], route_class=GuardedRoute)

Moderator = Annotated[Actor, Depends(Guard(P.COMMENTS_MODERATE_ANY))]
Lifter = Annotated[Actor, Depends(Guard(P.COMMENTS_MODERATE_ANY, sees=sanctions.sight))]


@router.get(
    "",
    operation_id="listSanctions",
    response_model=Page[SanctionShown],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_sanctions(db: Db, actor: Moderator, query: Annotated[SanctionQuery, Query()], at: Now) -> Response:
    """Who may write no comments, newest first; bans that ended are forgotten after a month."""
    return paged(await db.read(sanctions.list_sanctions, query, at=at), PATH, query)


@router.post(
    "",
    operation_id="createSanction",
    status_code=201,
    response_model=SanctionShown,
    responses=problems(Malformed, Unauthenticated, Forbidden, StillRunning, UnsupportedMediaType, Invalid),
)
async def create_sanction(
    db: Db, keys: SecretKeys, actor: Moderator, new: SanctionCreate, repeat: Idempotency, at: Now
) -> Response:
    """Let the writer of a comment write none until a given time. They are told so with the notice (403, `sanctioned`)
    whenever they try: nobody writes into the void.
    """
    return await create(db, repeat, sanctions.impose, new, keys=keys, by=actor, at=at, into=_made)


def _made(sanction: Sanction) -> Created:
    return Created(SanctionShown.of(sanction), about=sanction.id)


@router.delete(
    "/{sanction_id}",
    operation_id="liftSanction",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, SanctionNotFound),
)
async def lift_sanction(db: Db, actor: Lifter, sanction_id: UUID, at: Now) -> Response:
    """End a ban before its time; one that has ended stays as it is."""
    await db.write(memory.lift, sanction_id, by=actor, at=at)
    return Response(status_code=204)
