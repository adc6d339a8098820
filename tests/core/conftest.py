"""What tests of the foundation stand on: a bare database, without any server around it."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copy

import pytest

from app.core.db import Database, open_database
from app.core.sqlite import SQLite
from tests.core.receiver import OK, Wire, says, wired


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A migrated database on each of the two engines."""
    opened = open_database(database_url, {"base_url": "https://news.example"})
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path, anyio_backend: str) -> AsyncIterator[SQLite]:
    """A migrated SQLite file, for what only SQLite has."""
    path = tmp_path / "alone.sqlite3"
    copy(sqlite_template, path)
    opened = SQLite(f"sqlite:///{path}", {})
    yield opened
    await opened.stop()


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> AsyncIterator[Wire]:
    """A net where the same receiver answers at every address."""
    async with wired(monkeypatch, says(OK)) as net:
        yield net
