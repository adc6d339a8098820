"""How a chosen password comes in: count, look, judge and hash outside of any transaction, then act once."""

from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from app.core.actor import Actor
from app.core.http.limits import Limiter
from app.core.http.problems import request_id_of
from app.staff import invitations, invitations_queries, passwords, queries, resets
from app.staff.errors import LinkRefused
from app.staff.invitations_models import Invitation
from app.staff.invitations_schemas import Acceptance, NewAccount
from app.staff.workflow import INVITATION_TOKEN, LINKS_PER_NETWORK, RESET_TOKEN


def _count(session: Session, limiter: Limiter, network: str, at: datetime) -> None:
    limiter.hit(session, [(LINKS_PER_NETWORK, network)], at=at)


def _invited(session: Session, invitation: Invitation, said: Acceptance) -> tuple[str, ...]:
    """What is known of the person, and no password may be made of."""
    name = invitations.name_of(invitation, said.name)
    return (invitation.email, name, *queries.letterhead(session).names)


async def accept(request: Request, said: Acceptance, network: str, at: datetime) -> NewAccount:
    """Open the account of an invitation. Raises TooMany, LinkRefused, Invalid."""
    state = request.app.state
    await state.db.write(_count, state.limiter, network, at)
    invitation_id = state.keys.subject(INVITATION_TOKEN, said.token)

    def look(session: Session) -> tuple[str, ...]:
        return _invited(session, invitations_queries.get_open(session, invitation_id, at=at), said)

    known = await state.db.read(look)
    password_hash = await passwords.choose_password(said.password, known)
    facts = {"request_id": request_id_of(request), "at": at, "into": NewAccount.of}
    account: NewAccount = await state.db.write(invitations.accept, invitation_id, said, password_hash, **facts)
    return account


async def reset(request: Request, token: str, password: str, network: str, at: datetime) -> None:
    """Set the password by a link. Raises TooMany, LinkRefused, Invalid."""
    state = request.app.state
    await state.db.write(_count, state.limiter, network, at)
    reset_id = state.keys.subject(RESET_TOKEN, token)
    if reset_id is None:
        raise LinkRefused()

    def look(session: Session) -> tuple[str, ...]:
        user = resets.get_open(session, reset_id, at=at)
        return (user.email, user.name, *queries.letterhead(session).names)

    password_hash = await passwords.choose_password(password, await state.db.read(look))
    await state.db.write(resets.reset, reset_id, password_hash, request_id=request_id_of(request), at=at)


async def change(request: Request, current: str, password: str, by: Actor, at: datetime) -> None:
    """Set one's own password. Raises TooMany, WrongPassword, Invalid."""
    state = request.app.state
    proved, email = await state.db.write(resets.count_change, state.limiter, by=by, at=at)
    if not await passwords.verify_password(current, proved):
        await state.db.write(resets.refuse_change, by=by, at=at)
    names = (await state.db.read(queries.letterhead)).names
    password_hash = await passwords.choose_password(password, (email, by.name, *names))
    await state.db.write(resets.change, proved, password_hash, by=by, at=at)
