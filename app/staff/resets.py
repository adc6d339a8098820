"""New passwords: forgotten ones by a letter, known ones by themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.actor import Actor, guest
from app.core.http.limits import Limiter
from app.core.ids import random_id
from app.events.service import record
from app.jobs import service as jobs
from app.mail import service as mail_service
from app.staff import queries, service, workflow
from app.staff.errors import LinkRefused, WrongPassword
from app.staff.models import User
from app.staff.resets_models import PasswordReset


def ask(session: Session, email: str, *, network: str, limiter: Limiter, at: datetime) -> None:
    """Write down what was typed; whether there is such an account is looked up at night, so that nobody can tell.
    Raises TooMany.
    """
    folded = queries.fold_email(email)
    counted = [(workflow.FORGOTTEN_OF_ONE, folded), (workflow.FORGOTTEN_PER_NETWORK, network)]
    limiter.hit(session, counted, at=at)
    reset = PasswordReset(id=random_id(), email=folded, expires_at=at + workflow.RESET_LIFE)
    session.add(reset)
    session.flush()
    jobs.enqueue(session, workflow.ANSWER_FORGOTTEN, at=at, reset_id=str(reset.id))


def answer(session: Session, reset_id: UUID, *, at: datetime) -> None:
    """Owe the letter to the address of the account once, or forget what was typed."""
    reset = _hold(session, reset_id)
    if reset is None or reset.email is None:
        return
    user = queries.find_user(session, reset.email)
    if user is None or user.disabled_at is not None:
        session.delete(reset)
        return
    reset.email, reset.user_id = None, user.id
    head = queries.letterhead(session)
    args = {"site_name": head.site_name}
    mail_service.owe(session, "staff_password", user.email, locale=head.locale, args=args, about=reset.id, at=at)


def get_open(session: Session, reset_id: UUID | None, *, at: datetime) -> User:
    """Whose password the link sets. Raises LinkRefused, the same for every reason."""
    reset = session.get(PasswordReset, reset_id) if reset_id else None
    user = session.get(User, _owner_id(reset, at))
    if user is None or user.disabled_at is not None:
        raise LinkRefused()
    return user


def _owner_id(reset: PasswordReset | None, at: datetime) -> UUID:
    if reset is None or reset.user_id is None or reset.spent_at is not None or at >= reset.expires_at:
        raise LinkRefused()
    return reset.user_id


def reset(session: Session, reset_id: UUID, password_hash: str, *, request_id: str, at: datetime) -> None:
    """Set the password, once; every session, every other link ends with it. Raises LinkRefused."""
    # accounts before links, as wherever access ends: nobody waits in a circle
    found = session.get(PasswordReset, reset_id)
    user = service.hold_user(session, _owner_id(found, at))
    _owner_id(_hold(session, reset_id), at)
    if user.disabled_at is not None:
        raise LinkRefused()
    user.password_hash = password_hash
    service.end_access(session, user.id, at=at)
    record(session, "password.reset", user.id, by=guest(request_id), at=at)


def change(session: Session, proved: str, password_hash: str, *, by: Actor, at: datetime) -> None:
    """Set the password of somebody who knew the present one; every session ends, this one too. Raises WrongPassword
    when it was changed meanwhile.
    """
    assert by.id is not None
    user = service.hold_user(session, by.id)
    if user.password_hash != proved:
        raise WrongPassword()
    user.password_hash = password_hash
    service.end_access(session, user.id, at=at)
    record(session, "password.changed", user.id, by=by, at=at)


def count_change(session: Session, limiter: Limiter, *, by: Actor, at: datetime) -> tuple[str, str]:
    """Count a try to change one's password; the hash of the present one, and the address. Raises TooMany."""
    limiter.hit(session, [(workflow.CHANGES_OF_ONE, str(by.id))], at=at)
    user = session.get_one(User, by.id)
    return user.password_hash, user.email


def refuse_change(session: Session, *, by: Actor, at: datetime) -> None:
    """Write the failure down and raise WrongPassword."""
    record(session, "login.failed", by.id, by=by, at=at)
    raise WrongPassword()


def forget_old(session: Session, *, before: datetime) -> None:
    """Drop requests that ran out before this moment."""
    session.execute(delete(PasswordReset).where(col(PasswordReset.expires_at) < before))


def _hold(session: Session, reset_id: UUID) -> PasswordReset | None:
    held = select(PasswordReset).where(col(PasswordReset.id) == reset_id).with_for_update()
    return session.exec(held.execution_options(populate_existing=True)).first()
