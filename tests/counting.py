"""What a piece of work asks of the database, whichever way the statements go."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from app.core import statements


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every statement that any session runs meanwhile, those that go past SQLAlchemy among them."""
    seen: list[str] = []
    run = statements._run

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    def noting(held: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return run(held, sql, *rest)

    event.listen(Engine, "before_cursor_execute", note)
    statements._run = noting  # type: ignore[assignment]
    try:
        yield seen
    finally:
        statements._run = run
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The SELECTs among them, there to be counted when the block has ended."""
    queries: list[str] = []
    with counted_statements() as seen:
        yield queries
    queries += [statement for statement in seen if statement.lstrip().upper().startswith("SELECT")]
