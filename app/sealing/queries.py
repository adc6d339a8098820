"""Reading the keys of the newsroom."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from app.core.columns import table_of
from app.core.db import Prepared
from app.sealing.errors import SealingKeyNotFound
from app.sealing.models import SealingKey
from app.staff import queries as staff_queries

# a page may have been open for days, and whoever wrote in it is not sent away
STILL_TAKEN = timedelta(days=7)

_K = table_of(SealingKey).c
_NEWEST = (_K.created_at.desc(), _K.id.desc())

OFFERED = Prepared(
    lambda: select(_K.key_id, _K.public_key, _K.created_at).where(_K.retired_at.is_(None)).order_by(*_NEWEST)
)


def known_key_ids(session: Session, *, at: datetime) -> frozenset[bytes]:
    """The keys for which a tip may be sealed: those on offer, and those retired within the last seven days."""
    retired_at = col(SealingKey.retired_at)
    known = select(SealingKey.key_id).where(or_(retired_at.is_(None), retired_at > at - STILL_TAKEN))
    return frozenset(bytes.fromhex(key_id) for key_id in session.exec(known))


def lock_offered(session: Session) -> int:
    """How many keys are on offer; whoever else publishes waits until the commit."""
    offered = col(SealingKey.retired_at).is_(None)
    session.exec(select(SealingKey.id).where(offered).with_for_update()).all()
    # asked again: what the other one added while we waited was not among the rows above
    return session.exec(select(func.count()).select_from(SealingKey).where(offered)).one()


def list_keys(session: Session) -> Sequence[SealingKey]:
    """Every key that ever was published, newest first."""
    return session.exec(select(SealingKey).order_by(*_NEWEST)).all()


def lock_key(session: Session, sealing_key_id: UUID) -> SealingKey:
    """One key, held against other writers until the commit. Raises SealingKeyNotFound."""
    key = session.get(SealingKey, sealing_key_id, with_for_update=True)
    if key is None:
        raise SealingKeyNotFound()
    return key


# for guards: whoever may work with keys sees all of them
sight = staff_queries.sight_of(SealingKey, "sealing_key_id", SealingKeyNotFound)
