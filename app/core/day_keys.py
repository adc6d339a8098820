"""The random key of each day, under which networks are counted and compared: destroyed when the day is over."""

import hmac
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from app.core import statements
from app.core.columns import table_of
from app.core.db import Prepared
from app.core.keys import MAC_BYTES, Keys

KEY_BYTES = 32
TAG_BYTES = 12
GRACE = timedelta(minutes=5)  # a request that began before midnight may still be at work
# a tag outlives its key: it only tells what came from one place on one day, of use while a moderator looks at it
TAGS_KEPT = timedelta(days=7)


class DayKey(SQLModel, table=True):
    """The key of one day in UTC; it is derived from nothing, so that nobody can make it again."""

    __tablename__ = "day_key"

    day: date = Field(primary_key=True)
    key: bytes = Field(max_length=KEY_BYTES)


_KEYS = table_of(DayKey)
_FIND = Prepared(lambda: select(_KEYS.c.key).where(_KEYS.c.day == bindparam("day")))


def network_tag(session: Session, keys: Keys, network: str, *, at: datetime) -> str:
    """A network as it may be written down: the same text within a day, and from the next day on a riddle for all."""
    return sealed(day_key(session, at.date()), keys, "network", network)[:TAG_BYTES].hex()


def sealed(key: bytes, keys: Keys, purpose: str, message: str) -> bytes:
    """192 bits of HMAC under a day's key and the root's together: neither a copy of the database is enough to try
    addresses out, nor, from the next day on, the secret of the site.
    """
    return hmac.digest(keys.mac(purpose, key), message.encode(), "sha256")[:MAC_BYTES]


def day_key(session: Session, day: date) -> bytes:
    """The key of a day, made at its first use: two processes that are the first at once make the same one."""
    return find_day_key(session, day) or _made(session, day)


def find_day_key(session: Session, day: date) -> bytes | None:
    """The key of a day on which something was counted; read once a transaction. What this transaction made itself is
    not kept in mind: its making may be taken back.
    """
    known: dict[date, bytes] = session.info.setdefault("day_keys", {})
    if day not in known:
        found = statements.rows(session, _FIND, {"day": day})
        if not found:
            return None
        known[day] = bytes(found[0][0])
    return known[day]


def _made(session: Session, day: date) -> bytes:
    insert_ = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert_(_KEYS).values(day=day, key=secrets.token_bytes(KEY_BYTES))
    session.execute(new.on_conflict_do_nothing(index_elements=["day"]))  # waits for whoever is faster
    ((key,),) = statements.rows(session, _FIND, {"day": day})
    return bytes(key)


def sweep(session: Session, *, at: datetime) -> None:
    """Destroy the keys of days that are over: what was written down under them can be compared, never computed."""
    session.execute(delete(_KEYS).where(_KEYS.c.day < (at - GRACE).date()))
