"""Accounts behind the fence; they are disabled, never deleted, so that history keeps its names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import (
    Forbidden,
    Invalid,
    Malformed,
    PreconditionRequired,
    Stale,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.core.http.answers import versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff import users, users_queries
from app.staff.errors import EmailTaken, LastAdmin, UserNotFound
from app.staff.guards import Guard
from app.staff.models import User
from app.staff.permissions import Permission
from app.staff.users_schemas import UserEditor, UserPatch, UserQuery

PATH = "/v1/editor/users"
router = APIRouter(prefix=PATH, tags=["editor: staff"], route_class=GuardedRoute)

Manager = Annotated[Actor, Depends(Guard(Permission.USERS_MANAGE))]
ManagerOfOne = Annotated[Actor, Depends(Guard(Permission.USERS_MANAGE, sees=users_queries.sight))]


@router.get(
    "",
    operation_id="listUsers",
    response_model=Page[UserEditor],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_users(db: Db, actor: Manager, query: Annotated[UserQuery, Query()]) -> Response:
    """Accounts in the order in which people joined, closed ones too."""
    found = await db.read(users_queries.list_users, query)
    return paged(found.shown(UserEditor.of), PATH, query)


@router.get(
    "/{user_id}",
    operation_id="getUser",
    response_model=UserEditor,
    responses=problems(Unauthenticated, Forbidden, UserNotFound),
)
async def get_user(db: Db, actor: ManagerOfOne, user_id: UUID) -> Response:
    """One account."""
    return await db.read(users_queries.get_user, user_id, into=_shown)


@router.patch(
    "/{user_id}",
    operation_id="updateUser",
    response_model=UserEditor,
    responses=problems(
        *(Malformed, Unauthenticated, Forbidden, UserNotFound, EmailTaken, LastAdmin, Stale),
        *(UnsupportedMediaType, Invalid, PreconditionRequired),
    ),
)
async def change_user(
    db: Db, at: Now, actor: ManagerOfOne, user_id: UUID, match: IfMatch, patch: UserPatch
) -> Response:
    """Change an account (JSON Merge Patch). `disabled: true` closes it: there is no DELETE, so that history keeps its
    names. Another role, another address or closing ends every session of the account at once, another role or closing
    every API key too. The last admin stays one: 409 `last_admin`.
    """
    return await db.write(users.change, user_id, match, patch, by=actor, at=at, into=_shown)


def _shown(user: User) -> Response:
    return versioned(UserEditor.of(user), user.version)
