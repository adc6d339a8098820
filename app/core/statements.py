"""Statements inside a session's transaction that are compiled once and run by the driver itself, past SQLAlchemy's own
90 %: for the few verbs that many readers call. Values are plain; objects that wait in the session are not flushed.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from app.core.db import AS_THEY_ARE, Parameters, Prepared, Row, dressed, stored

Shape = Callable[[Any], Any]


class _Held(NamedTuple):
    """What a session's transaction holds: as long as that is the same, so is the connection."""

    transaction: SessionTransaction | None
    connection: Connection
    driver: Any
    dialect: Dialect
    texts: bool  # SQLite stores UUIDs and times as text


def rows(session: Session, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
    """Rows as the driver has them, as from `Database.fast`. Raises what SQLAlchemy raises."""
    held = _held(session)
    sql, constants = statement.sql(held.dialect, *shape)
    found: list[Row] = _run(held, sql, _values(held, constants, parameters), _all)
    return found


def change(session: Session, statement: Prepared, parameters: Parameters, *shape: Any) -> None:
    """The same for what returns no rows."""
    held = _held(session)
    sql, constants = statement.sql(held.dialect, *shape)
    _run(held, sql, _values(held, constants, parameters), _nothing)


def add(session: Session, table: Table, values: Mapping[str, Any]) -> None:
    """Insert one row at once; columns that are left out get what the database gives them. Raises IntegrityError."""
    held = _held(session)
    sql, shapes = _insert(table, tuple(values), held.dialect)
    row = dict(values)
    for name, shape in shapes:
        row[name] = shape(row[name])
    _run(held, sql, row, _nothing)


def _held(session: Session) -> _Held:
    """Asked once a transaction: a session takes long to say what it is connected to."""
    held: _Held | None = session.info.get("held")
    if held is None or held.transaction is not session.get_transaction():
        connection = session.connection()
        name = connection.dialect.name
        driver = connection.connection.dbapi_connection
        held = _Held(session.get_transaction(), connection, driver, _dialect(name), name == "sqlite")
        session.info["held"] = held
    return held


def _values(held: _Held, constants: Mapping[str, Any], parameters: Parameters) -> dict[str, Any]:
    if held.texts:
        plain = {  # most are, and a call for each would be felt
            name: value if value.__class__ in AS_THEY_ARE else stored(value) for name, value in parameters.items()
        }
        return {**constants, **plain}
    return {**constants, **parameters}


def _run(held: _Held, sql: str, values: Mapping[str, Any], fetch: Callable[[Any], Any]) -> Any:
    """Through the driver's own cursor; its errors are dressed as SQLAlchemy's, without what people sent."""
    cursor = held.driver.cursor()
    try:
        cursor.execute(sql, values)
        return fetch(cursor)
    except held.connection.dialect.loaded_dbapi.Error as error:
        raise dressed(held.connection, sql, error) from error
    finally:
        cursor.close()


def _all(cursor: Any) -> Any:
    return cursor.fetchall()


def _nothing(_cursor: Any) -> None:
    return None


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[tuple[str, Shape]]]:
    """The text, and what has to be done to the values of some columns."""
    processors = ((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    shapes: list[tuple[str, Shape]] = [(name, shape) for name, shape in processors if shape is not None]
    return str(insert(table).compile(dialect=dialect, column_keys=names)), shapes


@lru_cache(maxsize=2)
def _dialect(name: str) -> Dialect:
    """With named parameters, as `Prepared` is compiled for them."""
    if name == "sqlite":
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite(paramstyle="named")
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]
