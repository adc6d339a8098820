"""Every change of the queue. `enqueue` is for all rooms, the rest is for the worker and the doors of `activity`."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import case, delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.core import statements
from app.core.clock import day_of
from app.core.columns import table_of
from app.core.ids import new_id, random_id
from app.core.turns import take_turn
from app.jobs import queries, workflow
from app.jobs.models import Job, JobState, Schedule, Worker

CHANNEL = "masthead_jobs"
_JOB = table_of(Job)
_CLAIMS = 0x6D61737401  # the turn in which workers choose their jobs
_MOST_ERROR = 500


class Claimed(NamedTuple):
    """A job in the hands of a worker."""

    id: UUID
    task: str
    args: dict[str, Any]
    attempts: int
    private: bool


def enqueue(
    session: Session,
    task: str,
    *,
    at: datetime,
    delay: timedelta = timedelta(0),
    twin: str | None = None,
    private: bool = False,
    **args: Any,
) -> None:
    """Owe a task from this transaction on: a rollback takes it back, the commit wakes a worker. `args` are JSON; a
    private job is due at once, its args must tell no time.
    """
    row = {
        "id": random_id() if private else new_id(),
        "task": task,
        "args": args,
        "state": JobState.QUEUED,
        "run_at": day_of(at) if private else at + delay,
        "attempts": 0,
        "twin": twin,
        "private": private,
        "error": "",
    }
    statements.add(session, _JOB, row)
    if private or not delay:
        ring(session)


def ring(session: Session) -> None:
    """Wake the workers when this transaction is committed: ours by a call, those of other nodes by a NOTIFY."""
    if session.info.get("rung"):
        return
    session.info["rung"] = True
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    wake = session.info.get("wake")
    if wake is not None:
        session.info.setdefault("after_commit", []).append(wake)


def claim(session: Session, worker_id: UUID, *, but: Collection[UUID], limit: int, at: datetime) -> list[Claimed]:
    """Take jobs that are due, `but` not these; of waiting twins one is taken and stands for all."""
    _one_chooses(session)
    chosen: dict[str | UUID, Job] = {}
    for job in queries.list_due(session, but=but, limit=limit, at=at):
        chosen.setdefault(job.twin or job.id, job)
    jobs = list(chosen.values())
    if not jobs:
        return []
    beat(session, worker_id, at=at)
    for job in jobs:
        job.state, job.worker_id, job.attempts = JobState.RUNNING, worker_id, job.attempts + 1
    session.flush()
    twins = [job.twin for job in jobs if job.twin is not None]
    if twins:
        waiting = (col(Job.state) == JobState.QUEUED, col(Job.run_at) <= at)
        session.execute(delete(Job).where(col(Job.twin).in_(twins), *waiting))
    return [Claimed(job.id, job.task, job.args, job.attempts, job.private) for job in jobs]


def _one_chooses(session: Session) -> None:
    """Until the commit no other worker takes jobs or takes them over: both judge by what others hold."""
    take_turn(session, _CLAIMS)


def beat(session: Session, worker_id: UUID, *, at: datetime) -> None:
    """Say that this worker lives."""
    beaten = session.execute(update(Worker).where(col(Worker.id) == worker_id).values(beat_at=at))
    if not beaten.rowcount:  # type: ignore[attr-defined]
        session.add(Worker(id=worker_id, beat_at=at))
        session.flush()


def keep(session: Session, worker_id: UUID, *, holds: Collection[UUID], at: datetime) -> bool:
    """Beat, and put back what the worker does not know that it holds: an answer of the database was lost on its way.
    Says whether there was any.
    """
    beat(session, worker_id, at=at)
    unknown = update(Job).where(col(Job.worker_id) == worker_id, col(Job.id).not_in(holds))
    return bool(session.execute(unknown.values(state=JobState.QUEUED, worker_id=None)).rowcount)  # type: ignore[attr-defined]


def finish(session: Session, job_id: UUID, worker_id: UUID) -> None:
    """Forget a job that is done."""
    session.execute(delete(Job).where(col(Job.id) == job_id, col(Job.worker_id) == worker_id))


def postpone(session: Session, job_id: UUID, worker_id: UUID, error: str, *, until: datetime) -> bool:
    """Put a failed job back for its next try; a private one keeps its day, and its worker until that lets it go.
    False when it is somebody else's by now.
    """
    job = queries.find_held(session, job_id, worker_id)
    if job is None:
        return False
    job.state, job.error = JobState.QUEUED, error[:_MOST_ERROR]
    if not job.private:
        job.worker_id, job.run_at = None, until
    return True


def let_go(session: Session, job_id: UUID, worker_id: UUID) -> None:
    """A private job has waited long enough for its next try."""
    resting = (col(Job.id) == job_id, col(Job.worker_id) == worker_id, col(Job.state) == JobState.QUEUED)
    session.execute(update(Job).where(*resting).values(worker_id=None))


def park(session: Session, job_id: UUID, worker_id: UUID, error: str, *, at: datetime) -> bool:
    """Give a job up until a person decides; False when it is somebody else's by now."""
    job = queries.find_held(session, job_id, worker_id)
    if job is None:
        return False
    job.state, job.worker_id, job.error = JobState.PARKED, None, error[:_MOST_ERROR]
    job.run_at = job.run_at if job.private else at
    return True


def release(session: Session, worker_id: UUID) -> None:
    """Put back what a worker holds, as if it had not been tried, and forget the worker: it ends or is idle."""
    tried = case((col(Job.state) == JobState.RUNNING, 1), else_=0)
    back = {"state": JobState.QUEUED, "worker_id": None, "attempts": col(Job.attempts) - tried}
    session.execute(update(Job).where(col(Job.worker_id) == worker_id).values(back))
    session.execute(delete(Worker).where(col(Worker.id) == worker_id))


def take_over(session: Session, *, at: datetime) -> None:
    """Put back what the dead hold; the try that was cut short counts: a job that kills its workers is parked."""
    _one_chooses(session)
    session.execute(update(Job).where(queries.orphaned(at=at)).values(state=JobState.QUEUED, worker_id=None))
    session.execute(delete(Worker).where(queries.died(at=at)))


def fire(session: Session, rhythm: Mapping[str, timedelta], *, at: datetime) -> None:
    """Enqueue the repeated tasks that are due, each once over all processes; a new schedule begins one interval on."""
    due_times = queries.get_due_times(session)
    for task, interval in rhythm.items():
        due_at = due_times.get(task)
        if due_at is None:
            _begin(session, task, interval, at=at)
        elif due_at <= at and _moved_on(session, task, due_at, workflow.next_due(due_at, interval, at=at)):
            enqueue(session, task, at=at, twin=task)


def _begin(session: Session, task: str, interval: timedelta, *, at: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(Schedule(task=task, due_at=day_of(at) + interval * ((at - day_of(at)) // interval + 1)))
    except IntegrityError:
        pass  # another process began it


def _moved_on(session: Session, task: str, due_at: datetime, following: datetime) -> bool:
    moved = update(Schedule).where(col(Schedule.task) == task, col(Schedule.due_at) == due_at)
    return bool(session.execute(moved.values(due_at=following)).rowcount)  # type: ignore[attr-defined]


def retry(session: Session, job_id: UUID, *, at: datetime) -> Job:
    """Give a job that waits or is parked all its tries again, now. Raises JobNotFound, JobRunning."""
    job = queries.get_stuck(session, job_id)
    job.state, job.worker_id, job.attempts, job.error = JobState.QUEUED, None, 0, ""
    job.run_at = day_of(at) if job.private else at
    ring(session)
    return job


def discard(session: Session, job_id: UUID) -> Job:
    """Drop a job that waits or is parked. Raises JobNotFound, JobRunning."""
    job = queries.get_stuck(session, job_id)
    session.delete(job)
    return job


def drop_parked(session: Session, twin: str) -> None:
    """Forget parked jobs of a twin whose work is owed anew."""
    session.execute(delete(Job).where(col(Job.twin) == twin, col(Job.state) == JobState.PARKED))
