"""Every test that asks for `newsroom` runs twice: on SQLite and on a real PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.core.db import Database
from app.core.settings import Settings
from app.main import create_app, open_site
from app.migrations import upgrade
from tests import postgres
from tests.newsroom import SECRET, Newsroom
from tests.warmth import warmed

ROOM_NEEDED = 4 * 1024**3
JOURNEYS = Path(__file__).parent / "journeys"


def pytest_configure(config: pytest.Config) -> None:
    _work_in_memory()
    postgres.start_for_session(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys take the longest: begun first, none of them keeps one worker busy when the others are done."""
    items.sort(key=lambda item: JOURNEYS not in item.path.parents)


def pytest_unconfigure(config: pytest.Config) -> None:
    postgres.stop_for_session()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    database = _open(f"sqlite:///{path}")
    upgrade(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(worker_id: str) -> Iterator[str]:
    """An empty migrated database, the template of each test's own."""
    cluster, name = postgres.session_server(), f"template_{worker_id}"
    cluster.create_database(name)
    database = _open(cluster.url(name))
    upgrade(database.engine)
    database.engine.dispose()
    yield name
    cluster.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """The address of a fresh migrated database on each of the two engines."""
    if request.param == "sqlite":
        path = tmp_path / "masthead.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    cluster, name = postgres.session_server(), f"test_{worker_id}"
    cluster.create_database(name, template=template)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a development server whose secret is known."""
    return Settings(
        _env_file=None, database_url=database_url, secret_key=SECRET, log="off", base_url="https://news.example"
    )


@pytest.fixture
async def newsroom(settings: Settings, anyio_backend: str) -> AsyncIterator[Newsroom]:
    """A whole server in this process, reached through its ASGI door."""
    app = create_app(settings)
    await warmed(app.state.db).start()
    async with Newsroom.open(app) as room:
        yield room
    await app.state.db.stop()


def _work_in_memory() -> None:
    """Databases made for a moment need no disk: where there is room in memory, the suite takes half the time."""
    memory = Path("/dev/shm")  # noqa: S108  tempfile makes private folders in it
    if "TMPDIR" in os.environ or not (memory.is_dir() and os.access(memory, os.W_OK)):
        return
    if shutil.disk_usage(memory).free >= ROOM_NEEDED:
        os.environ["TMPDIR"] = str(memory)
        tempfile.tempdir = None


def _open(url: str) -> Database:
    return open_site(Settings(_env_file=None, database_url=url, secret_key=SECRET))
