"""The desk's doors to what is said about a story afterwards."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Stale
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import corrections, corrections_queries
from app.posts.corrections_schemas import CorrectionCreate, CorrectionEditor, CorrectionPatch
from app.posts.doors import Db, DossierReader, guard
from app.posts.errors import CorrectionNotFound, PostNotFound
from app.posts.workflow import Action

router = APIRouter(prefix="/v1/editor/posts", tags=["editor: posts"], route_class=GuardedRoute)

Corrector = Annotated[Actor, Depends(guard(Action.CORRECT))]
_REFUSALS = (PostNotFound, Forbidden, Stale, Invalid, IllegalMove)


@router.get(
    "/{post_id}/corrections",
    operation_id="listDossierCorrections",
    response_model=Page[CorrectionEditor],
    responses=problems(PostNotFound, Invalid),
)
async def list_corrections(
    db: Db, actor: DossierReader, post_id: UUID, query: Annotated[PageQuery, Query()]
) -> Response:
    """What was said about a story afterwards, newest first."""
    page = await db.read(corrections_queries.list_corrections, post_id, query)
    return paged(page, f"/v1/editor/posts/{post_id}/corrections", query)


@router.post(
    "/{post_id}/corrections",
    operation_id="correctStory",
    response_model=CorrectionEditor,
    status_code=201,
    responses=problems(*_REFUSALS, StillRunning),
)
async def correct_story(
    db: Db, actor: Corrector, post_id: UUID, match: IfMatch, repeat: Idempotency, at: Now, said: CorrectionCreate
) -> Response:
    """Say in public what was wrong in a live story, at once; edits that wait on the desk stay there."""

    def into(made: Any) -> Created:
        correction, post = made
        return Created(CorrectionEditor.of(correction), post.id, version=post.version)

    return await create(db, repeat, corrections.correct, post_id, said, match, by=actor, at=at, into=into)


@router.patch(
    "/{post_id}/corrections/{correction_id}",
    operation_id="amendCorrection",
    response_model=CorrectionEditor,
    responses=problems(*_REFUSALS, CorrectionNotFound),
)
async def amend_correction(
    db: Db,
    actor: Corrector,
    post_id: UUID,
    correction_id: UUID,
    match: IfMatch,
    at: Now,
    change: Annotated[CorrectionPatch, Body(media_type="application/merge-patch+json")],
) -> Response:
    """Mend a slip in a correction of a live story (merge patch); its moment stays, and it cannot be taken back."""

    def into(made: Any) -> Response:
        correction, post = made
        return versioned(CorrectionEditor.of(correction), post.version)

    return await db.write(corrections.amend, post_id, correction_id, change, match, by=actor, at=at, into=into)
