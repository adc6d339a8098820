"""The only bridge to the database, and the only commit in the code: one call, one transaction, done before the answer.

`read`  quick reads, in place on the event loop (SQLite) or under the async session (PostgreSQL)
`study` slow reads (search words, exports): two reader threads on SQLite
`write` one verb, one transaction, committed before it returns; one writer on SQLite
`write_together` the same for small verbs of many readers, which may share one commit on SQLite
`fast`  hot public reads: a kept autocommit connection and statements compiled once
`delve` the same off the event loop, for what has to look at much

Every call returns values, never table rows: `into=` makes wire schemas while the session is open.
"""

import asyncio
import contextvars
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast, overload
from uuid import UUID

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlmodel import Session

from app.core.errors import DomainError, Unavailable

T = TypeVar("T")
Row = tuple[Any, ...]
Parameters = Mapping[str, Any]
AS_THEY_ARE = frozenset({str, int, bytes, type(None)})
Look = Callable[..., list[Row]]  # `look(statement, parameters, *shape)`, as `Database.fast` answers it
Follow = Callable[[], object]  # what rooms leave in `session.info["after_commit"]`: a hint to this process


class Prepared:
    """A statement compiled once a shape: `build(*shape)` runs on the first use of each; the 512 latest are kept."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.sql = lru_cache(maxsize=512)(self._compile)

    def _compile(self, dialect: Dialect, *shape: Any) -> tuple[str, dict[str, Any]]:
        """The text, and the constants that the builder wrote into it."""
        compiled = self._built(dialect.name, shape).compile(dialect=dialect)
        return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}

    def _built(self, _database: str, shape: tuple[Any, ...]) -> Any:
        return self.build(*shape)


class Twofold(Prepared):
    """A statement that the two databases spell differently: `build` is told first for which."""

    def _built(self, database: str, shape: tuple[Any, ...]) -> Any:
        return self.build(database, *shape)


class Database(ABC):
    """One site's database; `start` and `stop` belong to the server's lifespan."""

    name: str
    engine: Engine  # the synchronous one: command line, migrations, worker

    def __init__(self, info: Mapping[str, Any]) -> None:
        self.info = dict(info)  # what every session carries for the rooms: the table of reactions

    @abstractmethod
    async def start(self) -> None:
        """Open what needs a running event loop."""

    @abstractmethod
    async def stop(self) -> None:
        """Close every connection."""

    @overload
    async def read(self, query: Callable[..., Any], *args: Any, into: Callable[[Any], T], **kwargs: Any) -> T: ...
    @overload
    async def read(self, query: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
    async def read(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a quick query; what it changes is rolled back."""
        return await self._run("read", query, args, kwargs)

    @overload
    async def study(self, query: Callable[..., Any], *args: Any, into: Callable[[Any], T], **kwargs: Any) -> T: ...
    @overload
    async def study(self, query: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
    async def study(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a slow query off the event loop; what it changes is rolled back."""
        return await self._run("study", query, args, kwargs)

    @overload
    async def write(self, verb: Callable[..., Any], *args: Any, into: Callable[[Any], T], **kwargs: Any) -> T: ...
    @overload
    async def write(self, verb: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
    async def write(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run one verb in one transaction, committed when this returns; a client that leaves does not cut it short."""
        return await self._run("write", verb, args, kwargs)

    async def write_together(self, verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run one small verb like `write`; on SQLite those that wait share one commit, but not one another's errors."""
        return cast(T, await self._run("together", verb, args, kwargs))

    async def _run(self, kind: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return await self._dispatch(kind, lambda session: call(session, function, args, kwargs))
        except (PoolExhausted, OperationalError) as error:
            raise Unavailable(headers={"Retry-After": "1"}) from error

    @abstractmethod
    async def _dispatch(self, kind: str, work: Callable[[Session], Any]) -> Any: ...

    @abstractmethod
    async def fast(self, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
        """Rows of a prepared statement, outside of any session: plain values, times as the driver has them."""

    @abstractmethod
    async def delve(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(look, *args)` off the event loop; whatever it looks up is as of one moment on SQLite."""

    @abstractmethod
    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Call `heard` with what was sent to the channel, with "" when that may be anything, until cancelled."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session for synchronous callers, committed when the block ends well."""
        with Session(self.engine, expire_on_commit=False, info=self.info) as session:
            yield session
            commit_session(session)


def open_database(url: str, info: Mapping[str, Any]) -> Database:
    """The database behind an address (`sqlite:///file`, `postgresql+psycopg://…`); `info` goes with every session."""
    if url.startswith("sqlite:"):
        from app.core.sqlite import SQLite

        return SQLite(url, info)
    from app.core.postgres import Postgres

    return Postgres(url, info)


def call(session: Session, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `function(session, …)` and then `into` while the session is open."""
    into = kwargs.pop("into", None)
    out = function(session, *args, **kwargs)
    return into(out) if into else out


def committed(session: Session, work: Callable[[Session], T], commit: Callable[[Session], None]) -> T:
    """The transaction around a verb: `commit`, also when the verb's error is `recorded`, else roll back."""
    try:
        out = work(session)
    except DomainError as error:
        if error.recorded:
            commit(session)
        raise
    commit(session)
    return out


def commit_session(session: Session) -> None:
    """Commit, then call what rooms left in `session.info["after_commit"]`: hints to this process, which may be lost."""
    session.commit()
    for follow in session.info.pop("after_commit", ()):
        follow()


def as_time(value: Any) -> datetime:
    """A time from `fast`: SQLite hands out text, PostgreSQL a datetime."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def as_uuid(value: Any) -> UUID | None:
    """An id from `fast`: SQLite hands out 32 hex digits, PostgreSQL a UUID."""
    return UUID(hex=value) if isinstance(value, str) else value


def dressed(connection: Connection, sql: str, error: Exception) -> BaseException:
    """An error of the driver as SQLAlchemy would raise it, without what people sent."""
    dialect = connection.dialect
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)


def stored(value: Any) -> Any:
    """As SQLAlchemy's types store it on SQLite: UUIDs as 32 hex digits, times as text in UTC; lists become JSON."""
    if value.__class__ in AS_THEY_ARE:
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return json.dumps(list(map(stored, value)))
    return value


async def finish(work: Awaitable[T]) -> T:
    """What has started is finished: a client that goes away does not cut a write in half."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


def in_this_context(function: Callable[..., T]) -> Callable[..., T]:
    """The function bound to the present context variables: an executor carries none by itself (trap 15)."""
    context = contextvars.copy_context()
    return lambda *args: context.run(function, *args)
