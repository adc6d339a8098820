"""The rules of the stream: which permission opens the events of a room, which names a pattern means."""

from collections.abc import Collection, Sequence

from app.core.actor import Actor
from app.events.workflow import CATALOGUE, Audience, matches, room_of
from app.staff.permissions import Permission as P

# rooms whose events a holder of events.read may follow who may read the room itself
_OPENED_BY: dict[P, str] = {
    P.EVENTS_READ: "section tag author series front site ad",
    P.POSTS_READ_ANY: "post preview redirect",
    P.MEDIA_READ: "media",
    P.COMMENTS_MODERATE_ANY: "comment thread decision sanction flood",
    P.CONTACT_READ: "contact sealing_key",
    P.JOBS_MANAGE: "job mail webhook delivery import export",
}
_KEY_OF = {room: permission for permission, rooms in _OPENED_BY.items() for room in rooms.split()}

# what is for the log alone, such as who signed in, is in no stream
STREAM: dict[str, P] = {
    name: _KEY_OF[room_of(name)] for name, audience in CATALOGUE.items() if audience is not Audience.LOG
}


def readable(actor: Actor) -> frozenset[str]:
    """The names of the stream that this person or key may follow."""
    return frozenset(name for name, permission in STREAM.items() if actor.may(permission))


def named(patterns: Sequence[str], names: Collection[str]) -> frozenset[str]:
    """Those of the names that the patterns mean together: a whole name, or a room as `post.*`."""
    return frozenset(name for name in names if any(matches(pattern, name) for pattern in patterns))


def missing(patterns: Sequence[str], actor: Actor) -> list[str]:
    """The permissions without which a pattern would stay silent for ever; empty when each means something."""
    may = readable(actor)
    silent = [pattern for pattern in patterns if not named([pattern], may)]
    return sorted({STREAM[name] for name in named(silent, STREAM)})
