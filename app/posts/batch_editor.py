"""The desk's door for many dossiers at once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.ids import new_id
from app.posts import batch
from app.posts.batch_schemas import Batch, BatchAnswer
from app.posts.doors import Db
from app.posts.workflow import NEEDS, Action
from app.staff.guards import Guard

router = APIRouter(prefix="/v1/editor/posts", tags=["editor: posts"], route_class=GuardedRoute)

_ACTIONS = (Action.EDIT, Action.PUBLISH, Action.UNPUBLISH, Action.TRASH, Action.RESTORE)
Worker = Annotated[
    Actor, Depends(Guard(*dict.fromkeys(permission for action in _ACTIONS for permission in NEEDS[action])))
]


@router.post(
    "/batch",
    operation_id="changeDossiers",
    response_model=BatchAnswer,
    responses=problems(Malformed, Unauthenticated, Forbidden, StillRunning, UnsupportedMediaType, Invalid),
)
async def change_dossiers(db: Db, actor: Worker, wanted: Batch, repeat: Idempotency, at: Now) -> Response:
    """Publish, unpublish, tag, untag, move, trash or restore up to 100 dossiers; each stands or falls alone, with the
    rights and checks of a single one. Tagging and moving write a new revision, of which the public sees nothing yet.
    """

    def into(answer: BatchAnswer) -> Created:
        return Created(answer, about=new_id(), status=200)

    return await create(db, repeat, batch.run, wanted, by=actor, at=at, into=into)
