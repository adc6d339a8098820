"""The inbox behind the fence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.contact import queries, service
from app.contact.errors import SubmissionNotFound
from app.contact.models import Note
from app.contact.schemas import ContactSubmission, InboxQuery, NoteShown, NoteText, SubmissionPatch
from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff.guards import Guard
from app.staff.permissions import Permission

PATH = "/v1/editor/contact"
router = APIRouter(prefix=PATH, tags=["editor: contact"], route_class=GuardedRoute)

InboxReader = Annotated[Actor, Depends(Guard(Permission.CONTACT_READ))]
Reader = Annotated[Actor, Depends(Guard(Permission.CONTACT_READ, sees=queries.sight))]
Writer = Annotated[Actor, Depends(Guard(Permission.CONTACT_WRITE, sees=queries.sight))]


@router.get(
    "",
    operation_id="listContactSubmissions",
    response_model=Page[ContactSubmission],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_contact_submissions(db: Db, actor: InboxReader, query: Annotated[InboxQuery, Query()]) -> Response:
    """The inbox, newest first: without `state` all but spam and what was purged."""
    look = db.study if query.q else db.read
    return paged(await look(queries.list_inbox, query), PATH, query)


@router.get(
    "/{submission_id}",
    operation_id="getContactSubmission",
    response_model=ContactSubmission,
    responses=problems(Unauthenticated, Forbidden, SubmissionNotFound),
)
async def get_contact_submission(db: Db, actor: Reader, submission_id: UUID) -> Response:
    """One message with its notes."""
    return versioned(*await db.read(queries.show_submission, submission_id))


@router.patch(
    "/{submission_id}",
    operation_id="changeContactSubmission",
    response_model=ContactSubmission,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, SubmissionNotFound, IllegalMove, Stale, UnsupportedMediaType, Invalid
    ),
)
async def change_contact_submission(
    db: Db, actor: Writer, submission_id: UUID, patch: SubmissionPatch, match: IfMatch, at: Now
) -> Response:
    """Move a message to another state, assign it, snooze it (JSON Merge Patch); If-Match is honoured, not needed."""
    return versioned(*await db.write(service.change, submission_id, patch, match, by=actor, at=at))


@router.post(
    "/{submission_id}/notes",
    operation_id="createContactNote",
    status_code=201,
    response_model=NoteShown,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, SubmissionNotFound, StillRunning, UnsupportedMediaType, Invalid
    ),
)
async def create_contact_note(
    db: Db, actor: Writer, submission_id: UUID, text: NoteText, repeat: Idempotency, at: Now
) -> Response:
    """Write a remark that only the newsroom sees."""

    def into(written: tuple[Note, int]) -> Created:
        note, version = written
        shown = queries.show_note(note, {actor.id: actor.name} if actor.id else {})
        return Created(shown, about=submission_id, version=version)

    return await create(db, repeat, service.write_note, submission_id, text, by=actor, at=at, into=into)
