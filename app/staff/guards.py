"""The guards at the doors of the editor tree: what a door asks of the person, said in its signature.

Publisher = Annotated[Actor, Depends(Guard(P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY, sees=…))]
"""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Unauthenticated, Unavailable
from app.core.http.problems import request_id_of
from app.staff import keys, keys_queries, queries, tokens
from app.staff.errors import KeyRefused
from app.staff.permissions import Permission, carried_at
from app.staff.queries import Sight


class Guard(OAuth2PasswordBearer):
    """Lets in whoever holds one of the permissions and may see the thing in the path; being a security scheme, it
    puts the padlock on the operation in the documentation.
    """

    def __init__(self, *permissions: Permission, sees: Sight | None = None) -> None:
        super().__init__(tokenUrl="/v1/auth/token", refreshUrl="/v1/auth/token", scheme_name="staff")
        self.permissions = permissions
        self.sees = sees

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        """The person whom `admit` let in before the body was read."""
        actor: Actor = request.scope["actor"]
        return actor

    async def admit(self, request: Request) -> None:
        """401, 403, 404 in this order; one read."""
        db: Database = request.app.state.db
        token = bearer_token(request)
        if token.startswith(tokens.API_KEY_PREFIX):
            await self._admit_key(request, db, tokens.read_api_key(request.app.state.keys, token))
            return
        request.scope["actor"] = await db.read(
            queries.admit,
            tokens.read_access(request.app.state.keys, token),
            self.permissions,
            self.sees,
            request.path_params,
            at=request.app.state.clock(),
            request_id=request_id_of(request),
        )

    async def _admit_key(self, request: Request, db: Database, key_id: UUID) -> None:
        """The same for a program, and a write on the first use in a day."""
        if Permission.ACCOUNT_SELF in self.permissions:
            raise KeyRefused()  # nobody stands behind it who could sign out or choose a password
        at = request.app.state.clock()
        asked = (request.method, self.permissions, self.sees, request.path_params)
        actor, noted = await db.read(keys_queries.admit, key_id, *asked, at=at, request_id=request_id_of(request))
        if not noted:
            with suppress(Unavailable):  # a busy database keeps no program from reading
                await db.write_together(keys.note_use, key_id, at.date())
        request.scope["actor"] = actor

    def takes_keys(self, method: str) -> bool:
        """Whether some API key comes in here by this method."""
        return not carried_at(method).isdisjoint(self.permissions)


def bearer_token(request: Request) -> str:
    """The token of the Authorization header. Raises Unauthenticated when there is none, or more than one header."""
    values = request.headers.getlist("authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated()
    return token.strip()


known = Guard()  # for where nothing is: no door may do without a permission
signed_in = Guard(Permission.ACCOUNT_SELF)

Myself = Annotated[Actor, Depends(signed_in)]
