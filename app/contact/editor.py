"""The inbox behind the fence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.contact import desk, inbox, queries, replies, retention
from app.contact.editor_schemas import (
    ContactDelivery,
    ContactSubmission,
    ContactTurn,
    Erased,
    InboxQuery,
    NoteShown,
    NoteText,
    PersonToErase,
    ReplyText,
    SubmissionPatch,
)
from app.contact.errors import SubmissionNotFound
from app.contact.models import MessageKind, Submission
from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.mail.errors import NotStuck
from app.staff.guards import Guard
from app.staff.permissions import Permission

PATH = "/v1/editor/contact"
router = APIRouter(prefix=PATH, tags=["editor: contact"], route_class=GuardedRoute)

InboxReader = Annotated[Actor, Depends(Guard(Permission.CONTACT_READ))]
Reader = Annotated[Actor, Depends(Guard(Permission.CONTACT_READ, sees=queries.sight))]
Writer = Annotated[Actor, Depends(Guard(Permission.CONTACT_WRITE, sees=queries.sight))]
Answerer = Annotated[Actor, Depends(Guard(Permission.CONTACT_REPLY, sees=queries.sight))]
Sender = Annotated[Actor, Depends(Guard(Permission.CONTACT_REPLY, sees=queries.sight_of_letter))]
Eraser = Annotated[Actor, Depends(Guard(Permission.CONTACT_ERASE, sees=queries.sight))]
EraserOfAll = Annotated[Actor, Depends(Guard(Permission.CONTACT_ERASE))]

_BELOW = (
    *(Malformed, Unauthenticated, Forbidden, SubmissionNotFound, IllegalMove, StillRunning, Stale),
    *(UnsupportedMediaType, Invalid),
)


@router.get(
    "",
    operation_id="listContactSubmissions",
    response_model=Page[ContactSubmission],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_contact_submissions(
    db: Db, actor: InboxReader, query: Annotated[InboxQuery, Query()], at: Now
) -> Response:
    """The inbox, newest first: without `state` all but spam and what was purged."""
    look = db.study if query.q else db.read
    return paged(await look(inbox.list_inbox, query, by=actor, at=at), PATH, query)


@router.get(
    "/{submission_id:id}",
    operation_id="getContactSubmission",
    response_model=ContactSubmission,
    responses=problems(Unauthenticated, Forbidden, SubmissionNotFound),
)
async def get_contact_submission(db: Db, actor: Reader, submission_id: UUID) -> Response:
    """One message with its notes, the conversation and the letters about it."""
    return versioned(*await db.read(inbox.show_submission, submission_id, by=actor))


@router.patch(
    "/{submission_id:id}",
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
    return versioned(*await db.write(desk.change, submission_id, patch, match, by=actor, at=at))


@router.delete(
    "/{submission_id:id}",
    operation_id="eraseContactSubmission",
    status_code=204,
    responses=problems(Malformed, Unauthenticated, Forbidden, SubmissionNotFound, Stale),
)
async def erase_contact_submission(db: Db, actor: Eraser, submission_id: UUID, match: IfMatch, at: Now) -> Response:
    """Erase what was written, by whom, and all answers, notes and letters; reference, kind and date remain."""
    await db.write(retention.erase, submission_id, match, by=actor, at=at)
    return Response(status_code=204)


@router.post(
    "/erasures",
    operation_id="erasePersonFromContact",
    response_model=Erased,
    responses=problems(Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid),
)
async def erase_person_from_contact(db: Db, actor: EraserOfAll, person: PersonToErase, at: Now) -> Erased:
    """Erase every message from an address, however it was spelled, and every letter to it."""
    return await db.write(retention.erase_person, person.email, by=actor, at=at)


@router.post(
    "/{submission_id:id}/notes",
    operation_id="createContactNote",
    status_code=201,
    response_model=NoteShown,
    responses=problems(*_BELOW),
)
async def create_contact_note(
    db: Db, actor: Writer, submission_id: UUID, text: NoteText, match: IfMatch, repeat: Idempotency, at: Now
) -> Response:
    """Write a remark that only the newsroom sees."""
    return await create(db, repeat, desk.write_note, submission_id, text, match, by=actor, at=at, into=_created)


@router.post(
    "/{submission_id:id}/replies",
    operation_id="replyToContactSubmission",
    status_code=201,
    response_model=ContactTurn,
    responses=problems(*_BELOW),
)
async def reply_to_contact_submission(
    db: Db, actor: Answerer, submission_id: UUID, text: ReplyText, match: IfMatch, repeat: Idempotency, at: Now
) -> Response:
    """Answer the sender: by letter if there is an address, and in the conversation that the receipt opens."""
    return await create(db, repeat, replies.reply, submission_id, text, match, by=actor, at=at, into=_created)


def _created(made: tuple[NoteShown | ContactTurn, Submission]) -> Created:
    shown, submission = made
    private = submission.kind is MessageKind.TIP
    return Created(shown, about=submission.id, version=submission.version, private=private)


@router.post(
    "/{submission_id:id}/deliveries/{mail_id:id}/retry",
    operation_id="retryContactDelivery",
    response_model=ContactDelivery,
    responses=problems(Unauthenticated, Forbidden, SubmissionNotFound, NotStuck),
)
async def retry_contact_delivery(db: Db, actor: Sender, submission_id: UUID, mail_id: UUID, at: Now) -> ContactDelivery:
    """Send a letter again that was refused or given up."""
    return await db.write(replies.retry, mail_id, by=actor, at=at)
