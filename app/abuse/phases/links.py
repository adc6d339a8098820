"""How many links a text has."""

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds more links than the form takes unread."""
    found = attempt.body_html.count("<a ")
    return Finding("links", Ruling.HOLD, f"links in the text: {found}", "link") if found else None
