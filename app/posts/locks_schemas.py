"""The lock on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, StrictBool

from app.core.inputs import Forgiving
from app.posts.locks_models import Held


class Person(BaseModel):
    """Someone of the newsroom."""

    id: UUID
    name: str


class LockShown(BaseModel):
    """Who writes in the dossier, since when, and until when unless they say so again."""

    holder: Person
    since: datetime
    expires_at: datetime

    @classmethod
    def of(cls, held: Held) -> "LockShown":
        """A lock as everyone at the desk sees it."""
        holder = Person(id=held.holder_id, name=held.holder_name)
        return cls(holder=holder, since=held.since, expires_at=held.expires_at)


class LockInput(Forgiving):
    """`take_over` takes the lock from whoever holds it."""

    take_over: StrictBool = False
