"""What the tests of this room share: things that happen, a reader of the stream, a count of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event

from app.core.actor import Actor, system
from app.core.clock import now
from app.core.ids import new_id
from app.events.service import record
from tests.newsroom import Desk, Newsroom

EVENTS = "/v1/editor/events"
SOMEONE = system("tests")


async def happen(
    newsroom: Newsroom,
    *names: str,
    subject: UUID | None = None,
    at: datetime | None = None,
    by: Actor = SOMEONE,
) -> list[str]:
    """Events in a transaction each, about one new thing or the given one; answers the ids of what they are about."""
    subjects = [subject or new_id() for _ in names]
    for name, subject_id in zip(names, subjects, strict=True):
        await newsroom.db.write(record, name, subject_id, by=by, at=at or now())
    return [str(subject_id) for subject_id in subjects]


class Follower:
    """Somebody who goes on from where they are, as a machine does."""

    def __init__(self, desk: Desk, **parameters: Any) -> None:
        self.desk, self.parameters = desk, parameters
        self.cursor: str | None = None
        self.seen: list[dict[str, Any]] = []

    async def go_on(self) -> list[dict[str, Any]]:
        """Everything that is new, page by page."""
        new: list[dict[str, Any]] = []
        while True:
            answer = await self.ask()
            new += answer["items"]
            if answer["next"] is None:
                self.seen += new
                return new

    async def ask(self) -> dict[str, Any]:
        """One page."""
        after = {} if self.cursor is None else {"after": self.cursor}
        answer = await self.desk.get(EVENTS, params=self.parameters | after)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        self.cursor = page["cursor"]
        return page

    @property
    def subjects(self) -> list[str]:
        """What the events so far were about."""
        return [item["subject_id"] for item in self.seen]


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every SQL text that runs meanwhile, with its values."""
    noted: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        noted.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)
