"""Small doors of every kind, planted into a running newsroom, so that the layers are tested apart from the rooms."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, StrictStr
from sqlmodel import Session, col, func, select

from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.http.answers import Created, Idempotency, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Guest, Now
from app.core.http.ready import Ready
from app.core.http.routes import GuardedRoute, HotRoute, StrictRoute
from app.core.ids import new_id
from app.events.models import Event
from app.events.service import record
from app.staff.guards import Guard
from app.staff.permissions import P
from tests.newsroom import Newsroom

KNOWN, FORBIDDEN, TAKEN = UUID(int=1), UUID(int=2), UUID(int=3)
NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")

hot = APIRouter(prefix="/v1/planted", route_class=HotRoute)
strict = APIRouter(prefix="/v1/planted", route_class=StrictRoute)
guarded = APIRouter(prefix="/v1/editor/planted", route_class=GuardedRoute)


class Search(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str = ""
    limit: int = 20


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: StrictStr
    number: int = 0


class ThingAnswer(BaseModel):
    id: UUID
    title: str


def sees(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """One thing is there, one is for others, the rest is unknown."""
    if path["id"] == str(FORBIDDEN):
        raise Forbidden("this one is not yours")
    if path["id"] not in (str(KNOWN), str(TAKEN)):
        raise NotFound


def make(session: Session, title: str, *, by: Actor, at: datetime) -> ThingAnswer:
    """Leaves one event, so that tests can count what was really made."""
    if title == "taken":
        raise Conflict
    made = ThingAnswer(id=new_id(), title=title)
    record(session, "ad.created", made.id, by=by, at=at)
    return made


async def made(newsroom: Newsroom) -> int:
    """How many things were made."""
    counting = select(func.count()).where(col(Event.name) == "ad.created")
    return await newsroom.stored(lambda session: session.exec(counting).one())


def created(thing: ThingAnswer) -> Created:
    return Created(thing, thing.id, location=f"/v1/planted/{thing.id}", version=1)


def secrets(about: UUID) -> dict[str, str]:
    """Derived, never stored."""
    return {"edit_token": uuid5(NAMESPACE, str(about)).hex}


@hot.get("", operation_id="plantedHot")
async def read_hot(db: Db, at: Now, query: Annotated[Search, Query()]) -> Ready:
    return Ready(f'{{"word":"{query.word}","limit":{query.limit}}}'.encode(), keys=("posts", "post-1"))


@hot.get("/hot/{slug}", operation_id="plantedHotSlug")
async def read_hot_slug(db: Db, slug: str) -> Ready:
    if slug == "gone":
        raise NotFound
    return Ready(f'{{"slug":"{slug}"}}'.encode(), keys=("post-1",))


@strict.post("", operation_id="plantedMake", status_code=201)
async def make_thing(thing: Thing, db: Db, repeat: Idempotency, by: Guest, at: Now) -> Response:
    return await create(db, repeat, make, thing.title, by=by, at=at, into=created, secrets=secrets)


@strict.get("/words", operation_id="plantedWords")
async def read_words(word: str, limit: int = 20) -> dict[str, str | int]:
    return {"word": word, "limit": limit}


@strict.get("/things/{id}", operation_id="plantedThing")
async def read_thing(id: UUID) -> dict[str, str]:
    return {"id": str(id)}


@strict.post("/forms", operation_id="plantedForm")
async def send_form(name: Annotated[str, Form()]) -> dict[str, str]:
    return {"name": name}


@strict.get("/crash", operation_id="plantedCrash")
async def crash() -> None:
    raise RuntimeError("SELECT password FROM staff_user in /srv/secret/place.py")


@strict.get("/crash-late", operation_id="plantedCrashLate")
async def crash_late() -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield b"half of the"
        raise RuntimeError("the line broke")

    return StreamingResponse(half())


@guarded.put("/{id}", operation_id="plantedPut")
async def put_thing(
    id: UUID, thing: Thing, actor: Annotated[Actor, Depends(Guard(P.POSTS_REVIEW, sees=sees))], match: IfMatch
) -> Response:
    match.check(7, updated_by="someone")
    if id == TAKEN:
        raise Conflict
    return versioned(ThingAnswer(id=id, title=thing.title), 8)


@guarded.post("", operation_id="plantedPost", status_code=201)
async def make_guarded(
    thing: Thing, db: Db, repeat: Idempotency, at: Now, actor: Annotated[Actor, Depends(Guard(P.TAGS_CREATE))]
) -> Response:
    return await create(db, repeat, make, thing.title, by=actor, at=at, into=created)


def plant(newsroom: Newsroom) -> None:
    """Hang the small doors in front of all others."""
    newsroom.app.router.routes[:0] = [*hot.routes, *strict.routes, *guarded.routes]
