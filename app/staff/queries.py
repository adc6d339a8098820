"""Reading accounts and sessions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.ids import parse_id
from app.staff.models import StaffSession, User
from app.staff.permissions import PERMISSIONS, Permission
from app.staff.tokens import Claims
from app.staff.workflow import Letterhead

Sight = Callable[[Session, Actor, Mapping[str, str]], None]


def sight_of(kind: type[SQLModel], parameter: str, missing: type[NotFound]) -> Sight:
    """The sight of doors whose path names a row that all who are let in may see. Raises `missing` where none is."""

    def look(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
        id_ = parse_id(path[parameter])
        if id_ is None or session.get(kind, id_) is None:
            raise missing()

    return look


def fold_email(email: str) -> str:
    """Addresses compare without case; the domain is case-insensitive anyway and no provider tells cases apart."""
    return email.strip().casefold()


def find_user(session: Session, email: str) -> User | None:
    """The account with this address, disabled ones included."""
    return session.exec(select(User).where(col(User.email) == fold_email(email))).first()


def find_credentials(session: Session, email: str) -> tuple[UUID, str] | None:
    """Id and password hash of an account that may sign in."""
    user = find_user(session, email)
    return (user.id, user.password_hash) if user and user.disabled_at is None else None


def letterhead(session: Session) -> Letterhead:
    """What letters to colleagues carry; the room of the site stands above and lends it to every session."""
    found: Letterhead = session.info["letterhead"](session)
    return found


def list_names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Names of people, for those who read their work."""
    rows = session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all() if ids else ()
    return dict(rows)


def admit(
    session: Session,
    claims: Claims,
    permissions: Sequence[Permission],
    sees: Sight | None,
    path: Mapping[str, str],
    *,
    at: datetime,
    request_id: str,
) -> Actor:
    """Who stands at the door: 401 for an ended session, 403 for the role, then what `sees` says of the thing itself."""
    actor = _signed_in(session, claims, at=at, request_id=request_id)
    check(session, actor, permissions, sees, path, lacking="your role does not include: ")
    return actor


def check(
    session: Session,
    actor: Actor,
    permissions: Sequence[Permission],
    sees: Sight | None,
    path: Mapping[str, str],
    *,
    lacking: str,
) -> None:
    """Whether whoever is known may come in; a door that asks for no permission takes all of them."""
    if permissions and not any(actor.may(permission) for permission in permissions):
        raise Forbidden(lacking + " or ".join(permissions))
    if sees is not None:
        sees(session, actor, path)


def _signed_in(session: Session, claims: Claims, *, at: datetime, request_id: str) -> Actor:
    row = session.exec(
        select(User, StaffSession.id)
        .join(StaffSession, col(StaffSession.user_id) == col(User.id))
        .where(
            col(StaffSession.id) == claims.session_id,
            col(User.id) == claims.user_id,
            col(StaffSession.ended_at).is_(None),
            col(StaffSession.expires_at) > at,
            col(User.disabled_at).is_(None),
        )
    ).first()
    if row is None:
        raise Unauthenticated("the session has ended", error="invalid_token")
    user, session_id = row
    return _actor(user, session_id, request_id, at)


def _actor(user: User, session_id: UUID | None, request_id: str, at: datetime | None = None) -> Actor:
    return Actor(
        id=user.id,
        name=user.name,
        origin="user",
        role=user.role.value,
        permissions=PERMISSIONS[user.role],
        session_id=session_id,
        request_id=request_id,
        admitted_at=at,
    )


def find_actor(session: Session, user_id: UUID, *, request_id: str) -> Actor | None:
    """A person who acts by a link in a letter, with what they may do now; None for a closed account."""
    user = session.get(User, user_id)
    return _actor(user, None, request_id) if user is not None and user.disabled_at is None else None


def list_holders(session: Session, permission: Permission) -> Sequence[User]:
    """The open accounts whose role includes the permission."""
    roles = [role for role, permissions in PERMISSIONS.items() if permission in permissions]
    wanted = (col(User.role).in_(roles), col(User.disabled_at).is_(None))
    return session.exec(select(User).where(*wanted).order_by(col(User.id))).all()
