"""The rules of the inbox: which state follows which, what a message is flagged for, what a tip must not tell."""

import re
from datetime import datetime

from app.contact.models import MessageKind, MessageState
from app.core.errors import IllegalMove

S = MessageState

# from → to: the event that a person's move records
MOVES: dict[MessageState, dict[MessageState, str]] = {
    S.NEW: {S.OPEN: "contact.opened", S.SPAM: "contact.marked_spam"},
    S.OPEN: {S.WAITING: "contact.answered", S.CLOSED: "contact.closed"},
    S.WAITING: {S.OPEN: "contact.reopened", S.CLOSED: "contact.closed"},
    S.CLOSED: {S.OPEN: "contact.reopened"},
    S.SPAM: {S.NEW: "contact.cleared"},
    S.PURGED: {},
}

MOST_LINKS = 3
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def allowed(state: MessageState) -> list[MessageState]:
    """The states that a person may move a message to."""
    return list(MOVES[state])


def move(state: MessageState, to: MessageState) -> str:
    """The event of this move. Raises IllegalMove with `allowed`."""
    try:
        return MOVES[state][to]
    except KeyError:
        detail = f"a message that is {state.value} cannot become {to.value}"
        raise IllegalMove(detail, allowed=[other.value for other in allowed(state)]) from None


def flags(body: str) -> list[str]:
    """Why a message may be unwanted; it is stored as new all the same, for a person to judge."""
    return ["links"] if len(_LINK.findall(body)) > MOST_LINKS else []


def told_time(kind: MessageKind, at: datetime) -> datetime:
    """The time that may be written down: for a tip the day alone."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) if kind is MessageKind.TIP else at
