"""Changing accounts and sessions."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core.actor import Actor, guest
from app.core.http.limits import Limiter
from app.core.ids import new_id
from app.core.keys import Keys
from app.events.service import record
from app.staff import keys as api_keys
from app.staff import queries, tokens
from app.staff.errors import EmailTaken, InvalidGrant
from app.staff.models import Role, StaffSession, User
from app.staff.permissions import PERMISSIONS
from app.staff.resets_models import PasswordReset
from app.staff.workflow import PER_ACCOUNT, PER_ACCOUNT_ANYWHERE, PER_NETWORK

SESSION_LIFE = timedelta(days=30)
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a successful sign-in or refresh hands out."""

    claims: tokens.Claims
    refresh_token: str
    scope: str


def create_user(
    session: Session, *, email: str, name: str, role: Role, password_hash: str, by: Actor, at: datetime
) -> User:
    """Open an account. Raises EmailTaken."""
    user = User(
        id=new_id(),
        email=queries.fold_email(email),
        name=name,
        role=role,
        password_hash=password_hash,
        created_at=at,
        updated_at=at,
        updated_by=by.id,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise EmailTaken() from None  # also when two people are quick at the same moment
    record(session, "user.joined", user.id, by=by, at=at, role=role.value)
    return user


def disable_user(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    """Close an account by hand of whoever runs the server, also that of the last admin; it has a new version."""
    touch(user, by=by, at=at)
    close(session, user, by=by, at=at)


def close(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    """Every session, token and API key of it ends with this transaction."""
    user.disabled_at = at
    end_access(session, user.id, at=at)
    api_keys.revoke_all(session, user.id, by=by, at=at)
    record(session, "user.disabled", user.id, by=by, at=at)


def touch(user: User, *, by: Actor, at: datetime) -> None:
    """The account has another version from now on."""
    user.version += 1
    user.updated_at, user.updated_by = at, by.id


def end_access(session: Session, user_id: UUID, *, at: datetime) -> None:
    """End whatever opens doors for this person, with this transaction. Their API keys go on: programs know neither
    password nor address, and would stop each time that somebody chooses a better one.
    """
    open_sessions = (col(StaffSession.user_id) == user_id, col(StaffSession.ended_at).is_(None))
    session.execute(update(StaffSession).where(*open_sessions).values(ended_at=at))
    open_links = (col(PasswordReset.user_id) == user_id, col(PasswordReset.spent_at).is_(None))
    session.execute(update(PasswordReset).where(*open_links).values(spent_at=at))


def hold_user(session: Session, user_id: UUID) -> User:
    """The account as it is now, held until the commit."""
    held = select(User).where(col(User.id) == user_id).with_for_update(key_share=True)
    return session.exec(held.execution_options(populate_existing=True)).one()


def count_attempt(session: Session, limiter: Limiter, *, email: str, network: str, at: datetime) -> None:
    """Count one try to sign in, right or wrong. Raises TooMany."""
    account = queries.fold_email(email)
    here = (PER_ACCOUNT, f"{account} {network}")
    limiter.hit(session, [here, (PER_NETWORK, network)], at=at)
    limiter.hit(session, [(PER_ACCOUNT_ANYWHERE, account)], at=at)  # what was refused here takes nothing from elsewhere


def refuse_sign_in(session: Session, user_id: UUID | None, *, request_id: str, at: datetime) -> None:
    """Write the failure down and raise InvalidGrant, in the same words for every reason."""
    record(session, "login.failed", user_id, by=guest(request_id), at=at)
    raise InvalidGrant()


def start_session(
    session: Session,
    keys: Keys,
    user_id: UUID,
    *,
    request_id: str,
    at: datetime,
    proved: str | None = None,
    client: str = "",
) -> Grant:
    """Begin a session for a person whose password was right, `proved` against this hash. Raises InvalidGrant when the
    account was disabled or the password changed meanwhile: what ends all sessions must not miss one that begins.
    """
    user = session.get_one(User, user_id, with_for_update={"read": True}, populate_existing=True)
    if user.disabled_at is not None or (proved is not None and proved != user.password_hash):
        raise InvalidGrant()
    begun = StaffSession(
        id=new_id(),
        user_id=user.id,
        salt=secrets.token_bytes(16),
        created_at=at,
        rotated_at=at,
        expires_at=at + SESSION_LIFE,
        client=client,
    )
    session.add(begun)
    record(session, "session.started", user.id, by=_person(user, request_id), at=at)
    return _grant(keys, user, begun)


def refresh_session(session: Session, keys: Keys, text: str, *, request_id: str, at: datetime) -> Grant:
    """Swap a refresh token for its successor, the same for ten seconds; later use ends the family (RFC 9700, 4.14)."""
    token = tokens.RefreshToken.parse(text)
    family = _family(session, token.session_id) if token else None
    if token is None or family is None or not _genuine(keys, text, family, token):
        raise InvalidGrant()
    user = session.get_one(User, family.user_id)
    if family.ended_at is not None or family.expires_at <= at or user.disabled_at is not None:
        raise InvalidGrant()
    if token.generation == family.generation:
        family.generation += 1
        family.rotated_at = at
    elif token.generation != family.generation - 1 or at - family.rotated_at > GRACE:
        family.ended_at = at
        record(session, "session.replayed", user.id, by=_person(user, request_id), at=at)
        raise InvalidGrant()
    return _grant(keys, user, family)


def end_session(session: Session, keys: Keys, token: str, *, request_id: str, at: datetime) -> None:
    """Log out the session of an access or refresh token; a token that is not ours changes nothing."""
    refresh = tokens.RefreshToken.parse(token)
    if refresh is not None:
        family = _family(session, refresh.session_id)
        ours = family is not None and _genuine(keys, token, family, refresh)
    else:
        family = _family(session, tokens.read_access(keys, token).session_id)
        ours = family is not None
    if family is not None and ours and family.ended_at is None:
        family.ended_at = at
        user = session.get_one(User, family.user_id)
        record(session, "session.ended", user.id, by=_person(user, request_id), at=at)


def end_sessions(session: Session, *, by: Actor, at: datetime, only: UUID | None = None) -> None:
    """Log somebody out everywhere, or of one session of theirs; what has ended stays as it is."""
    alive = select(StaffSession).where(col(StaffSession.user_id) == by.id, col(StaffSession.ended_at).is_(None))
    wanted = alive if only is None else alive.where(col(StaffSession.id) == only)
    for found in session.exec(wanted.order_by(col(StaffSession.id)).with_for_update()):
        found.ended_at = at
        record(session, "session.ended", by.id, by=by, at=at)


def _family(session: Session, session_id: UUID) -> StaffSession | None:
    return session.exec(select(StaffSession).where(col(StaffSession.id) == session_id).with_for_update()).first()


def _genuine(keys: Keys, text: str, family: StaffSession, token: tokens.RefreshToken) -> bool:
    made = tokens.make_refresh(keys, family.id, family.salt, token.generation)
    return token.generation <= family.generation and hmac.compare_digest(made, text)


def _grant(keys: Keys, user: User, family: StaffSession) -> Grant:
    return Grant(
        claims=tokens.Claims(user.id, family.id),
        refresh_token=tokens.make_refresh(keys, family.id, family.salt, family.generation),
        scope=" ".join(sorted(PERMISSIONS[user.role])),
    )


def _person(user: User, request_id: str) -> Actor:
    return Actor(user.id, user.name, "user", role=user.role.value, request_id=request_id)


def forget_sessions(session: Session, *, before: datetime) -> None:
    """Drop sessions that ended or ran out before this moment."""
    over = or_(col(StaffSession.ended_at) < before, col(StaffSession.expires_at) < before)
    session.execute(delete(StaffSession).where(over))
