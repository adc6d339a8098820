"""Phase 9: where the site has an external check, a comment waits until that has answered; who asks it is a job."""

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling
from app.abuse.external import ASKED, PHASE
from app.core.render_tokens import FormKind


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds a comment for the seconds that the answer takes, or until somebody has read it when none comes."""
    if attempt.form is not FormKind.COMMENT or not session.info.get("comment_check"):
        return None
    return Finding(PHASE, Ruling.HOLD, ASKED, "content")
