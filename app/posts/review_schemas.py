"""Moves of the review on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.numbers import RevisionNumber
from app.core.text import Prose
from app.posts.locks_schemas import Person
from app.posts.models import State
from app.posts.review_models import Move, Transition
from app.posts.schemas import Strict

Note = Annotated[str, Prose(5_000, min_length=0)]


class TransitionInput(Strict):
    """A move, and what the others should read with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"action": "request_changes", "note": "من أين هذا الرقم؟ نحتاج إلى مصدرٍ ثانٍ.", "revision": 4},
                {"action": "submit"},
            ]
        },
    )

    action: Move
    note: Note | None = None
    revision: Annotated[RevisionNumber | None, Field(description="the one you read; 409 if not the newest")] = None


class TransitionShown(BaseModel):
    """A move as it was made."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    id: UUID
    action: Move
    before: Annotated[State, Field(alias="from")]
    after: Annotated[State, Field(alias="to")]
    revision: int
    note: str
    by: Person | None
    at: datetime

    @classmethod
    def of(cls, move: Transition, name: str | None) -> "TransitionShown":
        """A move, with the name of who made it."""
        person = None if move.moved_by is None else Person(id=move.moved_by, name=name or "")
        facts = move.model_dump(include={"id", "action", "before", "after", "revision", "note", "at"})
        return cls(**facts, by=person)
