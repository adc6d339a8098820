"""Invitations behind the fence."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff import invitations, invitations_queries
from app.staff.errors import EmailTaken, InvitationAccepted, InvitationNotFound
from app.staff.guards import Guard
from app.staff.invitations_models import Invitation
from app.staff.invitations_schemas import InvitationCreate, InvitationEditor, InvitationQuery
from app.staff.permissions import Permission

PATH = "/v1/editor/invitations"
router = APIRouter(prefix=PATH, tags=["editor: staff"], route_class=GuardedRoute)

Host = Annotated[Actor, Depends(Guard(Permission.INVITATIONS_MANAGE))]
HostOfOne = Annotated[Actor, Depends(Guard(Permission.INVITATIONS_MANAGE, sees=invitations_queries.sight))]


@router.get(
    "",
    operation_id="listInvitations",
    response_model=Page[InvitationEditor],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_invitations(db: Db, at: Now, actor: Host, query: Annotated[InvitationQuery, Query()]) -> Response:
    """Invitations, newest first; they are forgotten a month after they ran out."""
    found = await db.read(invitations_queries.list_invitations, query, at=at)
    return paged(found.shown(partial(InvitationEditor.of, at=at)), PATH, query)


@router.post(
    "",
    operation_id="createInvitation",
    status_code=201,
    response_model=InvitationEditor,
    responses=problems(Malformed, Unauthenticated, Forbidden, EmailTaken, StillRunning, UnsupportedMediaType, Invalid),
)
async def create_invitation(db: Db, at: Now, repeat: Idempotency, actor: Host, new: InvitationCreate) -> Response:
    """Invite a colleague: a letter goes out with a link that works once within 72 hours. To send another letter, invite
    again: the link before opens nothing from then on.
    """

    def made(invitation: Invitation) -> Created:
        shown = InvitationEditor.of(invitation, at)
        return Created(shown, invitation.id, f"{PATH}/{invitation.id}", invitation.version)

    return await create(db, repeat, invitations.invite, new, by=actor, at=at, into=made)


@router.get(
    "/{invitation_id}",
    operation_id="getInvitation",
    response_model=InvitationEditor,
    responses=problems(Unauthenticated, Forbidden, InvitationNotFound),
)
async def get_invitation(db: Db, at: Now, actor: HostOfOne, invitation_id: UUID) -> Response:
    """One of them."""

    def shown(invitation: Invitation) -> Response:
        return versioned(InvitationEditor.of(invitation, at), invitation.version)

    return await db.read(invitations_queries.get_invitation, invitation_id, into=shown)


@router.delete(
    "/{invitation_id}",
    operation_id="revokeInvitation",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, InvitationNotFound, InvitationAccepted, Stale),
)
async def revoke_invitation(db: Db, at: Now, actor: HostOfOne, invitation_id: UUID, match: IfMatch) -> Response:
    """Take an invitation back: its link opens nothing any more."""
    await db.write(invitations.revoke, invitation_id, match, by=actor, at=at)
    return Response(status_code=204)
