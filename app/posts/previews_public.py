"""The doors behind a shared link: the story for front ends, and what its reader says to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import Invalid, Malformed, TooMany, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, tagged
from app.core.http.deps import Db, Guest, Now
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute
from app.posts import previews, previews_queries
from app.posts.errors import AnswersClosed, AnswersFull, PreviewNotFound
from app.posts.previews_models import Preview
from app.posts.previews_schemas import AnswerInput, AnswerItem, PreviewStory

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class PreviewRoute(StrictRoute):
    """A door for whoever holds a link: 404 comes before the body is read."""

    async def before(self, request: Request) -> None:
        """Raises PreviewNotFound for a token that is wrong, or that opens nothing any more."""
        state = request.app.state
        preview_id = state.keys.subject(previews.TOKEN, request.path_params["token"])
        request.scope["preview"] = await state.db.read(
            previews_queries.get_open, preview_id, at=state.clock(), into=_id_of
        )


def _id_of(preview: Preview) -> UUID:
    return preview.id


async def _opened(request: Request, token: str) -> UUID:
    preview_id: UUID = request.scope["preview"]
    return preview_id


Opened = Annotated[UUID, Depends(_opened)]
router = APIRouter(prefix="/v1/previews/{token}", tags=["stories"], route_class=PreviewRoute)


@router.get("", operation_id="readPreview", response_model=PreviewStory, responses=problems(PreviewNotFound))
async def read_preview(db: Db, preview_id: Opened, at: Now) -> Response:
    """A story as it would be published, for the holder of a link; no cache or search engine may keep it."""
    return tagged((await db.read(previews.show, preview_id, at=at)).wire(), HEADERS)


@router.post(
    "/answers",
    operation_id="answerPreview",
    status_code=201,
    response_model=AnswerItem,
    responses=problems(
        *(Malformed, AnswersClosed, PreviewNotFound, AnswersFull, StillRunning, UnsupportedMediaType, Invalid, TooMany)
    ),
)
async def answer_preview(
    request: Request,
    db: Db,
    preview_id: Opened,
    said: AnswerInput,
    network: Network,
    repeat: Idempotency,
    guest: Guest,
    at: Now,
) -> Response:
    """Approve what you were shown, or comment on it. Editors see it beside the link; nothing is published by it."""

    def into(answer: AnswerItem) -> Created:
        return Created(answer, about=answer.id)

    limiter = request.app.state.limiter
    answered = await create(
        db, repeat, previews.answer, preview_id, said, network=network, limiter=limiter, by=guest, at=at, into=into
    )
    answered.headers.update(HEADERS)
    return answered
