"""The names of series behind the fence; their parts are dossiers, so those doors are the posts'."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import (
    Forbidden,
    Invalid,
    Malformed,
    PreconditionRequired,
    Stale,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff.guards import Guard
from app.staff.permissions import Permission
from app.taxonomy import queries, service
from app.taxonomy.editor import READING, Reader, Writer
from app.taxonomy.errors import SlugTaken, TermNotFound
from app.taxonomy.models import Series
from app.taxonomy.schemas import SeriesEditor, TagCreate, TagPatch, TermQuery

SERIES = "/v1/editor/series"
router = APIRouter(prefix=SERIES, tags=["editor: terms"], route_class=GuardedRoute)

SeriesReader = Annotated[Actor, Depends(Guard(*READING, sees=queries.sees(Series)))]
SeriesWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=queries.sees(Series)))]

_REFUSED = (Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid, SlugTaken)


@router.get(
    "",
    operation_id="listEditorSeries",
    response_model=Page[SeriesEditor],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_series(db: Db, actor: Reader, query: Annotated[TermQuery, Query()]) -> Response:
    """Series by slug."""
    terms = await db.read(queries.list_terms, Series, query)
    return paged(terms.shown(SeriesEditor.of), SERIES, query)


@router.get(
    "/{term_id}",
    operation_id="getEditorSeries",
    response_model=SeriesEditor,
    responses=problems(Unauthenticated, Forbidden, TermNotFound),
)
async def get_series(db: Db, actor: SeriesReader, term_id: UUID) -> Response:
    """A series with its texts in all languages; its ETag moves with its parts too."""
    return await db.read(queries.get_term, Series, term_id, into=_show)


@router.post(
    "",
    operation_id="createSeries",
    status_code=201,
    response_model=SeriesEditor,
    responses=problems(*_REFUSED, StillRunning),
)
async def create_series(db: Db, at: Now, repeat: Idempotency, actor: Writer, new: TagCreate) -> Response:
    """Add a series, still without parts. Without `slug` one is made from the name in the default locale."""
    return await create(db, repeat, service.create_series, new, by=actor, at=at, into=_made)


@router.patch(
    "/{term_id}",
    operation_id="updateSeries",
    response_model=SeriesEditor,
    responses=problems(*_REFUSED, TermNotFound, PreconditionRequired, Stale),
)
async def change_series(
    db: Db, at: Now, actor: SeriesWriter, term_id: UUID, match: IfMatch, patch: TagPatch
) -> Response:
    """Change a series (JSON Merge Patch): a text of null removes that language."""
    return await db.write(service.change_series, term_id, match, patch, by=actor, at=at, into=_show)


def _show(series: Series) -> Response:
    return versioned(SeriesEditor.of(series), series.version)


def _made(series: Series) -> Created:
    return Created(SeriesEditor.of(series), series.id, f"{SERIES}/{series.id}", series.version)
