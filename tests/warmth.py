"""A server that has been up has its statements compiled; a server made for one test should not begin cold."""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.db import Database

_dialects: dict[tuple[str, str], Dialect] = {}
_compiled: dict[tuple[str, str], MutableMapping[Any, Any] | None] = {}


def warmed(database: Database) -> Database:
    """The same database with the statements that this process compiled before; its connections are its own."""
    for name, part in vars(database).items():
        place = (database.name, name)
        engine = part.sync_engine if isinstance(part, AsyncEngine) else part
        if isinstance(engine, Engine):
            # compiled statements are filed under the dialect, so the two can only be shared together
            engine.dialect = _dialects.setdefault(place, engine.dialect)
            engine._compiled_cache = _compiled.setdefault(place, engine._compiled_cache)
        elif isinstance(part, Dialect):
            setattr(database, name, _dialects.setdefault(place, part))
    return database
