"""Reading API keys: at the door, and for those who manage them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.http.paging import Cut, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.staff import queries
from app.staff.errors import KeyNotFound, KeyRefused
from app.staff.keys_models import ApiKey
from app.staff.keys_schemas import KeyQuery, KeyState
from app.staff.models import User
from app.staff.permissions import Permission, lent
from app.staff.queries import Sight


def admit(
    session: Session,
    key_id: UUID,
    method: str,
    permissions: Sequence[Permission],
    sees: Sight | None,
    path: Mapping[str, str],
    *,
    at: datetime,
    request_id: str,
) -> tuple[Actor, bool]:
    """Who stands at the door with a key, and whether that was noted today: 401 for a key that opens nothing, 403 for
    what it does not carry, then what `sees` says of the thing itself.
    """
    alive = (col(ApiKey.id) == key_id, _standing(KeyState.ACTIVE, at), col(User.disabled_at).is_(None))
    row = session.exec(select(ApiKey, User).join(User, col(User.id) == col(ApiKey.created_by)).where(*alive)).first()
    if row is None:
        raise KeyRefused()
    key, maker = row
    carried = lent(key.permissions, maker.role, method)
    # id and name are the maker's: what a key writes is theirs, and every later answer finds their name by the id
    actor = Actor(maker.id, maker.name, "key", permissions=carried, request_id=request_id, admitted_at=at)
    queries.check(session, actor, permissions, sees, path, lacking="this API key does not open it; needed: ")
    return actor, key.last_used_on == at.date()


# for guards: a key that there is or was
sight = queries.sight_of(ApiKey, "key_id", KeyNotFound)


def get_key(session: Session, key_id: UUID) -> ApiKey:
    """The key, also one that has ended. Raises KeyNotFound."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise KeyNotFound()
    return key


def list_keys(session: Session, query: KeyQuery, *, at: datetime) -> Cut[ApiKey]:
    """A page, newest first. Raises Invalid for a cursor of another list."""
    scope = query.bound_to("editor/api-keys")
    statement = select(ApiKey)
    if query.state is not None:
        statement = statement.where(_standing(query.state, at))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, scope, (UUID,))
        statement = statement.where(col(ApiKey.id) < last)
    rows = session.exec(statement.order_by(col(ApiKey.id).desc()).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda key: encode_cursor(scope, (key.id,)))
    return Cut(shown, following, total)


def _standing(state: KeyState, at: datetime) -> ColumnElement[bool]:
    """`KeyState.of` as a condition."""
    revoked = col(ApiKey.revoked_at).is_not(None)
    late = col(ApiKey.expires_at).is_not(None) & (col(ApiKey.expires_at) <= at)
    return {
        KeyState.REVOKED: revoked,
        KeyState.EXPIRED: ~revoked & late,
        KeyState.ACTIVE: ~revoked & ~late,
    }[state]


def hold(session: Session, key_id: UUID) -> ApiKey:
    """The key, held until the commit. Raises KeyNotFound."""
    held = select(ApiKey).where(col(ApiKey.id) == key_id).with_for_update()
    key = session.exec(held.execution_options(populate_existing=True)).first()
    if key is None:
        raise KeyNotFound()
    return key
