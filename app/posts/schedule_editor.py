"""The desk's doors to the clock: schedules of dossiers, what is coming, and what is under embargo."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.http.answers import tagged
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.paging import Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import schedule, schedule_queries
from app.posts.doors import WRITES, Db, Reader, guard, shown
from app.posts.errors import NotReady, PostNotFound
from app.posts.schedule_queries import EMBARGOES, SCHEDULE
from app.posts.schedule_schemas import Embargo, EmbargoedStory, Scheduled, ScheduleInput, ScheduleQuery
from app.posts.schemas import PostEditor
from app.posts.workflow import Action
from app.staff.guards import Guard
from app.staff.permissions import Permission as P

router = APIRouter(prefix="/v1/editor", tags=["editor: posts"], route_class=GuardedRoute)

Scheduler = Annotated[Actor, Depends(guard(Action.SCHEDULE))]
Partner = Annotated[Actor, Depends(Guard(P.EMBARGO_READ))]


@router.put(
    "/posts/{post_id}/schedule",
    operation_id="scheduleDossier",
    response_model=PostEditor,
    responses=problems(*WRITES, NotReady),
)
async def schedule_dossier(
    db: Db, actor: Scheduler, post_id: UUID, match: IfMatch, at: Now, wish: ScheduleInput
) -> Response:
    """Let the newest revision appear at a time, or the live piece end at one; replaces what was scheduled before."""
    verb = partial(schedule.schedule, post_id=post_id, wish=wish, match=match, by=actor, at=at)
    return await db.write(shown, verb, actor)


@router.delete(
    "/posts/{post_id}/schedule",
    operation_id="unscheduleDossier",
    response_model=PostEditor,
    responses=problems(*WRITES),
)
async def unschedule_dossier(db: Db, actor: Scheduler, post_id: UUID, match: IfMatch, at: Now) -> Response:
    """Take the schedule back: what is public stays, what is not stays away."""
    verb = partial(schedule.unschedule, post_id=post_id, match=match, by=actor, at=at)
    return await db.write(shown, verb, actor)


@router.get("/schedule", operation_id="listSchedule", response_model=Page[Scheduled], responses=problems(Invalid))
async def list_schedule(db: Db, actor: Reader, query: Annotated[ScheduleQuery, Query()]) -> Response:
    """What is coming to the dossiers that you may see, the next first."""
    scope = query.bound_to(SCHEDULE)
    return paged(await db.read(schedule_queries.list_schedule, query, actor, scope), SCHEDULE, query)


@router.get("/embargoes", operation_id="listEmbargoes", response_model=Page[Embargo], responses=problems(Invalid))
async def list_embargoes(db: Db, actor: Partner, at: Now, query: Annotated[PageQuery, Query()]) -> Response:
    """Pieces under embargo, the next to appear first."""
    return paged(await db.read(schedule_queries.list_embargoes, query, at=at), EMBARGOES, query)


@router.get(
    "/embargoes/{post_id}",
    operation_id="getEmbargo",
    response_model=EmbargoedStory,
    responses=problems(PostNotFound),
)
async def get_embargo(db: Db, actor: Partner, at: Now, post_id: UUID) -> Response:
    """A story under embargo as it will appear, and until when it must not be passed on."""
    story = await db.read(schedule_queries.get_embargoed, post_id, at=at)
    return tagged(story.wire())
