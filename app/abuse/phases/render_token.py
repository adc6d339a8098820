"""Whether somebody looked at the form: its signed token, three seconds to a day old, bound to form and story."""

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling
from app.core import render_tokens
from app.core.render_tokens import Verdict

# what the token says → in words, and the flag in the inbox
_FOUND = {
    Verdict.MISSING: ("no token of the form came along", "check_missing"),
    Verdict.FORGED: ("the token is not one of ours for this form", "check_missing"),
    Verdict.TOO_OLD: ("the form was fetched more than a day before", "check_missing"),
    Verdict.TOO_YOUNG: ("sent within three seconds", "too_fast"),
}


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds what came without a good token; an edit needs none."""
    if attempt.is_edit:
        return None
    verdict = render_tokens.verdict(attempt.keys, attempt.render_token, attempt.form, attempt.subject, at=attempt.at)
    if verdict is Verdict.OK:
        return None
    detail, flag = _FOUND[verdict]
    return Finding("render_token", Ruling.HOLD, detail, "check_missing", flag)
