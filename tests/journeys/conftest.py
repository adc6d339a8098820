"""Journeys meet a real server process, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsroom import SECRET
from tests.server import Server


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server with a migrated, empty database; the test starts it."""
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(database_url, SECRET, folder)
    yield server
    server.stop()
