"""How many addresses a text has, and whether one is written so that programs overlook it."""

import re

from sqlmodel import Session

from app.abuse import workflow
from app.abuse.attempt import Attempt, Finding, Ruling
from app.core.render_tokens import FormKind

# an address, or a bare domain with a path behind it; the domain of a newspaper that is only named is no link
_LINK = re.compile(r"https?://|\bwww\.|(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/\w", re.IGNORECASE)
_DISGUISED = re.compile(
    r"\bh(?:xx|\*\*|__)ps?\b"
    r"|\bhttps?(?:\s[:;]\s?|[:;]\s)[/\\]{2}"
    r"|\w\s?(?:\[\s?\.\s?\]|\(\s?\.\s?\)|\{\s?\.\s?\}|[(\[{]\s?(?:dot|نقطة|نقطه|دوت)\s?[)\]}])\s?\w",
    re.IGNORECASE,
)
_IN_A_NAME = re.compile(r"://|\bwww\.|\w\.(?:com|net|org|info|shop|xyz|top|ru|cn)\b", re.IGNORECASE)


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds more links than the form takes unread, any that hides, and any in the place of a name."""
    if _DISGUISED.search(attempt.body):
        return _held("an address written so that programs overlook it")
    if attempt.name and _IN_A_NAME.search(attempt.name):
        return _held("a link in the place of a name")
    found = _count(attempt.body)
    return _held(f"links in the text: {found}") if found > _allowed(attempt) else None


def _count(text: str) -> int:
    """Most texts have neither a slash nor "www." and need not be read letter by letter."""
    return sum(1 for _ in _LINK.finditer(text)) if "/" in text or "www." in text.lower() else 0


def _allowed(attempt: Attempt) -> int:
    if attempt.form is FormKind.CONTACT:
        return workflow.MOST_LINKS_IN_LETTERS
    return attempt.settings.comments.links_allowed


def _held(detail: str) -> Finding:
    return Finding("links", Ruling.HOLD, detail, "link", "links")
