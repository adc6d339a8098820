"""Small verbs that wait together share a commit, and nothing else: neither errors, nor answers before it, nor hints."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core import writer
from app.core.db import Database
from app.core.errors import Forbidden, TooMany, Unavailable
from app.core.sqlite import SQLite
from tests.core.test_db import (
    break_a_deferred_reference,
    break_a_reference,
    keys_seen_by_a_stranger,
    put,
    put_and_raise,
    some_turns,
    writers_wait,
)

pytestmark = pytest.mark.anyio

Verb = Callable[..., Any]


def put_twice(session: Session, key: str) -> None:
    put(session, key)
    put(session, key)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not part a group."""
    monkeypatch.setattr(writer, "MOST_SECONDS", 60)


async def all_at_once(database: Database, *calls: tuple[Any, ...]) -> list[Any]:
    """Results and errors of `(verb, argument …)` that were ordered while the writer waited for the file."""
    with writers_wait(database):
        waiting = [asyncio.ensure_future(database.write_together(*call)) for call in calls]
        await some_turns()
    return await asyncio.gather(*waiting, return_exceptions=True)


def commits_of(database: SQLite) -> list[str]:
    """One entry for each commit from now on."""
    seen: list[str] = []
    event.listen(database.engine, "commit", lambda _connection: seen.append("commit"))
    return seen


def with_deferred_reference(database: SQLite) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"))


async def test_it_writes_like_write(database: Database) -> None:
    assert await database.write_together(put, "سطر") == "سطر"
    assert await all_at_once(database, *((put, key) for key in "abc")) == ["a", "b", "c"]
    assert keys_seen_by_a_stranger(database) == ["a", "b", "c", "سطر"]


async def test_those_that_wait_share_one_commit(sqlite: SQLite) -> None:
    commits = commits_of(sqlite)
    assert await all_at_once(sqlite, *((put, key) for key in "abcdef")) == list("abcdef")
    assert commits == ["commit"]
    assert keys_seen_by_a_stranger(sqlite) == list("abcdef")


@pytest.mark.parametrize(
    ("verb", "arguments", "error", "kept"),
    [
        (put_and_raise, ("tried", Forbidden()), Forbidden, False),
        (put_and_raise, ("tried", ValueError("a bug")), ValueError, False),
        (put_and_raise, ("tried", TooMany()), TooMany, True),
        (put_twice, ("tried",), IntegrityError, False),
        (break_a_reference, (), IntegrityError, False),
    ],
)
async def test_a_failing_verb_takes_only_itself_back(
    database: Database, verb: Verb, arguments: tuple[Any, ...], error: type[Exception], kept: bool
) -> None:
    first, failed, last = await all_at_once(database, (put, "first"), (verb, *arguments), (put, "last"))
    assert (first, last) == ("first", "last")
    assert isinstance(failed, error)
    assert keys_seen_by_a_stranger(database) == ["first", "last", *(["tried"] if kept else [])]


async def test_what_a_verb_rolls_back_itself_is_its_own(database: Database) -> None:
    def tries(session: Session) -> str:
        put(session, "before")
        try:
            with session.begin_nested():
                put(session, "before")
        except IntegrityError:
            return put(session, "after")
        raise AssertionError

    assert await all_at_once(database, (put, "first"), (tries,), (put, "last")) == ["first", "after", "last"]
    assert keys_seen_by_a_stranger(database) == ["after", "before", "first", "last"]


async def test_a_failed_commit_is_answered_to_all_that_it_held(sqlite: SQLite) -> None:
    with_deferred_reference(sqlite)
    for _ in range(2):
        answers = await all_at_once(
            sqlite,
            (put, "first"),
            (break_a_deferred_reference,),
            (put_and_raise, "recorded", TooMany()),
            (put_and_raise, "refused", Forbidden()),
            (put, "last"),
        )
        assert [type(answer) for answer in answers] == [IntegrityError] * 3 + [Forbidden, IntegrityError]
        assert keys_seen_by_a_stranger(sqlite) == []
    assert await all_at_once(sqlite, (put, "next"), (put, "one more")) == ["next", "one more"]
    assert keys_seen_by_a_stranger(sqlite) == ["next", "one more"]


async def test_a_transaction_that_sqlite_gave_up_is_begun_again_for_each_that_it_held(sqlite: SQLite) -> None:
    def disk_is_full(session: Session) -> None:
        put(session, "too much")
        session.connection().exec_driver_sql("ROLLBACK")  # as SQLite itself does then
        raise OSError

    first, failed, last = await all_at_once(sqlite, (put, "first"), (disk_is_full,), (put, "last"))
    assert (first, last) == ("first", "last")
    assert isinstance(failed, OSError)
    assert keys_seen_by_a_stranger(sqlite) == ["first", "last"]


async def test_what_a_failed_verb_remembered_is_forgotten(database: Database) -> None:
    def remembers(session: Session) -> None:
        session.info["made"] = "of what is taken back"
        raise Forbidden

    def looks(session: Session) -> str | None:
        found: str | None = session.info.get("made")
        return found

    _, seen = await all_at_once(database, (remembers,), (looks,))
    assert seen is None


async def test_hints_follow_the_commit_and_none_follows_its_failure(sqlite: SQLite) -> None:
    with_deferred_reference(sqlite)
    heard: list[list[str]] = []

    def put_and_hint(session: Session, key: str) -> None:
        put(session, key)
        session.info.setdefault("after_commit", []).append(lambda: heard.append(keys_seen_by_a_stranger(sqlite)))

    await all_at_once(sqlite, (put_and_hint, "a"), (break_a_deferred_reference,))
    assert heard == []
    await all_at_once(sqlite, (put_and_hint, "a"), (put_and_hint, "b"))
    assert heard == [["a", "b"], ["a", "b"]]


async def test_a_verb_that_may_be_slow_is_committed_alone_and_in_its_turn(sqlite: SQLite) -> None:
    commits = commits_of(sqlite)
    seen: list[list[str]] = []

    def slow(session: Session) -> None:
        seen.append(keys_seen_by_a_stranger(sqlite))
        put(session, "slow")

    with writers_wait(sqlite):
        early = [asyncio.ensure_future(sqlite.write_together(put, key)) for key in "ab"]
        await some_turns()
        alone = asyncio.ensure_future(sqlite.write(slow))
        await some_turns()
        late = [asyncio.ensure_future(sqlite.write_together(put, key)) for key in "cd"]
        await some_turns()
    await asyncio.gather(*early, alone, *late)
    assert seen == [["a", "b"]]
    assert commits == ["commit"] * 3
    assert keys_seen_by_a_stranger(sqlite) == ["a", "b", "c", "d", "slow"]


@pytest.mark.parametrize(("name", "value"), [("MOST_VERBS", 2), ("MOST_SECONDS", 0)])
async def test_a_group_is_bounded(sqlite: SQLite, monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setattr(writer, name, value)
    commits = commits_of(sqlite)
    assert await all_at_once(sqlite, *((put, key) for key in "abcd")) == list("abcd")
    assert len(commits) == (2 if name == "MOST_VERBS" else 4)


async def test_a_file_locked_for_too_long_fails_the_first_and_not_those_behind(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.sqlite.WAIT_MS", 50)
    impatient = SQLite(f"sqlite:///{sqlite.path}", {})
    with writers_wait(sqlite):
        with pytest.raises(Unavailable):
            await impatient.write_together(put, "late")
        behind = asyncio.ensure_future(impatient.write_together(put, "behind"))
        await some_turns()
    assert await behind == "behind"
    await impatient.stop()


async def test_stopping_finishes_what_was_ordered(sqlite: SQLite) -> None:
    database = SQLite(f"sqlite:///{sqlite.path}", {})
    waiting = [asyncio.ensure_future(database.write_together(put, key)) for key in "abc"]
    waiting.append(asyncio.ensure_future(database.write(put, "d")))
    await some_turns()
    await database.stop()
    assert await asyncio.gather(*waiting) == list("abcd")
    assert keys_seen_by_a_stranger(sqlite) == list("abcd")
