"""Looking into the queue."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, func, tuple_, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, exists, or_, select

from app.core.db import Database, Prepared, as_time
from app.jobs import workflow
from app.jobs.errors import JobNotFound, JobRunning
from app.jobs.models import Job, JobState, Schedule, Worker

NEXT_RUN = Prepared(
    lambda: select(func.min(col(Job.run_at))).where(
        type_coerce(col(Job.state), Text) == JobState.QUEUED.value, col(Job.worker_id).is_(None)
    )
)


class Chores(NamedTuple):
    """Which of the rare duties call for a write."""

    dead: bool
    schedules: bool


async def next_run(db: Database) -> datetime | None:
    """When the next waiting job is due, by one prepared statement."""
    (row,) = await db.fast(NEXT_RUN, {})
    return None if row[0] is None else as_time(row[0])


def list_due(session: Session, *, but: Collection[UUID], limit: int, at: datetime) -> list[Job]:
    """Waiting jobs whose time has come and whose twins do not run, the longest due first, locked; what a person has
    in hand just now is left for later.
    """
    twin = aliased(Job)
    running = exists().where(col(twin.twin) == col(Job.twin), col(twin.state) == JobState.RUNNING)
    waiting = (col(Job.state) == JobState.QUEUED, col(Job.run_at) <= at, col(Job.worker_id).is_(None))
    due = (
        select(Job)
        .where(*waiting, ~running, col(Job.id).not_in(but))
        .order_by(col(Job.run_at), col(Job.id))
        .limit(limit)
    )
    return list(session.exec(due.with_for_update(skip_locked=True)))


def find_held(session: Session, job_id: UUID, worker_id: UUID) -> Job | None:
    """The job if this worker still holds it: after a takeover it is somebody else's."""
    held = select(Job).where(col(Job.id) == job_id, col(Job.worker_id) == worker_id, col(Job.state) == JobState.RUNNING)
    return session.exec(held.with_for_update()).first()


def find_job(session: Session, job_id: UUID) -> Job | None:
    """A job that is not done yet, in whatever state."""
    return session.get(Job, job_id)


def get_stuck(session: Session, job_id: UUID) -> Job:
    """A job that does not run just now, locked. Raises JobNotFound, JobRunning."""
    job = session.exec(select(Job).where(col(Job.id) == job_id).with_for_update()).first()
    if job is None:
        raise JobNotFound()
    if job.state is JobState.RUNNING:
        raise JobRunning(allowed=[])
    return job


def list_jobs(
    session: Session, state: JobState, task: str | None, *, after: Sequence[object] | None, limit: int
) -> list[Job]:
    """Jobs in a state behind a pair of `run_at` and `id`, newest first, one more than `limit` when there are more."""
    conditions: list[ColumnElement[bool]] = [col(Job.state) == state]
    if task is not None:
        conditions.append(col(Job.task) == task)
    if after is not None:
        conditions.append(tuple_(col(Job.run_at), col(Job.id)) < tuple(after))
    newest = select(Job).where(*conditions).order_by(col(Job.run_at).desc(), col(Job.id).desc()).limit(limit + 1)
    return list(session.exec(newest))


def count_jobs(session: Session, state: JobState, task: str | None) -> int:
    """How many there are in a state."""
    conditions = [col(Job.state) == state] + ([col(Job.task) == task] if task is not None else [])
    return session.exec(select(func.count()).select_from(Job).where(*conditions)).one()


def get_due_times(session: Session) -> dict[str, datetime]:
    """When each schedule is due."""
    return {row.task: row.due_at for row in session.exec(select(Schedule))}


def orphaned(*, at: datetime) -> ColumnElement[bool]:
    """Held by a worker whose heart has not beaten for a while, or that nobody knows any more."""
    living = select(Worker.id).where(~died(at=at))
    return and_(col(Job.worker_id).is_not(None), col(Job.worker_id).not_in(living))


def died(*, at: datetime) -> ColumnElement[bool]:
    """Workers whose heart has not beaten for a while."""
    return col(Worker.beat_at) <= at - workflow.DEAD_AFTER


def find_chores(session: Session, rhythm: Mapping[str, timedelta], *, at: datetime) -> Chores:
    """Whether there are dead workers or jobs of theirs, and whether schedules are to be fired."""
    dead = session.exec(select(or_(exists().where(orphaned(at=at)), exists().where(died(at=at))))).one()
    due_times = get_due_times(session)
    return Chores(dead, any(task not in due_times or due_times[task] <= at for task in rhythm))
