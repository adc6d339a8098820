"""The database as one SQLite file: many readers, one writer, every acknowledged write on the disk."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlmodel import Session

from app.core.db import Database, Parameters, Prepared, Row, T, finish, in_this_context, stored
from app.core.writer import Writer

PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"),
    "secure_delete=ON",  # what was erased is overwritten in the file, not only let go
)
WAIT_MS = 10_000
CACHE_MIB = 16
WRITERS_CACHE_MIB = 64  # its indexes are touched at random places, and and one process rarely hears another write
LISTEN_SECONDS = 1.0


class SQLite(Database):
    """Readers on the event loop (WAL readers never wait), writers in one thread that waits its turn for the file."""

    name = "sqlite"

    def __init__(self, url: str, info: Mapping[str, Any]) -> None:
        super().__init__(info)
        self.path = make_url(url).database or ""
        if self.path in ("", ":memory:"):
            raise ValueError("MASTHEAD_DATABASE_URL must name a file, such as sqlite:///var/masthead.sqlite3")
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._quick = sqlite_engine(url, "BEGIN", wait_ms=1_000, pool_size=1, max_overflow=-1)
        self._slow = sqlite_engine(url, "BEGIN", wait_ms=WAIT_MS, pool_size=2)
        self.engine = sqlite_engine(url, "BEGIN IMMEDIATE", wait_ms=WAIT_MS, cache_mib=WRITERS_CACHE_MIB, pool_size=1)
        self._writer = Writer(self.engine, self.info)
        self._readers = ThreadPoolExecutor(2, "masthead-reader")
        self._kept: sqlite3.Connection | None = None
        self._delving = threading.local()  # each reader thread keeps a connection too
        self._delved: list[sqlite3.Connection] = []
        self.dialect = SQLiteDialect_pysqlite(paramstyle="named")

    async def start(self) -> None:
        """Nothing: connections open on first use."""

    async def stop(self) -> None:
        """Finish what the threads are doing and close."""
        self._writer.stop()
        self._readers.shutdown()
        for kept in (self._kept, *self._delved):
            if kept is not None:
                kept.close()
        for engine in (self._quick, self._slow, self.engine):
            engine.dispose()

    async def _dispatch(self, kind: str, work: Callable[[Session], Any]) -> Any:
        if kind == "read":
            return self._reading(self._quick, work)
        if kind == "study":
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._readers, in_this_context(self._reading), self._slow, work)
        return await finish(self._writer.order(work, shares=kind == "together"))

    def _reading(self, engine: Engine, work: Callable[[Session], Any]) -> Any:
        with Session(engine, expire_on_commit=False, info=self.info) as session:
            return work(session)

    async def fast(self, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
        """Runs in place: 10–100 µs a statement, less than the way to a thread and back."""
        return self._look(self._connection(), statement, parameters, *shape)

    def _look(
        self, connection: sqlite3.Connection, statement: Prepared, parameters: Parameters, *shape: Any
    ) -> list[Row]:
        sql, constants = statement.sql(self.dialect, *shape)
        values = {name: stored(value) for name, value in parameters.items()}
        return connection.execute(sql, constants | values).fetchall()

    async def delve(self, work: Callable[..., T], *args: Any) -> T:
        """In a reader thread on its kept connection: a session would cost more than most searches."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._delve, work, args)

    def _delve(self, work: Callable[..., T], args: tuple[Any, ...]) -> T:
        kept: sqlite3.Connection | None = getattr(self._delving, "kept", None)
        if kept is None:
            kept = self._delving.kept = self._connect()
            self._delved.append(kept)
        kept.execute("BEGIN")
        try:
            return work(partial(self._look, kept), *args)
        finally:
            kept.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        if self._kept is None:
            self._kept = self._connect()
        return self._kept

    def _connect(self) -> sqlite3.Connection:
        # closed by the thread that stops the server, whichever opened it
        made = sqlite3.connect(self.path, isolation_level=None, cached_statements=512, check_same_thread=False)
        _prepare(made, WAIT_MS, CACHE_MIB)
        return made

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """A file rings no bell: once a second the counter of commits is asked (2 µs), whatever the channel."""
        seen = None
        while True:
            (version,) = self._connection().execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                heard("")
            await asyncio.sleep(LISTEN_SECONDS)


def _prepare(raw: sqlite3.Connection, wait_ms: int, cache_mib: int) -> None:
    for pragma in (*PRAGMAS, f"busy_timeout={wait_ms}", f"cache_size={-1024 * cache_mib}"):
        raw.execute("PRAGMA " + pragma)


def sqlite_engine(url: str, begin: str, *, wait_ms: int, cache_mib: int = CACHE_MIB, **pool: Any) -> Engine:
    """An engine whose every connection carries the pragmas and opens transactions with `begin`."""
    engine = create_engine(url, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def _connected(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves: sqlite3's own begins too late for IMMEDIATE
        _prepare(raw, wait_ms, cache_mib)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "checkin")
    def _roll_back(raw: sqlite3.Connection | None, _record: object) -> None:
        # a failed COMMIT keeps its transaction open and would poison the next writer (trap 9)
        if raw is not None and raw.in_transaction:
            raw.execute("ROLLBACK")

    return engine
