"""The guards at the doors of the editor tree: what a door asks of the person, said in its signature.

Publisher = Annotated[Actor, Depends(Guard(P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY, sees=…))]
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Unauthenticated
from app.core.http.problems import request_id_of
from app.staff import queries, tokens
from app.staff.permissions import Permission
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
        request.scope["actor"] = await db.read(
            queries.admit,
            tokens.read_access(request.app.state.keys, bearer_token(request)),
            self.permissions,
            self.sees,
            request.path_params,
            at=request.app.state.clock(),
            request_id=request_id_of(request),
        )


def bearer_token(request: Request) -> str:
    """The token of the Authorization header. Raises Unauthenticated when there is none, or more than one header."""
    values = request.headers.getlist("authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated()
    return token.strip()


signed_in = Guard(Permission.ACCOUNT_SELF)

Myself = Annotated[Actor, Depends(signed_in)]
