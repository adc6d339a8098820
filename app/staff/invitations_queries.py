"""Reading invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, select

from app.core.http.paging import Cut, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.staff import queries
from app.staff.errors import InvitationNotFound, LinkRefused
from app.staff.invitations_models import Invitation
from app.staff.invitations_schemas import InvitationQuery, Standing
from app.staff.models import User

# for guards: an invitation that is kept
sight = queries.sight_of(Invitation, "invitation_id", InvitationNotFound)


def get_invitation(session: Session, invitation_id: UUID) -> Invitation:
    """The invitation, also one that is over. Raises InvitationNotFound."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise InvitationNotFound()
    return invitation


def list_invitations(session: Session, query: InvitationQuery, *, at: datetime) -> Cut[Invitation]:
    """A page, newest first. Raises Invalid for a cursor of another list."""
    scope = query.bound_to("editor/invitations")
    statement = select(Invitation)
    if query.status is not None:
        statement = statement.where(_standing(query.status, at))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        made, last = decode_cursor(query.cursor, scope, (datetime, UUID))
        same = and_(col(Invitation.created_at) == made, col(Invitation.id) < last)
        statement = statement.where((col(Invitation.created_at) < made) | same)
    order = (col(Invitation.created_at).desc(), col(Invitation.id).desc())
    rows = session.exec(statement.order_by(*order).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda one: encode_cursor(scope, (one.created_at, one.id)))
    return Cut(shown, following, total)


def _standing(status: Standing, at: datetime) -> ColumnElement[bool]:
    """`Standing.of` as a condition."""
    accepted, revoked = col(Invitation.accepted_at).is_not(None), col(Invitation.revoked_at).is_not(None)
    late = col(Invitation.expires_at) <= at
    return {
        Standing.ACCEPTED: accepted,
        Standing.REVOKED: ~accepted & revoked,
        Standing.EXPIRED: ~accepted & ~revoked & late,
        Standing.OPEN: ~accepted & ~revoked & ~late,
    }[status]


def hold(session: Session, invitation_id: UUID) -> Invitation:
    """The invitation, held until the commit. Raises InvitationNotFound."""
    held = select(Invitation).where(col(Invitation.id) == invitation_id).with_for_update()
    invitation = session.exec(held.execution_options(populate_existing=True)).first()
    if invitation is None:
        raise InvitationNotFound()
    return invitation


def get_open(session: Session, invitation_id: UUID | None, *, at: datetime) -> Invitation:
    """An invitation whose link still opens an account. Raises LinkRefused, the same for every reason."""
    invitation = session.get(Invitation, invitation_id) if invitation_id else None
    if invitation is None or Standing.of(invitation, at) is not Standing.OPEN or _has_account(session, invitation):
        raise LinkRefused()
    return invitation


def _has_account(session: Session, invitation: Invitation) -> bool:
    user: User | None = queries.find_user(session, invitation.email)
    return user is not None
