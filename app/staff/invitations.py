"""Inviting people, and what comes of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core.actor import Actor
from app.core.errors import Forbidden, wrong
from app.core.http.conditional import Match
from app.core.ids import random_id
from app.events.service import record
from app.mail import service as mail_service
from app.staff import invitations_queries, queries, service, workflow
from app.staff.errors import EmailTaken, InvitationAccepted, InvitationNotFound, LinkRefused
from app.staff.invitations_models import Invitation
from app.staff.invitations_schemas import Acceptance, InvitationCreate, Standing
from app.staff.models import User
from app.staff.permissions import Permission


def invite(session: Session, new: InvitationCreate, *, by: Actor, at: datetime) -> Invitation:
    """Owe somebody a letter with a link that opens an account; links that they had before open nothing more.
    Raises EmailTaken.
    """
    if not by.may(Permission.INVITATIONS_MANAGE):
        raise Forbidden()
    if queries.find_user(session, new.email) is not None:
        raise EmailTaken()
    email = queries.fold_email(new.email)
    _end_others(session, email, at=at)
    invitation = Invitation(
        id=random_id(),
        email=email,
        name=new.name,
        role=new.role,
        invited_by=by.id,
        created_at=at,
        expires_at=at + workflow.INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    head = queries.letterhead(session)
    args = {"site_name": head.site_name, "inviter_name": by.name}
    mail_service.owe(session, "staff_invitation", email, locale=head.locale, args=args, about=invitation.id, at=at)
    record(session, "user.invited", invitation.id, by=by, at=at, role=new.role.value)
    return invitation


def _end_others(session: Session, email: str, *, at: datetime) -> None:
    mine = (col(Invitation.email) == email, col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None))
    ended = update(Invitation).where(*mine).values(revoked_at=at, version=col(Invitation.version) + 1)
    session.execute(ended.execution_options(synchronize_session=False))


def revoke(session: Session, invitation_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """End the link; doing it again does nothing. Raises InvitationNotFound, Stale, InvitationAccepted."""
    if not by.may(Permission.INVITATIONS_MANAGE):
        raise Forbidden()
    invitation = invitations_queries.hold(session, invitation_id)
    match.check_if_sent(invitation.version, revision=invitation.version)
    if invitation.accepted_at is not None:
        raise InvitationAccepted()
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        invitation.version += 1
        mail_service.forget(session, {invitation.id})
        record(session, "user.uninvited", invitation.id, by=by, at=at)


def accept(
    session: Session, invitation_id: UUID, said: Acceptance, password_hash: str, *, request_id: str, at: datetime
) -> User:
    """Open the account, once. Raises LinkRefused, the same for every reason, and Invalid for a missing name."""
    try:
        invitation = invitations_queries.hold(session, invitation_id)
    except InvitationNotFound:
        raise LinkRefused() from None
    if Standing.of(invitation, at) is not Standing.OPEN:
        raise LinkRefused()
    name = name_of(invitation, said.name)
    by = Actor(None, name, "guest", request_id=request_id)
    email, role = invitation.email, invitation.role
    try:
        user = service.create_user(
            session, email=email, name=name, role=role, password_hash=password_hash, by=by, at=at
        )
    except EmailTaken:
        raise LinkRefused() from None
    invitation.accepted_at = at
    invitation.version += 1
    return user


def name_of(invitation: Invitation, given: str | None) -> str:
    """How the new colleague is called. Raises Invalid."""
    name = given or invitation.name
    if name is None:
        raise wrong("name", "missing", "is needed: the invitation proposes none")
    return name


def forget_old(session: Session, *, before: datetime) -> None:
    """Drop invitations that ran out before this moment."""
    session.execute(delete(Invitation).where(col(Invitation.expires_at) < before))
