"""Phase 13: while a flood lasts the whole site premoderates."""

from sqlmodel import Session

from app.abuse import flood
from app.abuse.attempt import Attempt, Finding, Ruling
from app.core.clock import wire_time
from app.core.render_tokens import FormKind

PHASE = "flood"


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds every comment, edits too, until it has calmed down."""
    if attempt.form is not FormKind.COMMENT or attempt.settings.comments.flood_per_minute is None:
        return None
    began = flood.since(session, at=attempt.at)
    if began is None:
        return None
    return Finding(PHASE, Ruling.HOLD, f"so much is held since {wire_time(began)} that everything is", "flood")
