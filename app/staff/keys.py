"""Making and ending API keys."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import Forbidden, wrong
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.events.service import record
from app.staff import keys_queries
from app.staff.keys_models import ApiKey
from app.staff.keys_schemas import KeyCreate
from app.staff.models import User
from app.staff.permissions import PERMISSIONS, Permission


def create(session: Session, new: KeyCreate, *, by: Actor, at: datetime) -> ApiKey:
    """Let a program act for its maker, within what it lists. Raises Forbidden and Invalid."""
    if by.id is None or not by.may(Permission.KEYS_MANAGE):
        raise Forbidden()
    _check_held(session, by.id, new.permissions)
    if new.expires_at is not None and new.expires_at <= at:
        raise wrong("expires_at", "past", "must be in the future")
    key = ApiKey(
        id=new_id(),
        name=new.name,
        permissions=[permission.value for permission in new.permissions],
        created_by=by.id,
        created_at=at,
        expires_at=new.expires_at,
    )
    session.add(key)
    record(session, "key.created", key.id, by=by, at=at)
    return key


def _check_held(session: Session, maker_id: UUID, wanted: list[Permission]) -> None:
    """What ends all keys of a person must not miss one that is made: the account is held as it is now."""
    maker = session.get_one(User, maker_id, with_for_update={"read": True}, populate_existing=True)
    held = PERMISSIONS[maker.role] if maker.disabled_at is None else frozenset[str]()
    if Permission.KEYS_MANAGE not in held:
        raise Forbidden()
    for place, permission in enumerate(wanted):
        if permission not in held:
            raise wrong(f"permissions/{place}", "not_held", "is more than you may do yourself")


def revoke(session: Session, key_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """End a key at once; doing it again does nothing. Raises KeyNotFound, Stale."""
    if not by.may(Permission.KEYS_MANAGE):
        raise Forbidden()
    key = keys_queries.hold(session, key_id)
    match.check_if_sent(key.version, revision=key.version)
    if key.revoked_at is None:
        _end(session, key, by=by, at=at)


def revoke_all(session: Session, maker_id: UUID, *, by: Actor, at: datetime) -> None:
    """End every key that somebody made: they are closed, or have another role."""
    mine = (col(ApiKey.created_by) == maker_id, col(ApiKey.revoked_at).is_(None))
    for key in session.exec(select(ApiKey).where(*mine).order_by(col(ApiKey.id)).with_for_update()):
        _end(session, key, by=by, at=at)


def _end(session: Session, key: ApiKey, *, by: Actor, at: datetime) -> None:
    key.revoked_at = at
    key.version += 1
    record(session, "key.revoked", key.id, by=by, at=at)


def note_use(session: Session, key_id: UUID, today: date) -> None:
    """Write down the day of a use, once a day."""
    earlier = or_(col(ApiKey.last_used_on).is_(None), col(ApiKey.last_used_on) < today)
    noted = update(ApiKey).where(col(ApiKey.id) == key_id, earlier).values(last_used_on=today)
    session.execute(noted.execution_options(synchronize_session=False))
