"""Phase 7: a guest's name that reads like that of a byline, a colleague or the site, or like a title, waits."""

from sqlmodel import Session

from app.abuse import names
from app.abuse.attempt import Attempt, Finding, Ruling
from app.core.render_tokens import FormKind

PHASE = "reputation"


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds borrowed names below stories; to the newsroom an author may well write under their own."""
    if attempt.name is None or attempt.is_edit or attempt.form is not FormKind.COMMENT:
        return None
    if not names.is_protected(session, attempt.name):
        return None
    return Finding(
        PHASE, Ruling.HOLD, "the name reads like that of a byline, a colleague or the site, or like a title", "content"
    )
