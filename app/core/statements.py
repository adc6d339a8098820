"""Statements inside a session's transaction that are compiled once and run by the driver itself, past SQLAlchemy's own
90 %: for the few verbs that many readers call. Values are plain; objects that wait in the session are not flushed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, insert
from sqlmodel import Session

from app.core.db import Parameters, Prepared, Row, dressed, stored

Shape = Callable[[Any], Any]


def rows(session: Session, statement: Prepared, parameters: Parameters, *shape: Any) -> list[Row]:
    """Rows as the driver has them, as from `Database.fast`. Raises what SQLAlchemy raises."""
    dialect = _dialect(session.get_bind().dialect.name)
    sql, constants = statement.sql(dialect, *shape)
    if dialect.name == "sqlite":
        parameters = {name: stored(value) for name, value in parameters.items()}
    with _cursor(session, sql) as cursor:
        cursor.execute(sql, {**constants, **parameters})
        found: list[Row] = cursor.fetchall()
        return found


def add(session: Session, table: Table, values: Mapping[str, Any]) -> None:
    """Insert one row at once; columns that are left out get what the database gives them. Raises IntegrityError."""
    sql, shapes = _insert(table, tuple(values), session.get_bind().dialect.name)
    with _cursor(session, sql) as cursor:
        cursor.execute(sql, {name: shapes[name](value) for name, value in values.items()})


@contextmanager
def _cursor(session: Session, sql: str) -> Iterator[Any]:
    """The driver's cursor in the transaction; its errors are dressed as SQLAlchemy's, without what people sent."""
    connection = session.connection()
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        raise dressed(connection, sql, error) from error
    finally:
        cursor.close()


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect_name: str) -> tuple[str, dict[str, Shape]]:
    dialect = _dialect(dialect_name)
    shapes: dict[str, Shape] = {}
    for name in names:
        to_driver = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        shapes[name] = to_driver or _as_it_is
    return str(insert(table).compile(dialect=dialect, column_keys=names)), shapes


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=2)
def _dialect(name: str) -> Dialect:
    """With named parameters, as `Prepared` is compiled for them."""
    if name == "sqlite":
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite(paramstyle="named")
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]
