"""Doors for those who have no password yet, forgot it or want another; none of them keeps an answer."""

from fastapi import APIRouter, Request, Response

from app.core.errors import Invalid, Malformed, TooMany, Unauthenticated, UnsupportedMediaType
from app.core.http.deps import Db, Now
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute, StrictRoute
from app.staff import entering, resets
from app.staff.errors import LinkRefused, WrongPassword
from app.staff.guards import Myself
from app.staff.invitations_schemas import Acceptance, NewAccount
from app.staff.passwords_schemas import Forgotten, ForgottenReceipt, PasswordChange, Reset
from app.staff.workflow import RESET_LIFE

router = APIRouter(prefix="/v1/auth", tags=["auth"], route_class=StrictRoute)
own_router = APIRouter(prefix="/v1/auth", tags=["auth"], route_class=GuardedRoute)

_SENT = problems(Malformed, UnsupportedMediaType, Invalid, TooMany)


@router.post(
    "/invitations/accept",
    operation_id="acceptInvitation",
    status_code=201,
    response_model=NewAccount,
    responses=_SENT | problems(LinkRefused, Malformed),
)
async def accept_invitation(request: Request, at: Now, network: Network, said: Acceptance) -> Response:
    """Open the account that you were invited to, once. A password has 12 to 256 characters of any kind and is not soon
    guessed. The answer is the same for every link that opens nothing.
    """
    account = await entering.accept(request, said, network, at)
    return Response(account.model_dump_json(), 201, media_type="application/json")


@router.post(
    "/password/forgot",
    operation_id="forgotPassword",
    status_code=202,
    response_model=ForgottenReceipt,
    responses=_SENT,
)
async def forgot_password(request: Request, db: Db, at: Now, network: Network, whose: Forgotten) -> Response:
    """Ask for a letter with which to choose a new password. The answer is the same if there is no such account, and the
    letter goes to the address of the account.
    """
    await db.write(resets.ask, whose.email, network=network, limiter=request.app.state.limiter, at=at)
    receipt = ForgottenReceipt(link_valid_minutes=int(RESET_LIFE.total_seconds()) // 60)
    return Response(receipt.model_dump_json(), 202, media_type="application/json")


@router.post(
    "/password/reset",
    operation_id="resetPassword",
    status_code=204,
    responses=_SENT | problems(LinkRefused, Malformed),
)
async def reset_password(request: Request, at: Now, network: Network, wanted: Reset) -> Response:
    """Choose a new password by the link of a letter, once. It ends every session of the account."""
    await entering.reset(request, wanted.token, wanted.password, network, at)
    return Response(status_code=204)


@own_router.post(
    "/password/change",
    operation_id="changePassword",
    status_code=204,
    responses=_SENT | problems(Unauthenticated, WrongPassword, Malformed),
)
async def change_password(request: Request, at: Now, actor: Myself, wanted: PasswordChange) -> Response:
    """Choose another password. It ends every session of yours, this one too: sign in again."""
    await entering.change(request, wanted.current_password, wanted.password, actor, at)
    return Response(status_code=204)
