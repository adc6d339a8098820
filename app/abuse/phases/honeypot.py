"""The field that people never see."""

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Whatever was filled in there was filled in by a machine."""
    if not (attempt.homepage or "").strip():
        return None
    return Finding("honeypot", Ruling.SPAM, "the field that people never see was filled in")
