"""API keys behind the fence: they are made, looked at and ended; what a key may do never changes."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Stale, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff import keys, keys_queries, tokens
from app.staff.errors import KeyNotFound
from app.staff.guards import Guard
from app.staff.keys_models import ApiKey
from app.staff.keys_schemas import KeyCreate, KeyEditor, KeyQuery, KeyWithSecret
from app.staff.permissions import Permission

PATH = "/v1/editor/api-keys"
router = APIRouter(prefix=PATH, tags=["editor: staff"], route_class=GuardedRoute)

Keeper = Annotated[Actor, Depends(Guard(Permission.KEYS_MANAGE))]
KeeperOfOne = Annotated[Actor, Depends(Guard(Permission.KEYS_MANAGE, sees=keys_queries.sight))]


@router.get(
    "",
    operation_id="listApiKeys",
    response_model=Page[KeyEditor],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_api_keys(db: Db, at: Now, actor: Keeper, query: Annotated[KeyQuery, Query()]) -> Response:
    """The keys of everybody, newest first, those that have ended too."""
    found = await db.read(keys_queries.list_keys, query, at=at)
    return paged(found.shown(partial(KeyEditor.of, at=at)), PATH, query)


@router.post(
    "",
    operation_id="createApiKey",
    status_code=201,
    response_model=KeyWithSecret,
    responses=problems(Malformed, Unauthenticated, Forbidden, StillRunning, UnsupportedMediaType, Invalid),
)
async def create_api_key(
    db: Db, at: Now, root: SecretKeys, repeat: Idempotency, actor: Keeper, new: KeyCreate
) -> Response:
    """Let a program in: it sends the `secret` of this answer as `Authorization: Bearer mh_…` to the doors of the editor
    tree, and acts for you there within the `permissions` that you list. It ends when it expires, is revoked, or when
    your account is closed or has another role. The secret is not kept and never shown again.
    """

    def made(key: ApiKey) -> Created:
        return Created(KeyEditor.of(key, at), key.id, f"{PATH}/{key.id}", key.version)

    def secrets(key_id: UUID) -> dict[str, str]:
        return {"secret": tokens.make_api_key(root, key_id)}

    return await create(db, repeat, keys.create, new, by=actor, at=at, into=made, secrets=secrets)


@router.get(
    "/{key_id}",
    operation_id="getApiKey",
    response_model=KeyEditor,
    responses=problems(Unauthenticated, Forbidden, KeyNotFound),
)
async def get_api_key(db: Db, at: Now, actor: KeeperOfOne, key_id: UUID) -> Response:
    """One of them, without its secret."""

    def shown(key: ApiKey) -> Response:
        return versioned(KeyEditor.of(key, at), key.version)

    return await db.read(keys_queries.get_key, key_id, into=shown)


@router.delete(
    "/{key_id}",
    operation_id="revokeApiKey",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, KeyNotFound, Stale),
)
async def revoke_api_key(db: Db, at: Now, actor: KeeperOfOne, key_id: UUID, match: IfMatch) -> Response:
    """End a key: from now on it opens nothing. It stays in the list, as what it was."""
    await db.write(keys.revoke, key_id, match, by=actor, at=at)
    return Response(status_code=204)
