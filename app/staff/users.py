"""Changing accounts of others: names, addresses, roles, and whether they are open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.http.conditional import Match
from app.events.service import record
from app.staff import keys, queries, service, users_queries
from app.staff.errors import EmailTaken, LastAdmin
from app.staff.models import Role, User
from app.staff.permissions import Permission
from app.staff.users_schemas import UserPatch


def change(session: Session, user_id: UUID, match: Match, patch: UserPatch, *, by: Actor, at: datetime) -> User:
    """Merge a patch into an account. Another role, another address or a closed account ends every session and token of
    it at once, another role or closing its API keys too. Raises UserNotFound, Stale, LastAdmin, EmailTaken.
    """
    if not by.may(Permission.USERS_MANAGE):
        raise Forbidden()
    user, last_admin = users_queries.hold(session, user_id)
    match.check(user.version, revision=user.version, updated_at=user.updated_at, updated_by=user.updated_by)
    sent = {name: getattr(patch, name) for name in patch.model_fields_set}
    if last_admin and (sent.get("disabled") or sent.get("role", Role.ADMIN) is not Role.ADMIN):
        raise LastAdmin()
    service.touch(user, by=by, at=at)
    _rename(session, user, sent.get("name", user.name), sent.get("email", user.email), by=by, at=at)
    _change_role(session, user, sent.get("role", user.role), by=by, at=at)
    _open_or_close(session, user, closed=sent.get("disabled", user.disabled_at is not None), by=by, at=at)
    return user


def _rename(session: Session, user: User, name: str, email: str, *, by: Actor, at: datetime) -> None:
    folded = queries.fold_email(email)
    facts = {"name": user.name != name, "email": user.email != folded}
    if not any(facts.values()):
        return
    try:
        with session.begin_nested():
            user.name, user.email = name, folded
    except IntegrityError:
        raise EmailTaken() from None
    if facts["email"]:  # letters to the former address hold links that act for this account
        service.end_access(session, user.id, at=at)
    record(session, "user.changed", user.id, by=by, at=at, keys=[key for key, changed in facts.items() if changed])


def _change_role(session: Session, user: User, role: Role, *, by: Actor, at: datetime) -> None:
    if user.role is role:
        return
    before, user.role = user.role, role
    service.end_access(session, user.id, at=at)
    keys.revoke_all(session, user.id, by=by, at=at)
    record(session, "user.role_changed", user.id, by=by, at=at, before=before.value, after=role.value)


def _open_or_close(session: Session, user: User, *, closed: bool, by: Actor, at: datetime) -> None:
    if closed == (user.disabled_at is not None):
        return
    if closed:
        service.close(session, user, by=by, at=at)
    else:
        user.disabled_at = None
        record(session, "user.enabled", user.id, by=by, at=at)
