"""Capitals from end to end, rows of exclamation marks, letters held down: in Arabic, too, which has no capitals."""

import re

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling

FEWEST_CAPITALS = 20
LOUD = 0.8
_MARKS = re.compile("(?:[!?\u061f\u00a1\u00bf\u203c\uff01\uff1f]\\s?){5,}")
_HELD_DOWN = re.compile(r"([^\W\d_])\1{5,}")
_STRETCHED = re.compile("\u0640{8,}")
_QUOTED = re.compile('(?m)^\\s*>.*$|"[^"\n]{1,300}"|\u201c[^\u201d\n]{1,300}\u201d|\u00ab[^\u00bb\n]{1,300}\u00bb')


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds what shouts in its own words; what it quotes may."""
    body = _QUOTED.sub(" ", attempt.body) if _is_loud(attempt.body) else ""
    if not _is_loud(body):
        return None
    return Finding("shouting", Ruling.HOLD, "capitals, marks or letters in rows", "content", "shouting")


def _is_loud(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    if capitals >= FEWEST_CAPITALS and capitals >= LOUD * (capitals + sum(map(str.islower, text))):
        return True
    return any(pattern.search(text) for pattern in (_MARKS, _HELD_DOWN, _STRETCHED))
