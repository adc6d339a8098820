"""The moderators' doors: the queue, decisions and taking them back; staff comments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.comments import beside, desk, documents, moderation, queue, service
from app.comments.documents import Placed
from app.comments.editor_schemas import (
    BatchAnswer,
    Decisions,
    ModeratedComment,
    NoteShown,
    NoteText,
    QueueQuery,
    RevisionShown,
    StaffComment,
    StatusCounts,
)
from app.comments.errors import BatchNotFound, CannotPin, CannotUndo, CommentNotFound, NotPublic
from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts.errors import PostNotFound
from app.publications import upcoming
from app.staff.guards import Guard
from app.staff.permissions import Permission as P

PATH = "/v1/editor/comments"
router = APIRouter(prefix=PATH, tags=["editor: comments"], route_class=GuardedRoute)
posts_router = APIRouter(prefix="/v1/editor/posts", tags=["editor: comments"], route_class=GuardedRoute)

_MODERATE = (P.COMMENTS_MODERATE_OWN, P.COMMENTS_MODERATE_ANY)
Moderator = Annotated[Actor, Depends(Guard(*_MODERATE))]
Reader = Annotated[Actor, Depends(Guard(*_MODERATE, sees=queue.sight))]
Undoer = Annotated[Actor, Depends(Guard(*_MODERATE, sees=queue.batch_sight))]
Writer = Annotated[Actor, Depends(Guard(P.COMMENTS_WRITE, sees=queue.post_sight))]


@router.get(
    "",
    operation_id="listCommentQueue",
    response_model=Page[ModeratedComment],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_comment_queue(db: Db, actor: Moderator, query: Annotated[QueueQuery, Query()]) -> Response:
    """Comments of every status, newest first; authors see those below their own stories."""
    return paged(await db.study(queue.list_queue, query, actor), PATH, query)


@router.get(
    "/counts",
    operation_id="countCommentQueue",
    response_model=StatusCounts,
    responses=problems(Unauthenticated, Forbidden),
)
async def count_comment_queue(db: Db, actor: Moderator, at: Now) -> StatusCounts:
    """How many comments stand where, and whether so many were held that now all are."""
    return await db.study(queue.count_by_status, actor, at=at)


@router.get(
    "/{comment_id:id}",
    operation_id="getModeratedComment",
    response_model=ModeratedComment,
    responses=problems(Unauthenticated, Forbidden, CommentNotFound),
)
async def get_moderated_comment(db: Db, actor: Reader, comment_id: UUID) -> Response:
    """One comment with what the checks found."""
    return versioned(*await db.read(queue.get_moderated, comment_id, actor))


@router.post(
    "/decisions",
    operation_id="decideComments",
    response_model=BatchAnswer,
    responses=problems(Malformed, Unauthenticated, Forbidden, StillRunning, UnsupportedMediaType, Invalid),
)
async def decide_comments(db: Db, actor: Moderator, wanted: Decisions, repeat: Idempotency, at: Now) -> Response:
    """Judge up to 100 comments; each decision names the revision that was read and stands or falls alone."""

    def into(answer: BatchAnswer) -> Created:
        return Created(answer, about=answer.batch, status=200)

    return await create(db, repeat, moderation.decide, wanted, by=actor, at=at, into=into)


@router.post(
    "/decisions/{batch_id}/undo",
    operation_id="undoDecisions",
    response_model=BatchAnswer,
    responses=problems(Unauthenticated, Forbidden, BatchNotFound, CannotUndo),
)
async def undo_decisions(db: Db, actor: Undoer, batch_id: UUID, at: Now) -> BatchAnswer:
    """Take the decisions of a batch back, within 24 hours; deletions and comments that moved on since stay."""
    return await db.write(moderation.undo, batch_id, by=actor, at=at)


@router.put(
    "/{comment_id:id}/pin",
    operation_id="pinComment",
    response_model=ModeratedComment,
    responses=problems(Unauthenticated, Forbidden, CommentNotFound, Stale, CannotPin),
)
async def pin_comment(db: Db, actor: Reader, comment_id: UUID, at: Now, match: IfMatch) -> Response:
    """Put a comment on top of its thread, in place of the one that was there."""
    return versioned(*await db.write(desk.pin, comment_id, match=match, by=actor, at=at))


@router.delete(
    "/{comment_id:id}/pin",
    operation_id="unpinComment",
    response_model=ModeratedComment,
    responses=problems(Unauthenticated, Forbidden, CommentNotFound, Stale),
)
async def unpin_comment(db: Db, actor: Reader, comment_id: UUID, at: Now, match: IfMatch) -> Response:
    """Take a comment from the top of its thread."""
    return versioned(*await db.write(desk.unpin, comment_id, match=match, by=actor, at=at))


@router.post(
    "/{comment_id:id}/notes",
    operation_id="createCommentNote",
    status_code=201,
    response_model=NoteShown,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, CommentNotFound, Stale, StillRunning, UnsupportedMediaType, Invalid
    ),
)
async def create_comment_note(
    db: Db, actor: Reader, comment_id: UUID, text: NoteText, repeat: Idempotency, at: Now, match: IfMatch
) -> Response:
    """Write a remark that only moderators see; it goes when the comment is deleted or erased."""

    def into(note: NoteShown) -> Created:
        return Created(note, about=comment_id)  # kept answers about a comment are forgotten together with it

    return await create(db, repeat, desk.write_note, comment_id, text, match=match, by=actor, at=at, into=into)


@router.get(
    "/{comment_id:id}/revisions",
    operation_id="listCommentRevisions",
    response_model=Page[RevisionShown],
    responses=problems(Unauthenticated, Forbidden, CommentNotFound, Invalid),
)
async def list_comment_revisions(
    db: Db, actor: Reader, comment_id: UUID, query: Annotated[PageQuery, Query()]
) -> Response:
    """What a comment says and said before its writer changed it, newest first."""
    page = await db.read(beside.list_revisions, comment_id, query)
    return paged(page, f"{PATH}/{comment_id}/revisions", query)


@posts_router.post(
    "/{post_id}/comments",
    operation_id="createStaffComment",
    status_code=201,
    response_model=ModeratedComment,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, PostNotFound, NotPublic, StillRunning, UnsupportedMediaType, Invalid
    ),
)
async def create_staff_comment(
    db: Db, actor: Writer, post_id: UUID, draft: StaffComment, repeat: Idempotency, at: Now
) -> Response:
    """Comment as the newsroom: shown at once, on closed threads too."""
    await upcoming.settle(db, at)

    def into(placed: Placed) -> Created:
        comment = placed.comment
        location = f"/v1/comments/{comment.id}"
        return Created(documents.moderated(placed, actor), about=comment.id, location=location, version=comment.version)

    return await create(db, repeat, service.write_as_staff, post_id, draft, by=actor, at=at, into=into)
