"""The doors where editors put stories in order: pins of the fronts, parts of the series."""

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
from app.core.http.answers import versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import front
from app.posts.doors import Db
from app.posts.front_schemas import FrontQuery, Parts, Pins
from app.publications.front_models import WHOLE_SITE
from app.staff.guards import Guard
from app.staff.permissions import Permission
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy import service as taxonomy_service
from app.taxonomy.errors import TermInUse, TermNotFound
from app.taxonomy.models import Section, Series

router = APIRouter(prefix="/v1/editor", tags=["editor: terms"], route_class=GuardedRoute)

_READING = (Permission.POSTS_READ_OWN, Permission.TERMS_WRITE)

Reader = Annotated[Actor, Depends(Guard(*_READING))]
Arranger = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE))]
SectionReader = Annotated[Actor, Depends(Guard(*_READING, sees=taxonomy_queries.sees(Section)))]
SectionArranger = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=taxonomy_queries.sees(Section)))]
SeriesReader = Annotated[Actor, Depends(Guard(*_READING, sees=taxonomy_queries.sees(Series)))]
SeriesArranger = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=taxonomy_queries.sees(Series)))]
Where = Annotated[FrontQuery, Query()]

_SHOWN = problems(Unauthenticated, Forbidden, Invalid)
_ARRANGED = problems(Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid, PreconditionRequired, Stale)
_MISSING = problems(TermNotFound)


@router.get("/pins", operation_id="getPins", response_model=Pins, responses=_SHOWN)
async def get_pins(db: Db, actor: Reader, query: Where) -> Response:
    """What is pinned on the front page of the whole site in one language, in its order."""
    return await db.read(front.list_pins, WHOLE_SITE, query.locale, into=_pins)


@router.put("/pins", operation_id="setPins", response_model=Pins, responses=_ARRANGED)
async def set_pins(db: Db, at: Now, actor: Arranger, query: Where, match: IfMatch, pins: Pins) -> Response:
    """Pin these articles, of this language, in this order; those not public yet stand there once they are."""
    return await db.write(front.arrange_front, WHOLE_SITE, query.locale, pins, match, by=actor, at=at, into=_pins)


@router.get("/sections/{term_id}/pins", operation_id="getSectionPins", response_model=Pins, responses=_SHOWN | _MISSING)
async def get_section_pins(db: Db, actor: SectionReader, term_id: UUID, query: Where) -> Response:
    """What is pinned on the front of a section in one language, in its order."""
    return await db.read(front.list_pins, term_id, query.locale, into=_pins)


@router.put(
    "/sections/{term_id}/pins", operation_id="setSectionPins", response_model=Pins, responses=_ARRANGED | _MISSING
)
async def set_section_pins(
    db: Db, at: Now, actor: SectionArranger, term_id: UUID, query: Where, match: IfMatch, pins: Pins
) -> Response:
    """Pin these articles on the front of a section; they need not be filed in it."""
    return await db.write(front.arrange_front, term_id, query.locale, pins, match, by=actor, at=at, into=_pins)


@router.get(
    "/series/{term_id}/parts",
    operation_id="getSeriesParts",
    response_model=Parts,
    responses=problems(Unauthenticated, Forbidden, TermNotFound),
)
async def get_parts(db: Db, actor: SeriesReader, term_id: UUID) -> Response:
    """The parts of a series in their order; the ETag is that of the series."""
    return await db.read(front.list_parts, term_id, into=_parts)


@router.put(
    "/series/{term_id}/parts", operation_id="setSeriesParts", response_model=Parts, responses=_ARRANGED | _MISSING
)
async def set_parts(db: Db, at: Now, actor: SeriesArranger, term_id: UUID, match: IfMatch, parts: Parts) -> Response:
    """Make these articles the parts of a series, in this order; each brings its translations along."""
    return await db.write(front.arrange_series, term_id, parts, match, by=actor, at=at, into=_parts)


@router.delete(
    "/series/{term_id}",
    operation_id="deleteSeries",
    status_code=204,
    responses=problems(Malformed, Unauthenticated, Forbidden, TermNotFound, TermInUse, Stale, PreconditionRequired),
)
async def delete_series(db: Db, at: Now, actor: SeriesArranger, term_id: UUID, match: IfMatch) -> Response:
    """Delete a series that has no parts."""
    return await db.write(
        taxonomy_service.delete_term,
        Series,
        term_id,
        match,
        used_by=front.list_series_uses,
        by=actor,
        at=at,
        into=lambda _: Response(status_code=204),
    )


def _pins(ordered: front.Ordered) -> Response:
    return versioned(Pins(items=tuple(ordered.ids)), ordered.version)


def _parts(ordered: front.Ordered) -> Response:
    return versioned(Parts(items=tuple(ordered.ids)), ordered.version)
