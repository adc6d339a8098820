"""What the stack refuses outright."""

from datetime import datetime

from app.core.clock import wire_time
from app.core.errors import Forbidden, NotFound


class Sanctioned(Forbidden):
    """You may write no comments for a while; `notice` says why and `ends_at` until when."""

    title, slug = "Sanctioned", "sanctioned"
    recorded = True  # the attempt counts

    def __init__(self, notice: str = "", ends_at: datetime | None = None) -> None:
        members = {"notice": notice, "ends_at": wire_time(ends_at)} if ends_at else {}
        super().__init__(members=members)


class SanctionNotFound(NotFound):
    """No sanction with this id is known."""
