"""Reading one's own sessions."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, select

from app.core.actor import Actor
from app.core.http.paging import Cut, PageQuery, page_of, total_of
from app.core.ids import parse_id
from app.core.keyset import decode_cursor, encode_cursor
from app.staff.errors import SessionNotFound
from app.staff.models import StaffSession


def alive(user_id: UUID | None, at: datetime) -> ColumnElement[bool]:
    """The sessions of a person that still open doors."""
    return and_(
        col(StaffSession.user_id) == user_id, col(StaffSession.ended_at).is_(None), col(StaffSession.expires_at) > at
    )


def sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: a session of one's own that has not ended. Raises SessionNotFound, for those of others too."""
    session_id = parse_id(path["session_id"])
    found = session.get(StaffSession, session_id) if session_id else None
    if found is None or found.user_id != actor.id or found.ended_at is not None:
        raise SessionNotFound()


def list_sessions(session: Session, query: PageQuery, *, by: Actor, at: datetime) -> Cut[StaffSession]:
    """A page, newest first. Raises Invalid for a cursor of another list."""
    scope = query.bound_to(f"auth/sessions/{by.id}")
    statement = select(StaffSession).where(alive(by.id, at))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, scope, (UUID,))
        statement = statement.where(col(StaffSession.id) < last)
    rows = session.exec(statement.order_by(col(StaffSession.id).desc()).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda found: encode_cursor(scope, (found.id,)))
    return Cut(shown, following, total)
