"""Answers of doors that write: versions as ETags, creations that can be repeated safely (`Idempotency-Key`)."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete, text, update
from sqlmodel import Field, Session, SQLModel, col

from app.core.actor import Actor
from app.core.clock import day_of
from app.core.columns import JSON_TYPE, LONG_TEXT
from app.core.db import Database
from app.core.errors import Conflict, FieldError, Gone, Invalid, Malformed
from app.core.http.conditional import etag_for, etag_of

KEPT = timedelta(hours=24)
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class KeptAnswer(SQLModel, table=True):
    """The first 2xx to a creating POST, kept for 24 hours; secrets are derived again, so none stands here."""

    __tablename__ = "kept_answer"
    __table_args__ = ({"sqlite_with_rowid": False},)  # a rising rowid would place a tip between dated neighbours

    key: str = Field(primary_key=True, max_length=64)
    request_hash: str = Field(max_length=64)
    about: UUID = Field(index=True)
    status: int
    headers: dict[str, str] = Field(sa_type=JSON_TYPE)
    body: str = Field(sa_type=LONG_TEXT)
    created_at: datetime = Field(index=True)


class _Answer(NamedTuple):
    """What is sent, whether it is kept or not."""

    about: UUID
    status: int
    headers: dict[str, str]
    body: str


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not been answered yet."""

    code = "still_running"


@dataclass(frozen=True, slots=True)
class Created:
    """What a creating verb made: the wire body, what it is about, where it stands; `private`: keep no finer time."""

    body: BaseModel
    about: UUID
    location: str | None = None
    version: int | None = None
    status: int = 201
    private: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """The Idempotency-Key of one request, with the hash of its body."""

    key: str | None
    method: str
    path: str
    body_hash: str


async def _repeat(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="repeat with the same key and body for 24 hours: the first answer comes again",
            json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
        ),
    ] = None,
) -> Repeat:
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise Malformed("Idempotency-Key must be 1 to 128 visible ASCII characters")
    body_hash = hashlib.sha256(await request.body()).hexdigest() if idempotency_key else ""
    return Repeat(idempotency_key, request.method, request.scope["path"], body_hash)


Idempotency = Annotated[Repeat, Depends(_repeat)]


async def create(
    db: Database,
    repeat: Repeat,
    verb: Callable[..., Any],
    *args: Any,
    by: Actor,
    at: datetime,
    into: Callable[[Any], Created],
    secrets: Callable[[UUID], dict[str, str]] | None = None,
    **kwargs: Any,
) -> Response:
    """Run a creating verb once a key; `secrets` are members derived from the id, added to first and later answers."""

    def work(session: Session) -> tuple[_Answer, bool]:
        return _once(session, repeat, by, at, lambda: into(verb(session, *args, by=by, at=at, **kwargs)))

    # what readers send is small and comes in crowds; what the newsroom makes may be long
    answer, replayed = await (db.write_together(work) if by.id is None else db.write(work))
    headers = answer.headers | ({REPLAYED: "true"} if replayed else {})
    body = answer.body if secrets is None else _with_members(answer.body, secrets(answer.about))
    return Response(body, answer.status, headers, "application/json")


def _with_members(body: str, members: dict[str, str]) -> str:
    """An object with these members more: spliced, since reading it back takes longer than the rest."""
    if body == "{}" or not members:
        return json.dumps(members, ensure_ascii=False) if members else body
    return f"{body[:-1]},{json.dumps(members, ensure_ascii=False)[1:]}"


def _once(
    session: Session, repeat: Repeat, by: Actor, at: datetime, make: Callable[[], Created]
) -> tuple[_Answer, bool]:
    if repeat.key is None:
        return _answer(make()), False
    scope = f"{by.id or 'anonymous'}\n{repeat.method}\n{repeat.path}\n{repeat.key}"
    key = hashlib.sha256(scope.encode()).hexdigest()
    _claim(session, key)
    first = session.get(KeptAnswer, key)
    if first is not None and first.created_at > at - KEPT:
        if not first.body:
            raise Gone("what this request made has been deleted; send it with another Idempotency-Key to make it anew")
        if first.request_hash != repeat.body_hash:
            raise _reused()
        return _Answer(first.about, first.status, first.headers, first.body), True
    if first is not None:
        session.delete(first)
        session.flush()
    made = make()
    answer = _answer(made)
    # of a private thing the end of the day: kept for 24 hours at least
    since = day_of(at) + KEPT if made.private else at
    session.add(KeptAnswer(key=key, request_hash=repeat.body_hash, created_at=since, **answer._asdict()))
    return answer, False


def _reused() -> Invalid:
    detail = "this Idempotency-Key was used with another body"
    return Invalid(FieldError("/header/Idempotency-Key", "idempotency_key_reused", detail))


def _claim(session: Session, key: str) -> None:
    """One at a time per key: SQLite has one writer anyway, PostgreSQL an advisory lock until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(key[:16]), signed=True)
        if not session.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar_one():
            raise StillRunning(headers={"Retry-After": "1"})


def _answer(made: Created) -> _Answer:
    headers = {"Location": made.location} if made.location else {}
    if made.version is not None:
        headers["ETag"] = etag_for(made.version)
    return _Answer(made.about, made.status, headers, made.body.model_dump_json())


def sweep(session: Session, *, at: datetime) -> None:
    """Drop the answers that need not be kept any longer."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.created_at) <= at - KEPT))


def blank_answers(session: Session, about: UUID) -> None:
    """Of the kept answers about a thing that was deleted only the keys stay, so that no retry makes it again."""
    nothing: dict[str, Any] = {"request_hash": "", "headers": {}, "body": ""}
    session.execute(update(KeptAnswer).where(col(KeptAnswer.about) == about).values(nothing))


def forget_answers(session: Session, about: UUID) -> None:
    """Drop the kept answers about a thing: whoever was erased comes back in no repetition."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.about) == about))


def tagged(body: str, headers: Mapping[str, str] | None = None) -> Response:
    """A 200 with a strong ETag over the JSON that is sent, for what has no version of its own."""
    sent = body.encode()
    return Response(sent, headers={**(headers or {}), "ETag": etag_of(sent)}, media_type="application/json")


def versioned(
    body: BaseModel, version: int, status: int = 200, *, without: Mapping[str, set[str]] | None = None
) -> Response:
    """With the new version as its strong ETag; members of members may be left out."""
    text = body.model_dump_json(exclude=dict(without) if without else None)
    return Response(text, status, {"ETag": etag_for(version)}, "application/json")
