"""The doors that delete terms: only this floor knows which dossiers use one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Malformed, PreconditionRequired, Stale, Unauthenticated
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts.term_queries import list_term_uses
from app.staff.guards import Guard
from app.staff.permissions import Permission
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy import service as taxonomy_service
from app.taxonomy.errors import TermInUse, TermNotFound
from app.taxonomy.models import Author, Section, Tag

router = APIRouter(prefix="/v1/editor", tags=["editor: terms"], route_class=GuardedRoute)

SectionWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=taxonomy_queries.sees(Section)))]
TagWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=taxonomy_queries.sees(Tag)))]
AuthorWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=taxonomy_queries.sees(Author)))]

_REFUSALS = problems(Malformed, Unauthenticated, Forbidden, TermNotFound, TermInUse, Stale, PreconditionRequired)


@router.delete("/sections/{term_id}", operation_id="deleteSection", status_code=204, responses=_REFUSALS)
async def delete_section(db: Db, at: Now, actor: SectionWriter, term_id: UUID, match: IfMatch) -> Response:
    """Delete a section that has no sections below it and that no revision of any dossier is filed under."""
    return await db.write(
        taxonomy_service.delete_term, Section, term_id, match, used_by=list_term_uses, by=actor, at=at, into=_gone
    )


@router.delete("/tags/{term_id}", operation_id="deleteTag", status_code=204, responses=_REFUSALS)
async def delete_tag(db: Db, at: Now, actor: TagWriter, term_id: UUID, match: IfMatch) -> Response:
    """Delete a tag that no newest or live revision carries."""
    return await db.write(
        taxonomy_service.delete_term, Tag, term_id, match, used_by=list_term_uses, by=actor, at=at, into=_gone
    )


@router.delete("/authors/{term_id}", operation_id="deleteAuthor", status_code=204, responses=_REFUSALS)
async def delete_author(db: Db, at: Now, actor: AuthorWriter, term_id: UUID, match: IfMatch) -> Response:
    """Delete a byline that no newest or live revision carries."""
    return await db.write(
        taxonomy_service.delete_term, Author, term_id, match, used_by=list_term_uses, by=actor, at=at, into=_gone
    )


def _gone(_: None) -> Response:
    return Response(status_code=204)
