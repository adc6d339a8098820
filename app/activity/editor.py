"""The doors behind the fence: the stream of events, who did what, the jobs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.activity import queries, service
from app.activity.schemas import ActivityEntry, ActivityQuery, EventsQuery, EventStream, JobShown, JobsQuery
from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, next_link, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.events import queries as events_queries
from app.events import service as events_service
from app.jobs.errors import JobNotFound, JobRunning
from app.staff.guards import Guard
from app.staff.permissions import Permission

EVENTS, ACTIVITY, JOBS = "/v1/editor/events", "/v1/editor/activity", "/v1/editor/jobs"
router = APIRouter(tags=["editor: activity"], route_class=GuardedRoute)

Follower = Annotated[Actor, Depends(Guard(Permission.EVENTS_READ))]
Auditor = Annotated[Actor, Depends(Guard(Permission.ACTIVITY_READ))]
Foreman = Annotated[Actor, Depends(Guard(Permission.JOBS_MANAGE))]
JobForeman = Annotated[Actor, Depends(Guard(Permission.JOBS_MANAGE, sees=queries.sight))]


@router.get(
    EVENTS,
    operation_id="listEvents",
    response_model=EventStream,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_events(db: Db, actor: Follower, query: Annotated[EventsQuery, Query()], at: Now) -> Response:
    """What happened since `after`, oldest first, of the rooms that you may read: for indexers and static builders.

    Ask again with `after` set to `cursor`, at once when `next` is set. Nothing is left out, whatever is written
    meanwhile; who remembers the cursor only after the work is done sees an event twice at worst. An event about a tip
    has the id alone, and comes when its day is over.
    """
    if await db.read(events_queries.is_behind, at=at):
        await db.write(events_service.place, at=at)
    stream = await db.read(queries.follow, query, actor)
    headers = next_link(EVENTS, query, str(stream.next) if stream.next else None, name="after")
    return Response(stream.model_dump_json(), headers=_texts(headers), media_type="application/json")


def _texts(headers: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in headers}


@router.get(
    ACTIVITY,
    operation_id="listActivity",
    response_model=Page[ActivityEntry],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_activity(db: Db, actor: Auditor, query: Annotated[ActivityQuery, Query()]) -> Response:
    """Who did what, newest first: the whole diary, with sign-ins and what else is for the log alone."""
    return paged(await db.study(queries.list_activity, query), ACTIVITY, query)


@router.get(
    JOBS,
    operation_id="listJobs",
    response_model=Page[JobShown],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_jobs(db: Db, actor: Foreman, query: Annotated[JobsQuery, Query()]) -> Response:
    """What the night shift gave up (`parked`), has before it (`queued`) or in its hands (`running`), newest first."""
    return paged(await db.study(queries.list_jobs, query), JOBS, query)


@router.post(
    JOBS + "/{job_id}/retry",
    operation_id="retryJob",
    response_model=JobShown,
    responses=problems(Unauthenticated, Forbidden, JobNotFound, JobRunning),
)
async def retry_job(db: Db, actor: JobForeman, job_id: UUID, at: Now) -> JobShown:
    """Have a job that waits or is parked tried again, now and with all its tries."""
    return await db.write(service.retry, job_id, by=actor, at=at, into=queries.show_job)


@router.delete(
    JOBS + "/{job_id}",
    operation_id="discardJob",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, JobNotFound, JobRunning),
)
async def discard_job(db: Db, actor: JobForeman, job_id: UUID, at: Now) -> None:
    """Drop a job that waits or is parked: nothing will be done about it."""
    await db.write(service.discard, job_id, by=actor, at=at)
