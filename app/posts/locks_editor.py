"""The doors of the lock."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.core.errors import Forbidden, IllegalMove, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import locks
from app.posts.doors import Db, DossierWriter
from app.posts.errors import Locked, PostNotFound
from app.posts.locks_schemas import LockInput, LockShown

router = APIRouter(prefix="/v1/editor/posts/{post_id}/lock", tags=["editor: posts"], route_class=GuardedRoute)


@router.put(
    "",
    operation_id="lockDossier",
    response_model=LockShown,
    responses=problems(
        *(Malformed, Unauthenticated, Forbidden, PostNotFound, UnsupportedMediaType, Invalid, Stale),
        *(IllegalMove, Locked),
    ),
)
async def lock_dossier(
    db: Db, actor: DossierWriter, post_id: UUID, match: IfMatch, at: Now, wish: LockInput | None = None
) -> LockShown:
    """Say that you write here, again every 30 seconds: it ends after 90. No write is refused because of it."""
    return await db.write(locks.take, post_id, wish or LockInput(), match, by=actor, at=at)


@router.delete(
    "",
    operation_id="unlockDossier",
    status_code=204,
    responses=problems(Malformed, Unauthenticated, Forbidden, PostNotFound, Stale),
)
async def unlock_dossier(db: Db, actor: DossierWriter, post_id: UUID, match: IfMatch) -> Response:
    """Say that you are done; somebody else's lock stays."""
    await db.write(locks.release, post_id, match, by=actor)
    return Response(status_code=204)
