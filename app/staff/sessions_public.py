"""One's own sessions: where one is signed in, and how to end that."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from app.core.actor import Actor
from app.core.errors import Invalid, Unauthenticated
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff import service, sessions_queries
from app.staff.errors import SessionNotFound
from app.staff.guards import Guard, Myself
from app.staff.models import StaffSession
from app.staff.permissions import Permission

PATH = "/v1/auth/sessions"
router = APIRouter(prefix=PATH, tags=["auth"], route_class=GuardedRoute)

OwnerOfOne = Annotated[Actor, Depends(Guard(Permission.ACCOUNT_SELF, sees=sessions_queries.sight))]


class SessionItem(BaseModel):
    """One sign-in that has not ended."""

    id: UUID
    client: Annotated[str, Field(description="coarse, empty if unknown", examples=["Firefox on Linux"])]
    created_at: datetime
    last_used_at: Annotated[datetime, Field(description="when its tokens were last renewed, to ten minutes")]
    expires_at: datetime
    current: Annotated[bool, Field(description="the session that asks")]

    @classmethod
    def of(cls, found: StaffSession, by: Actor) -> "SessionItem":
        """Without anything that its tokens are made of."""
        shared = found.model_dump(include=set(cls.model_fields))
        return cls(**shared, last_used_at=found.rotated_at, current=found.id == by.session_id)


@router.get(
    "", operation_id="listSessions", response_model=Page[SessionItem], responses=problems(Unauthenticated, Invalid)
)
async def list_sessions(db: Db, at: Now, actor: Myself, query: Annotated[PageQuery, Query()]) -> Response:
    """Where you are signed in, newest first."""
    found = await db.read(sessions_queries.list_sessions, query, by=actor, at=at)
    return paged(found.shown(lambda one: SessionItem.of(one, actor)), PATH, query)


@router.delete("", operation_id="endSessions", status_code=204, responses=problems(Unauthenticated))
async def end_sessions(db: Db, at: Now, actor: Myself) -> Response:
    """Log out everywhere, here too."""
    await db.write(service.end_sessions, by=actor, at=at)
    return Response(status_code=204)


@router.delete(
    "/{session_id}",
    operation_id="endSession",
    status_code=204,
    responses=problems(Unauthenticated, SessionNotFound),
)
async def end_session(db: Db, at: Now, actor: OwnerOfOne, session_id: UUID) -> Response:
    """End one session of yours: its tokens are worth nothing from now on."""
    await db.write(service.end_sessions, by=actor, at=at, only=session_id)
    return Response(status_code=204)
