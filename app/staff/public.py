"""The staff entrance: tokens, log-out, who am I."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import TooMany, Unauthenticated
from app.core.http.answers import tagged
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.limits import Limiter
from app.core.http.network import Network
from app.core.http.problems import problems, request_id_of
from app.core.http.routes import GuardedRoute, StrictRoute
from app.core.keys import Keys
from app.staff import passwords, queries, service, tokens
from app.staff.clients import describe
from app.staff.errors import InvalidGrant, InvalidTokenRequest, UnsupportedGrantType
from app.staff.guards import Myself
from app.staff.schemas import Me, TokenAnswer

router = APIRouter(prefix="/v1/auth", tags=["auth"], route_class=StrictRoute)
own_router = APIRouter(prefix="/v1/auth", tags=["auth"], route_class=GuardedRoute)

MOST = 4_096


class TokenForm(BaseModel):
    """The grant of RFC 6749, sections 4.3 and 6; unknown members are ignored."""

    grant_type: Annotated[str, Field(examples=["password"], max_length=MOST)] = ""
    username: Annotated[str | None, Field(description="your e-mail address", max_length=MOST)] = None
    password: Annotated[str | None, Field(max_length=MOST, json_schema_extra={"format": "password"})] = None
    otp: Annotated[str | None, Field(description="for accounts with a second factor", max_length=MOST)] = None
    refresh_token: Annotated[str | None, Field(max_length=MOST)] = None


class RevocationForm(BaseModel):
    """RFC 7009, section 2.1."""

    token: Annotated[str, Field(description="an access token or a refresh token", max_length=MOST)] = ""


@router.post(
    "/token",
    operation_id="createToken",
    response_model=TokenAnswer,
    responses=problems(InvalidGrant, InvalidTokenRequest, UnsupportedGrantType, TooMany),
)
async def create_token(
    request: Request, db: Db, keys: SecretKeys, network: Network, form: Annotated[TokenForm, Form()]
) -> TokenAnswer:
    """Sign in with e-mail and password, or swap a refresh token for a new pair (OAuth 2 form)."""
    request_id, clock = request_id_of(request), request.app.state.clock
    if form.grant_type == "password":
        grant = await _sign_in(request, db, keys, form, network)
    elif form.grant_type == "refresh_token":
        if not form.refresh_token:
            raise InvalidTokenRequest("refresh_token is missing")
        grant = await db.write(service.refresh_session, keys, form.refresh_token, request_id=request_id, at=clock())
    elif form.grant_type:
        raise UnsupportedGrantType()
    else:
        raise InvalidTokenRequest("grant_type is missing; it must be password or refresh_token")
    access = tokens.make_access(keys, grant.claims, grant.scope, at=clock())
    return TokenAnswer(access_token=access, refresh_token=grant.refresh_token, scope=grant.scope)


async def _sign_in(request: Request, db: Database, keys: Keys, form: TokenForm, network: str) -> service.Grant:
    """Count, look up, verify outside of any transaction, then begin or refuse."""
    clock: Clock = request.app.state.clock
    limiter: Limiter = request.app.state.limiter
    request_id = request_id_of(request)
    if not form.username or not form.password:
        raise InvalidTokenRequest("username and password are needed")
    await db.write(service.count_attempt, limiter, email=form.username, network=network, at=clock())
    known = await db.read(queries.find_credentials, form.username)
    right = await passwords.verify_password(form.password, known[1] if known else None)
    if known is None or not right:
        await db.write(service.refuse_sign_in, known and known[0], request_id=request_id, at=clock())
        raise InvalidGrant()
    user_id, proved = known
    facts = {"proved": proved, "client": describe(request.headers.get("user-agent", "")), "request_id": request_id}
    return await db.write(service.start_session, keys, user_id, at=clock(), **facts)


@router.post("/revocation", operation_id="revokeToken", status_code=200, response_class=Response)
async def revoke_token(
    request: Request, db: Db, keys: SecretKeys, at: Now, form: Annotated[RevocationForm, Form()]
) -> Response:
    """Log out: the whole session of the token ends at once. Always 200 (RFC 7009)."""
    with suppress(Unauthenticated):  # a token that is not ours was as good as revoked before
        await db.write(service.end_session, keys, form.token, request_id=request_id_of(request), at=at)
    return Response(status_code=200)


@own_router.get("/me", operation_id="getMe", response_model=Me, responses=problems(Unauthenticated))
async def get_me(actor: Myself) -> Response:
    """Your account, role and permissions."""
    return tagged(Me.of(actor).model_dump_json())
