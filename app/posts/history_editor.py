"""The doors of the history: revisions, what changed between them, bringing one back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.core.errors import Forbidden, IllegalMove, Invalid, Malformed, Stale, Unauthenticated
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.numbers import MOST_NUMBER
from app.posts import history
from app.posts.doors import Db, DossierReader, DossierWriter, made
from app.posts.errors import PostNotFound, RevisionNotFound
from app.posts.history_schemas import DiffQuery, RevisionContent, RevisionDiff, RevisionItem
from app.posts.schemas import PostEditor

PATH = "/v1/editor/posts/{post_id}/revisions"
router = APIRouter(prefix=PATH, tags=["editor: posts"], route_class=GuardedRoute)

Number = Annotated[int, Path(ge=1, le=MOST_NUMBER, description="the number of a revision")]
_SEEN = (Unauthenticated, Forbidden, PostNotFound, Invalid)


@router.get("", operation_id="listRevisions", response_model=Page[RevisionItem], responses=problems(*_SEEN))
async def list_revisions(db: Db, actor: DossierReader, post_id: UUID, query: Annotated[PageQuery, Query()]) -> Response:
    """Who wrote what when, the newest first; numbers have gaps where an autosave took the place of another."""
    return paged(await db.read(history.list_revisions, post_id, query, actor), PATH.format(post_id=post_id), query)


@router.get(
    "/{number}",
    operation_id="getRevision",
    response_model=RevisionContent,
    responses=problems(*_SEEN, RevisionNotFound),
)
async def get_revision(db: Db, actor: DossierReader, post_id: UUID, number: Number) -> Response:
    """One revision, whole; its ETag is that of the dossier, with which its marks move."""
    return versioned(*await db.read(history.get_revision, post_id, number, actor))


@router.get(
    "/{number}/diff",
    operation_id="compareRevisions",
    response_model=RevisionDiff,
    responses=problems(*_SEEN, RevisionNotFound),
)
async def compare_revisions(
    db: Db, actor: DossierReader, post_id: UUID, number: Number, query: Annotated[DiffQuery, Query()]
) -> Response:
    """What changed since the revision before, or since `against`: member by member, texts word by word."""
    return versioned(*await db.study(history.compare, post_id, number, query.against, actor))


@router.post(
    "/{number}/restoration",
    operation_id="bringBackRevision",
    response_model=PostEditor,
    responses=problems(*_SEEN, Malformed, RevisionNotFound, Stale, IllegalMove, StillRunning),
)
async def bring_back_revision(
    db: Db, actor: DossierWriter, post_id: UUID, number: Number, match: IfMatch, repeat: Idempotency, at: Now
) -> Response:
    """Write the content of an old revision as a new one; `warnings` say what could not come back."""

    def make(session: Any, *, by: Any, at: Any) -> Created:
        return made(session, history.bring_back(session, post_id, number, match, by=by, at=at), by)

    return await create(db, repeat, make, by=actor, at=at, into=lambda done: done)
