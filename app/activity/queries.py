"""Reading the diary forwards for machines, backwards for people; looking at the queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, col, select

from app.activity import workflow
from app.activity.schemas import (
    ActivityEntry,
    ActivityPerson,
    ActivityQuery,
    EventsQuery,
    EventStream,
    JobShown,
    JobsQuery,
    StreamedEvent,
)
from app.core.actor import Actor
from app.core.errors import Forbidden, wrong
from app.core.http.paging import Page, page_of, total_of
from app.core.ids import parse_id
from app.core.keyset import decode_cursor, encode_cursor
from app.events import queries as events_queries
from app.events.models import Event
from app.events.workflow import CATALOGUE
from app.jobs import queries as jobs_queries
from app.jobs.errors import JobNotFound
from app.jobs.models import Job
from app.staff import queries as staff_queries

_KEY = (datetime, UUID)


class _Place(NamedTuple):
    position: int
    event_id: UUID | None


def follow(session: Session, query: EventsQuery, actor: Actor) -> EventStream:
    """What comes next for this reader. Raises Invalid for an unknown `after`, Forbidden for names of closed rooms."""
    may = workflow.readable(actor)
    wanted = may if query.names is None else workflow.named(query.names, may)
    if lacking := workflow.missing(query.names or (), actor):
        raise Forbidden("these events need: " + " or ".join(lacking))
    # looked up first: what gets its place between the two queries comes behind the end, so the cursor never skips it
    end = _end(session, may)
    start = _start(session, query.after, end)
    found = events_queries.list_after(session, start.position, names=wanted, limit=query.limit + 1)
    events, following = page_of(found, query.limit, lambda event: str(event.id))
    reached = [start, *(_Place(event.position or 0, event.id) for event in events[-1:])]
    if following is None:
        reached.append(end)
    cursor = max(reached, key=lambda place: place.position).event_id
    items = [StreamedEvent(**_recorded(event), actor_id=event.actor_id) for event in events]
    return EventStream(items=items, next=cursor if following else None, cursor=cursor)


def _end(session: Session, names: frozenset[str]) -> _Place:
    last = events_queries.find_last(session, names=names)
    return _Place(0, None) if last is None else _Place(last.position or 0, last.id)


def _start(session: Session, after: UUID | str | None, end: _Place) -> _Place:
    if not isinstance(after, UUID):
        return end if after == "now" else _Place(0, None)
    position = events_queries.find_position(session, after)
    if position is None:
        raise wrong("after", "unknown_event", "must be the cursor of an answer before", part="query")
    return _Place(position, after)


def _recorded(event: Event) -> dict[str, object]:
    shared = event.model_dump(include={"id", "name", "subject_id", "origin", "data", "at"})
    return shared | {"request_id": event.request_id or None}


def list_activity(session: Session, query: ActivityQuery) -> Page[ActivityEntry]:
    """A page of the diary, newest first, with names, in two queries. Raises Invalid for another list's cursor."""
    scope = query.bound_to("activity")
    moment = tuple_(col(Event.at), col(Event.id))
    newest = select(Event).where(*_conditions(query))
    total = total_of(session, newest, query)
    if query.cursor is not None:
        newest = newest.where(moment < tuple(decode_cursor(query.cursor, scope, _KEY)))
    newest = newest.order_by(col(Event.at).desc(), col(Event.id).desc()).limit(query.limit + 1)
    events, following = page_of(
        session.exec(newest).all(), query.limit, lambda event: encode_cursor(scope, (event.at, event.id))
    )
    return Page(items=_with_names(session, events), next=following, total=total)


def _conditions(query: ActivityQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.actor is not None:
        found.append(col(Event.actor_id) == query.actor)
    if query.subject is not None:
        found.append(col(Event.subject_id) == query.subject)
    if query.name is not None:
        found.append(col(Event.name).in_(sorted(workflow.named(query.name, CATALOGUE))))
    if query.after is not None:
        found.append(col(Event.at) >= query.after)
    if query.before is not None:
        found.append(col(Event.at) < query.before)
    return found


def _with_names(session: Session, events: Sequence[Event]) -> list[ActivityEntry]:
    names = staff_queries.list_names(session, {event.actor_id for event in events if event.actor_id is not None})
    return [ActivityEntry(**_recorded(event), actor=_person(event.actor_id, names)) for event in events]


def _person(actor_id: UUID | None, names: Mapping[UUID, str]) -> ActivityPerson | None:
    return None if actor_id is None else ActivityPerson(id=actor_id, name=names.get(actor_id, ""))


def sight(session: Session, actor: Actor, path: Mapping[str, str]) -> None:
    """For guards: a job that is not done yet. Raises JobNotFound."""
    job_id = parse_id(path["job_id"])
    if job_id is None or jobs_queries.find_job(session, job_id) is None:
        raise JobNotFound()


def list_jobs(session: Session, query: JobsQuery) -> Page[JobShown]:
    """A page of the queue, newest first. Raises Invalid for another list's cursor."""
    scope = query.bound_to("jobs")
    after = None if query.cursor is None else decode_cursor(query.cursor, scope, _KEY)
    rows = jobs_queries.list_jobs(session, query.state, query.task, after=after, limit=query.limit)
    jobs, following = page_of(rows, query.limit, lambda job: encode_cursor(scope, (job.run_at, job.id)))
    total = jobs_queries.count_jobs(session, query.state, query.task) if query.count else None
    return Page(items=[show_job(job) for job in jobs], next=following, total=total)


def show_job(job: Job) -> JobShown:
    """A job as admins see it."""
    return JobShown(**job.model_dump(include=set(JobShown.model_fields)))
