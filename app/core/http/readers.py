"""The signed key of a reader without an account: no cookie, no network, nothing stored; it only tells readers apart."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import Invalid, Malformed
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute
from app.core.ids import random_id
from app.core.keys import Keys

PURPOSE = "reader"

router = APIRouter(prefix="/v1/readers", tags=["readers"], route_class=StrictRoute)


class NewReader(BaseModel):
    """A reader; the key is derived from the id when answered and kept nowhere."""


class ReaderReceipt(NewReader):
    """What a front end keeps for a reader."""

    reader_key: Annotated[str, Field(description="keep it in this browser and send it as `Reader-Key`")]


@router.post(
    "",
    operation_id="createReader",
    status_code=201,
    response_model=ReaderReceipt,
    responses=problems(Malformed, StillRunning, Invalid),
)
async def create_reader(db: Db, keys: SecretKeys, repeat: Idempotency, guest: Guest, at: Now) -> Response:
    """A new key for one reader, for recommendations, reports and comments. Whoever wants a second one can have it."""
    answer = await create(
        db,
        repeat,
        lambda _session, by, at: random_id(),
        by=guest,
        at=at,
        into=lambda reader: Created(NewReader(), about=reader),
        secrets=lambda reader: {"reader_key": keys.token(PURPOSE, reader)},
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _reader(
    request: Request,
    reader_key: Annotated[str | None, Header(description="`reader_key` from `POST /v1/readers`")] = None,
) -> UUID | None:
    """Raises Malformed for a key that is not ours: a typing error must not look like a new reader."""
    if reader_key is None:
        return None
    keys: Keys = request.app.state.keys
    reader = keys.subject(PURPOSE, reader_key)
    if reader is None:
        raise Malformed("Reader-Key must be a reader_key from POST /v1/readers")
    return reader


async def _known_reader(reader: Annotated[UUID | None, Depends(_reader)]) -> UUID:
    if reader is None:
        raise Malformed("this needs a Reader-Key: ask POST /v1/readers for one")
    return reader


MaybeReader = Annotated[UUID | None, Depends(_reader)]
Reader = Annotated[UUID, Depends(_known_reader)]
