"""Redirects behind the fence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.publications import redirects
from app.publications import redirects_queries as queries
from app.publications.errors import PathInUse, PathTaken, RedirectLoop, RedirectNotFound
from app.publications.redirects_models import Redirect
from app.publications.redirects_schemas import RedirectCreate, RedirectEditor, RedirectPatch, RedirectQuery
from app.staff.guards import Guard
from app.staff.permissions import Permission

PATH = "/v1/editor/redirects"
router = APIRouter(prefix=PATH, tags=["editor: redirects"], route_class=GuardedRoute)

Writer = Annotated[Actor, Depends(Guard(Permission.REDIRECTS_WRITE))]
Holder = Annotated[Actor, Depends(Guard(Permission.REDIRECTS_WRITE, sees=queries.sight))]

_LED = problems(PathInUse, PathTaken, RedirectLoop)


@router.get(
    "",
    operation_id="listRedirects",
    response_model=Page[RedirectEditor],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_redirects(db: Db, actor: Writer, query: Annotated[RedirectQuery, Query()]) -> Response:
    """Paths that lead elsewhere, by path. What a story had as its address leads to it without any of these."""
    found = await db.study(queries.list_redirects, query)
    return paged(found.shown(RedirectEditor.of), PATH, query)


@router.post(
    "",
    operation_id="createRedirect",
    status_code=201,
    response_model=RedirectEditor,
    responses=problems(Malformed, Unauthenticated, Forbidden, StillRunning, UnsupportedMediaType, Invalid) | _LED,
)
async def create_redirect(db: Db, at: Now, repeat: Idempotency, actor: Writer, new: RedirectCreate) -> Response:
    """Lead a path of the front end elsewhere, or say that it is gone. `GET /v1/resolve` then answers 301 or 410 for it,
    before any old address of a piece; what is public under the path now cannot be led away (409 `in_use`). Chains are
    shortened, here and in those that led to the path; a ring is refused (409 `redirect_loop`).
    """
    return await create(db, repeat, redirects.create, new, by=actor, at=at, into=_made)


@router.get(
    "/{redirect_id}",
    operation_id="getRedirect",
    response_model=RedirectEditor,
    responses=problems(Unauthenticated, Forbidden, RedirectNotFound),
)
async def get_redirect(db: Db, actor: Holder, redirect_id: UUID) -> Response:
    """One of them."""
    return await db.read(queries.get_redirect, redirect_id, into=_shown)


@router.patch(
    "/{redirect_id}",
    operation_id="updateRedirect",
    response_model=RedirectEditor,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, RedirectNotFound, Stale, UnsupportedMediaType, Invalid, StillRunning
    )
    | _LED,
)
async def change_redirect(
    db: Db, at: Now, actor: Holder, redirect_id: UUID, match: IfMatch, patch: RedirectPatch
) -> Response:
    """Change a redirect (JSON Merge Patch); If-Match is honoured, not needed."""
    return await db.write(redirects.change, redirect_id, match, patch, by=actor, at=at, into=_shown)


@router.delete(
    "/{redirect_id}",
    operation_id="deleteRedirect",
    status_code=204,
    responses=problems(Malformed, Unauthenticated, Forbidden, RedirectNotFound, Stale),
)
async def delete_redirect(db: Db, at: Now, actor: Holder, redirect_id: UUID, match: IfMatch) -> Response:
    """Lead the path nowhere any more; If-Match is honoured, not needed."""
    await db.write(redirects.delete, redirect_id, match, by=actor, at=at)
    return Response(status_code=204)


def _shown(redirect: Redirect) -> Response:
    return versioned(RedirectEditor.of(redirect), redirect.version)


def _made(redirect: Redirect) -> Created:
    return Created(RedirectEditor.of(redirect), redirect.id, f"{PATH}/{redirect.id}", redirect.version)
