"""The readers' doors: threads, single comments, writing and changing them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPBearer
from pydantic import Field
from starlette.convertors import Convertor, register_url_convertor
from starlette.types import Receive, Scope, Send

from app.abuse.errors import Sanctioned
from app.comments import documents, queries, service, threads
from app.comments.errors import CommentNotFound, DuplicateComment, ThreadClosed, WindowClosed
from app.comments.form import FORM, CommentFormRoute
from app.comments.models import Status
from app.comments.schemas import (
    CommentAnswer,
    CommentDraft,
    CommentEdit,
    Counts,
    OwnComment,
    OwnTombstone,
    RepliesPage,
    RepliesQuery,
    SingleComment,
    Slugs,
    ThreadPage,
    ThreadQuery,
)
from app.core.errors import IllegalMove, Invalid, Malformed, Stale, TooMany, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch, etag_for
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.forms import SEE_OTHER, answered, form_docs
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.readers import MaybeReader
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute, StrictRoute
from app.core.ids import parse_id
from app.core.keys import Keys
from app.core.numbers import MOST_NUMBER
from app.publications import upcoming
from app.publications.errors import StoryNotFound, Withdrawn
from app.staff.guards import bearer_token

EDIT_TOKEN = "comment-edit"
edit_token = HTTPBearer(scheme_name="edit_token", description="`edit_token` of the comment", auto_error=False)


class WriterRoute(StrictRoute):
    """A door for the holder of a comment's edit token: 401, 404 and 403 come before the body is read."""

    async def before(self, request: Request) -> None:
        """Raises Unauthenticated, CommentNotFound, WindowClosed."""
        holder = _holder_of(request)
        comment_id = parse_id(request.path_params["comment_id"])
        if comment_id is None:
            raise CommentNotFound()
        state = request.app.state
        await state.db.read(queries.check_writer, comment_id, holder, at=state.clock())


def _holder_of(request: Request) -> UUID:
    """The comment that the edit token is for. Raises Unauthenticated without a token of ours."""
    keys: Keys = request.app.state.keys
    comment_id = keys.subject(EDIT_TOKEN, bearer_token(request))
    if comment_id is None:
        raise queries.wrong_token()
    return comment_id


async def _holder(request: Request) -> UUID:
    return _holder_of(request)


Holder = Annotated[UUID, Depends(_holder)]


class _Name(Convertor[str]):
    """`{comment_id:name}`: an id or a number, each in its one spelling."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[1-9][0-9]{0,9}"

    def convert(self, value: str) -> str:
        """Text as it stands."""
        return value

    def to_string(self, value: str) -> str:
        """The same."""
        return value


register_url_convertor("name", _Name())
Number = Annotated[int, Field(le=MOST_NUMBER, description="the rising number of the comment")]


class _Sent(Response):
    """Ready bytes from a door that looks at headers."""

    def __init__(self, ready: Ready) -> None:
        super().__init__()
        self.ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.ready.send(scope, send)


hot_router = APIRouter(prefix="/v1", tags=["comments"], route_class=HotRoute)
light_router = APIRouter(prefix="/v1", tags=["comments"], route_class=CommentFormRoute)
router = APIRouter(prefix="/v1", tags=["comments"], route_class=StrictRoute)
writer_router = APIRouter(
    prefix="/v1/comments", tags=["comments"], route_class=WriterRoute, dependencies=[Depends(edit_token)]
)


@hot_router.get(
    "/posts/{slug}/comments",
    operation_id="listComments",
    response_model=ThreadPage,
    responses=problems(StoryNotFound, Withdrawn, Invalid),
)
async def list_comments(db: Db, at: Now, query: Annotated[ThreadQuery, Query()], slug: str) -> Ready:
    """The thread of a story: a page of top-level comments, each with its first answers."""
    return await threads.thread_page(db, slug, query, at)


@hot_router.get(
    "/comments/{comment_id:id}/replies",
    operation_id="listReplies",
    response_model=RepliesPage,
    responses=problems(CommentNotFound, Invalid),
)
async def list_replies(db: Db, at: Now, query: Annotated[RepliesQuery, Query()], comment_id: str) -> Ready:
    """The answers to one comment, oldest first; `replies.next` of any list of comments is a cursor of this one."""
    return await threads.replies_page(db, parse_id(comment_id), query, at)


@light_router.post(
    "/posts/{slug}/comments",
    operation_id="createComment",
    status_code=201,
    response_model=CommentAnswer,
    responses={
        202: {"model": CommentAnswer, "description": "It is held until someone has read it."},
        **SEE_OTHER,
        **problems(
            Malformed,
            StoryNotFound,
            Withdrawn,
            ThreadClosed,
            Sanctioned,
            DuplicateComment,
            StillRunning,
            UnsupportedMediaType,
            Invalid,
            TooMany,
        ),
    },
    openapi_extra=form_docs(CommentDraft),
)
async def create_comment(
    request: Request,
    slug: str,
    db: Db,
    keys: SecretKeys,
    network: Network,
    reader: MaybeReader,
    repeat: Idempotency,
    guest: Guest,
    at: Now,
) -> Response:
    """Write a comment, as JSON or as a plain form: published at once (201) or held (202), as the site's policy says."""
    doorstep = await threads.doorstep(db, slug, at)

    async def send(draft: CommentDraft) -> Response:
        return await create(
            db,
            repeat,
            service.receive,
            slug,
            draft,
            network=network,
            reader=reader,
            keys=keys,
            limiter=request.app.state.limiter,
            by=guest,
            at=at,
            into=documents.receipt,
            secrets=lambda about: {"edit_token": keys.token(EDIT_TOKEN, about)},
        )

    return await answered(
        request,
        CommentDraft,
        send,
        form=FORM,
        back=doorstep.back,
        locale=doorstep.locale,
        first=doorstep.check_open,
    )


@router.post(
    "/comments/counts",
    operation_id="countComments",
    response_model=Counts,
    responses=problems(Malformed, UnsupportedMediaType, Invalid),
)
async def count_comments(db: Db, slugs: Slugs, at: Now) -> Counts:
    """How many comments each of these stories shows, for lists on other sites."""
    await upcoming.settle(db, at)
    return await db.read(queries.count_by_slug, slugs, at=at)


@router.get(
    "/comments/{comment_id:name}",
    operation_id="getComment",
    response_model=OwnComment | SingleComment | OwnTombstone,
    responses=problems(Unauthenticated, CommentNotFound),
    dependencies=[Depends(edit_token)],
    openapi_extra={"security": [{}]},  # or none
)
async def get_comment(request: Request, db: Db, comment_id: UUID | Number, at: Now) -> Response:
    """One published comment, by its id or its number; with its edit token also while it is held, for 30 days."""
    if "authorization" in request.headers:
        own, version = await db.read(queries.find_own, comment_id, _holder_of(request), at=at)
        shown = (await threads.single(db, comment_id, at)).body if own is None else own.model_dump_json()
        return Response(shown, headers={"ETag": etag_for(version)}, media_type="application/json")
    return _Sent(await threads.single(db, comment_id, at))


@writer_router.patch(
    "/{comment_id:id}",
    operation_id="editComment",
    response_model=OwnComment,
    responses={
        202: {"model": OwnComment, "description": "It is held until someone has read it again."},
        **problems(
            Malformed,
            Unauthenticated,
            WindowClosed,
            Sanctioned,
            CommentNotFound,
            IllegalMove,
            Stale,
            UnsupportedMediaType,
            Invalid,
            TooMany,
        ),
    },
)
async def edit_comment(
    request: Request,
    comment_id: UUID,
    db: Db,
    keys: SecretKeys,
    change: CommentEdit,
    holder: Holder,
    network: Network,
    guest: Guest,
    at: Now,
    match: IfMatch,
) -> Response:
    """Change the text of your comment while the site's window is open; what needs a look is held again (202)."""
    facts = {"network": network, "keys": keys, "limiter": request.app.state.limiter, "by": guest, "at": at}
    own, version = await db.write(service.edit, comment_id, change, match=match, subject=holder, **facts)
    return versioned(own, version, 200 if own.status == Status.PUBLISHED else 202)


@writer_router.delete(
    "/{comment_id:id}",
    operation_id="deleteComment",
    status_code=204,
    responses=problems(Unauthenticated, WindowClosed, CommentNotFound, Stale),
)
async def delete_comment(comment_id: UUID, db: Db, holder: Holder, guest: Guest, at: Now, match: IfMatch) -> Response:
    """Delete your comment while the site's window is open; a tombstone stays while answers hang on it."""
    await db.write(service.withdraw, comment_id, match=match, subject=holder, by=guest, at=at)
    return Response(status_code=204)
