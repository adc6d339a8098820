"""The bridge keeps its word on both engines: committed before it returns, rolled back on failure, never poisoned."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import anyio
import psycopg
import pytest
from sqlalchemy import Engine, event, insert, text
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from app.core import postgres
from app.core.db import Database, Prepared, as_time, open_database
from app.core.errors import Conflict, Forbidden, TooMany, Unavailable
from app.core.http.limits import RateCounter
from app.core.ids import new_id
from app.core.sqlite import SQLite
from app.staff.models import StaffSession

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def put(session: Session, key: str) -> str:
    """The smallest verb: one row."""
    session.add(RateCounter(key=key, hits=1, ends_at=NOON))
    session.flush()
    return key


def put_and_raise(session: Session, key: str, error: Exception) -> None:
    put(session, key)
    raise error


def keys(session: Session) -> list[str]:
    return list(session.exec(select(RateCounter.key).order_by(col(RateCounter.key))))


def keys_seen_by_a_stranger(database: Database) -> list[str]:
    """Through a driver connection that knows nothing of ours: only what is committed."""
    query = "SELECT key FROM rate_counter ORDER BY key"
    if isinstance(database, SQLite):
        with sqlite3.connect(database.path) as connection:
            return [key for (key,) in connection.execute(query)]
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as stranger:
        return [key for (key,) in stranger.execute(query)]


@contextmanager
def writers_wait(database: Database) -> Iterator[None]:
    """While this lasts another connection holds what every `put` needs."""
    if isinstance(database, SQLite):
        rival = sqlite3.connect(database.path, isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")
        yield
        rival.execute("ROLLBACK")
        rival.close()
        return
    with database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE rate_counter IN EXCLUSIVE MODE"))
        yield


async def some_turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_write_is_committed_before_it_returns(database: Database) -> None:
    assert await database.write(put, "سطر") == "سطر"
    assert keys_seen_by_a_stranger(database) == ["سطر"]


async def test_into_runs_while_the_session_is_open(database: Database) -> None:
    await database.write(put, "a")

    def whole(session: Session) -> list[RateCounter]:
        return list(session.exec(select(RateCounter)))

    def shape(rows: list[RateCounter]) -> list[tuple[str, bool]]:
        return [(row.key, Session.object_session(row) is not None) for row in rows]

    shaped = [("a", True)]
    assert await database.read(whole, into=shape) == shaped
    assert await database.study(whole, into=shape) == shaped
    assert await database.write(whole, into=shape) == shaped


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (TooMany(), True),
        (Forbidden(), False),
        (Conflict(), False),
        (ValueError("a bug"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_only_recorded_errors_keep_what_was_written(database: Database, error: Exception, kept: bool) -> None:
    with pytest.raises(type(error)) as caught:
        await database.write(put_and_raise, "tried", error)
    assert caught.value is error
    assert keys_seen_by_a_stranger(database) == (["tried"] if kept else [])
    await database.write(put, "next")
    assert "next" in keys_seen_by_a_stranger(database)


def break_a_reference(session: Session) -> None:
    session.add(
        StaffSession(
            id=new_id(), user_id=UUID(int=7), salt=b"0" * 16, created_at=NOON, rotated_at=NOON, expires_at=NOON
        )
    )


def break_a_deferred_reference(session: Session) -> None:
    session.execute(text("INSERT INTO child VALUES (7)"))


def refuse_at_the_end(session: Session) -> None:
    put(session, "never")

    def refuse(_session: Session) -> None:
        raise Conflict("too late")

    event.listen(session, "before_commit", refuse)


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        (break_a_reference, IntegrityError),
        (break_a_deferred_reference, IntegrityError),
        (refuse_at_the_end, Conflict),
    ],
)
async def test_after_a_failed_commit_the_next_write_works(
    database: Database, verb: Callable[[Session], None], error: type[Exception]
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"))
    for _ in range(3):
        with pytest.raises(error):
            await database.write(verb)
    await database.write(put, "next")
    assert keys_seen_by_a_stranger(database) == ["next"]


async def test_a_failed_statement_does_not_print_what_people_sent(database: Database) -> None:
    def twice(session: Session) -> None:
        put(session, "reader@example.org")
        session.execute(insert(RateCounter).values(key="canary-value", hits=None, ends_at=NOON))

    with pytest.raises(IntegrityError) as caught:
        await database.write(twice)
    assert "[parameters:" not in str(caught.value)


async def test_a_recorded_error_whose_commit_fails_answers_the_failure(database: Database) -> None:
    def verb(session: Session) -> None:
        break_a_reference(session)
        raise TooMany

    with pytest.raises(IntegrityError):
        await database.write(verb)
    await database.write(put, "next")
    assert keys_seen_by_a_stranger(database) == ["next"]


async def test_reads_leave_nothing_behind(database: Database) -> None:
    assert await database.read(put, "read") == "read"
    assert await database.study(put, "study") == "study"
    assert keys_seen_by_a_stranger(database) == []
    await database.write(put, "next")
    assert await database.read(keys) == await database.study(keys) == ["next"]


async def test_a_caller_that_leaves_does_not_cut_a_write_in_half(database: Database) -> None:
    def both(session: Session) -> None:
        put(session, "one")
        put(session, "two")

    with writers_wait(database):
        leaver = asyncio.ensure_future(database.write(both))
        await some_turns()
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        assert keys_seen_by_a_stranger(database) == []
    with anyio.fail_after(10):
        while (found := keys_seen_by_a_stranger(database)) != ["one", "two"]:
            assert found == []
            await anyio.lowlevel.checkpoint()


async def test_many_writes_at_once_all_arrive(database: Database) -> None:
    await asyncio.gather(*(database.write(put, f"{number:02}") for number in range(20)))
    assert keys_seen_by_a_stranger(database) == [f"{number:02}" for number in range(20)]


async def test_a_writer_in_this_thread_commits_or_rolls_back(database: Database) -> None:
    with database.transaction() as session:
        put(session, "kept")

    def fail() -> None:
        with database.transaction() as session:
            put_and_raise(session, "lost", Forbidden())

    with pytest.raises(Forbidden):
        fail()
    assert keys_seen_by_a_stranger(database) == ["kept"]


NEWEST = Prepared(
    lambda descending: columns(col(RateCounter.key), col(RateCounter.ends_at)).order_by(
        col(RateCounter.key).desc() if descending else col(RateCounter.key)
    )
)


async def test_fast_sees_every_commit_at_once(database: Database) -> None:
    for number, key in enumerate("abc", start=1):
        await database.write(put, key)
        rows = await database.fast(NEWEST, {}, True)
        assert len(rows) == number
        assert rows[0][0] == key
        assert as_time(rows[0][1]) == NOON
    assert [row[0] for row in await database.fast(NEWEST, {}, False)] == ["a", "b", "c"]


CAIRO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-03-01 12:00:00.000000", NOON),
        ("2026-03-01 12:00:00", NOON),
        (datetime(2026, 3, 1, 12), NOON),  # noqa: DTZ001  as a driver hands it out
        (NOON, NOON),
        (datetime(2026, 3, 1, 14, tzinfo=CAIRO), NOON),
    ],
)
def test_times_from_drivers(raw: object, moment: datetime) -> None:
    assert as_time(raw) == moment
    assert as_time(raw).tzinfo is UTC


# --- SQLite alone

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


async def test_every_connection_carries_the_pragmas(sqlite: SQLite) -> None:
    await sqlite.fast(NEWEST, {}, True)
    assert sqlite._kept is not None
    assert {name: sqlite._kept.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS} == PRAGMAS
    assert sqlite._kept.execute("PRAGMA busy_timeout").fetchone()[0] > 0

    def pragmas(session: Session) -> dict[str, object]:
        connection = session.connection()
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}

    for ask in (sqlite.read, sqlite.study, sqlite.write):
        assert await ask(pragmas) == PRAGMAS


def pragmas_of_two(engine: Engine) -> list[dict[str, object]]:
    """Of two raw connections at once: the second is a new one."""
    raws = [engine.raw_connection(), engine.raw_connection()]
    found = []
    for raw in raws:
        cursor = raw.cursor()
        found.append({name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS})
    for raw in raws:
        raw.close()
    return found


async def test_a_second_connection_of_each_engine_carries_them_too(sqlite: SQLite) -> None:
    for engine in (sqlite._quick, sqlite._slow, sqlite.engine):
        assert pragmas_of_two(engine) == [PRAGMAS, PRAGMAS]


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO rate_counter (key, hits, ends_at) VALUES ('theirs', 1, '2026-01-01 00:00:00.000000')")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


async def test_a_writer_waits_for_another_process_and_readers_do_not(sqlite: SQLite) -> None:
    rival = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, sqlite.path, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert rival.stdin is not None
    assert rival.stdout is not None
    assert await rival.stdout.readline() == b"held\n"

    ours = asyncio.ensure_future(sqlite.write(put, "ours"))
    done, _ = await asyncio.wait({ours}, timeout=0.1)
    assert not done
    assert await sqlite.read(keys) == await sqlite.study(keys) == []

    rival.stdin.write(b"\n")
    assert await ours == "ours"
    assert await rival.wait() == 0
    assert await sqlite.read(keys) == ["ours", "theirs"]


async def test_a_file_locked_for_too_long_answers_unavailable(sqlite: SQLite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.sqlite.WAIT_MS", 20)
    impatient = SQLite(f"sqlite:///{sqlite.path}", {})
    with writers_wait(sqlite), pytest.raises(Unavailable) as caught:
        await impatient.write(put, "late")
    assert caught.value.headers == {"Retry-After": "1"}
    await impatient.write(put, "next")
    assert keys_seen_by_a_stranger(sqlite) == ["next"]
    await impatient.stop()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_sqlite_must_be_a_file(url: str) -> None:
    with pytest.raises(ValueError, match="must name a file"):
        open_database(url, {})


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "news.sqlite3"
    database = open_database(f"sqlite:///{path}", {})
    assert (
        await database.read(lambda session: session.exec(select(func.count()).select_from(text("sqlite_master"))).one())
        == 0
    )
    await database.stop()
    assert path.exists()


# --- PostgreSQL alone


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_exhausted_pool_answers_unavailable(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "POOL_SIZE", 1)
    monkeypatch.setattr(postgres, "HOT_POOL_SIZE", 1)
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.05)
    database = postgres.Postgres(database_url, {})
    await database.start()
    with writers_wait(database):
        stuck = asyncio.ensure_future(database.write(put, "stuck"))
        await some_turns()
        for ask in (database.read, database.study, database.write):
            with pytest.raises(Unavailable) as caught:
                await ask(keys)
            assert caught.value.headers == {"Retry-After": "1"}
        async with database._hot.connection():
            with pytest.raises(Unavailable):
                await database.fast(NEWEST, {}, True)
    assert await stuck == "stuck"
    assert await database.read(keys) == ["stuck"]
    await database.stop()
