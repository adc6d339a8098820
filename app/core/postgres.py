"""The database as PostgreSQL: many nodes, one pool each for sessions and for hot reads."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import Dialect, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import statements
from app.core.db import Database, Parameters, Prepared, Row, T, commit_session, committed, finish
from app.core.errors import Unavailable

POOL_SIZE = 10
HOT_POOL_SIZE = 5
WAIT_SECONDS = 10.0  # as long as a writer waits for SQLite's file


class Postgres(Database):
    """Sessions run under the async engine; an exhausted pool answers 503 instead of queueing without end."""

    name = "postgresql"

    def __init__(self, url: str, info: Mapping[str, Any]) -> None:
        super().__init__(info)
        self.engine = create_engine(url, hide_parameters=True, pool_size=1, max_overflow=4)
        self._async = create_async_engine(
            url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=WAIT_SECONDS
        )
        self._dialect: Dialect = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]
        self._address = url.replace("+psycopg", "", 1)
        self._hot = AsyncConnectionPool(
            self._address,
            min_size=1,
            max_size=HOT_POOL_SIZE,
            timeout=WAIT_SECONDS,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": 1},
        )

    async def start(self) -> None:
        """Open the pool of hot connections."""
        await self._hot.open()

    async def stop(self) -> None:
        """Close both pools and the synchronous engine."""
        await self._hot.close()
        await self._async.dispose()
        self.engine.dispose()

    async def _dispatch(self, kind: str, work: Callable[[Session], Any]) -> Any:
        return await (self._read(work) if kind in ("read", "study") else finish(self._write(work)))

    async def _read(self, work: Callable[[Session], Any]) -> Any:
        async with AsyncSession(self._async, expire_on_commit=False, info=self.info) as session:
            return await session.run_sync(lambda plain: work(cast(Session, plain)))

    async def _write(self, work: Callable[[Session], Any]) -> Any:
        async with AsyncSession(self._async, expire_on_commit=False, info=self.info) as session:
            return await session.run_sync(lambda plain: committed(cast(Session, plain), work, commit_session))

    async def fast(self, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
        """One round trip on a kept connection with a statement that the server has already planned."""
        sql, constants = statement.sql(self._dialect, *shape)
        try:
            async with self._hot.connection() as connection:
                cursor = await connection.execute(sql, {**constants, **parameters})
                return await cursor.fetchall()
        except PoolTimeout as error:
            raise Unavailable(headers={"Retry-After": "1"}) from error

    async def delve(self, work: Callable[..., T], *args: Any) -> T:
        """Under a session, whose own work is left out."""
        return await self.study(lambda session: work(partial(statements.rows, session), *args))

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """LISTEN on a connection of its own; also heard once at the beginning, for what was sent before."""
        async with await AsyncConnection.connect(self._address, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            heard("")
            async for note in connection.notifies():
                heard(note.payload)
