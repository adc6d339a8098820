"""The rules of the inbox: which state follows which, who may be answered, what a tip must not tell."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from app.contact.models import MessageKind, MessageState
from app.core.clock import day_of
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

# state → the events of a reply by the newsroom, after which the message waits for its sender
ANSWERS: dict[MessageState, tuple[str, ...]] = {
    S.NEW: ("contact.opened", "contact.answered"),
    S.OPEN: ("contact.answered",),
    S.WAITING: ("contact.answered",),
}

# state → the one after the sender has written again; of spam the newsroom is not told, so it has none
FOLLOW_UP: dict[MessageState, MessageState | None] = {
    S.NEW: S.NEW,
    S.OPEN: S.OPEN,
    S.WAITING: S.OPEN,
    S.CLOSED: S.OPEN,
    S.SPAM: None,
}

# state → what its sender is told of it: never how it was judged, and nothing of what is purged
TOLD: dict[MessageState, Literal["received", "open", "answered", "closed"]] = {
    S.NEW: "received",
    S.OPEN: "open",
    S.WAITING: "answered",
    S.CLOSED: "closed",
    S.SPAM: "received",
}

# the states in which it still makes sense to confirm that a message has arrived
CONFIRMED = frozenset({S.NEW, S.OPEN})
# before the @, without dots and hyphens: no person reads what is sent there
_MACHINES = frozenset({"bounce", "bounces", "donotreply", "mailerdaemon", "nobody", "noreply", "postmaster"})


def allowed(state: MessageState) -> list[MessageState]:
    """The states that a person may move a message to."""
    return list(MOVES[state])


def move(state: MessageState, to: MessageState) -> str:
    """The event of this move. Raises IllegalMove with `allowed`."""
    try:
        return MOVES[state][to]
    except KeyError:
        detail = f"a message that is {state.value} cannot become {to.value}"
        raise IllegalMove(detail, allowed=_names(allowed(state))) from None


def answer(state: MessageState) -> tuple[str, ...]:
    """The events of a reply in this state. Raises IllegalMove with `allowed`."""
    if state not in ANSWERS:
        raise IllegalMove(f"a message that is {state.value} is not answered", allowed=_names(allowed(state)))
    return ANSWERS[state]


def check_kept(state: MessageState) -> None:
    """Raises IllegalMove for a message of which nothing is left to work on."""
    if state is S.PURGED:
        raise IllegalMove("this message was purged", allowed=[])


def _names(states: list[MessageState]) -> list[str]:
    return [state.value for state in states]


def confirmable(kind: MessageKind, state: MessageState, flags: Collection[str], email: str | None) -> str | None:
    """The address to which a receipt may go: not for tips, spam and what is suspect, not to machines."""
    if kind is MessageKind.TIP or state not in CONFIRMED or flags or email is None:
        return None
    return email if is_read_by_people(email) else None


def is_read_by_people(email: str) -> bool:
    """Not `noreply@` and its like."""
    local, _, _ = mailbox_of(email).partition("@")
    return re.sub("[-_]", "", local) not in _MACHINES


def mailbox_of(email: str) -> str:
    """The box behind the spellings of an address: dots and a +tag before the @ lead to the same one with many hosts."""
    local, _, domain = email.casefold().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def told_time(kind: MessageKind, at: datetime) -> datetime:
    """The time that may be written down: for a tip the day alone."""
    return day_of(at) if kind is MessageKind.TIP else at
