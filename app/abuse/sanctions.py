"""Bans with an end, told to whom they concern: nobody writes into the void."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, delete, type_coerce
from sqlalchemy import select as columns
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app.abuse.errors import SanctionNotFound
from app.abuse.memory_models import Sanction, Target
from app.core import statements
from app.core.actor import Actor
from app.core.clock import wire_time
from app.core.db import Prepared, as_time
from app.core.ids import new_id
from app.events.service import record

KEPT = timedelta(days=30)  # after its end, so that the desk knows whom it banned before


def impose(
    session: Session,
    target: Target,
    subject: str,
    *,
    comment_id: UUID,
    reason: str,
    notice: str,
    ends_at: datetime,
    by: Actor,
    at: datetime,
) -> Sanction:
    """Let somebody write no comments until then; the diary knows of what kind the ban is, not whom it is about."""
    sanction = Sanction(
        id=new_id(),
        target=target,
        subject=subject,
        comment_id=comment_id,
        reason=reason,
        notice=notice,
        created_at=at,
        created_by=by.id,
        ends_at=ends_at,
    )
    session.add(sanction)
    session.flush()
    record(session, "sanction.created", sanction.id, by=by, at=at, target=target.value, ends_at=wire_time(ends_at))
    return sanction


def lift(session: Session, sanction_id: UUID, *, by: Actor, at: datetime) -> None:
    """End a ban before its time; nothing happens to one that has ended. Raises SanctionNotFound."""
    found = session.exec(select(Sanction).where(col(Sanction.id) == sanction_id).with_for_update()).first()
    if found is None:
        raise SanctionNotFound()
    if found.ends_at > at:
        found.ends_at, found.lifted_by = at, by.id
        record(session, "sanction.lifted", found.id, by=by, at=at, target=found.target.value)


class Ban(NamedTuple):
    """What a ban says to whom it concerns."""

    target: Target
    notice: str
    ends_at: datetime


def find_all(session: Session, subjects: Sequence[str], *, at: datetime) -> list[Ban]:
    """The bans in force against any of these, the longest first: one query."""
    parameters: dict[str, Any] = {f"subject_{place}": subject for place, subject in enumerate(subjects)}
    found = statements.rows(session, _IN_FORCE, {**parameters, "now": at}, len(subjects))
    return [Ban(Target(target), notice, as_time(ends_at)) for target, notice, ends_at in found]


def _in_force(many: int) -> Any:
    subjects = [bindparam(f"subject_{place}", type_=Text()) for place in range(many)]
    bans = columns(type_coerce(col(Sanction.target), Text), col(Sanction.notice), col(Sanction.ends_at))
    lasting = col(Sanction.ends_at) > bindparam("now", type_=UTCDateTime())
    return bans.where(col(Sanction.subject).in_(subjects), lasting).order_by(col(Sanction.ends_at).desc())


_IN_FORCE = Prepared(_in_force)


def sweep(session: Session, *, at: datetime) -> None:
    """Forget bans a month after their end."""
    session.execute(delete(Sanction).where(col(Sanction.ends_at) <= at - KEPT))
