"""Who is acting: a frozen value, never a table row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Origin = Literal["user", "key", "guest", "system", "import"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program behind a call."""

    id: UUID | None
    name: str
    origin: Origin
    role: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)
    session_id: UUID | None = None
    request_id: str = ""
    admitted_at: datetime | None = None  # when the door let them in: what they are shown is as of then

    def may(self, permission: str) -> bool:
        """Whether the permission is held; ownership is the workflow's question."""
        return permission in self.permissions


def guest(request_id: str = "") -> Actor:
    """A reader without an account."""
    return Actor(None, "", "guest", request_id=request_id)


def system(name: str, *, permissions: frozenset[str] = frozenset()) -> Actor:
    """Masthead itself: the command line, the worker."""
    return Actor(None, name, "system", permissions=permissions)
