"""What a person decides about a job that is stuck."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.events.service import record
from app.jobs import service as jobs_service
from app.jobs.models import Job


def retry(session: Session, job_id: UUID, *, by: Actor, at: datetime) -> Job:
    """Have a job that waits or is parked tried again, now and with all its tries. Raises JobNotFound, JobRunning."""
    job = jobs_service.retry(session, job_id, at=at)
    _record(session, "job.retried", job, by=by, at=at)
    return job


def discard(session: Session, job_id: UUID, *, by: Actor, at: datetime) -> None:
    """Drop a job that waits or is parked: nothing will be done about it. Raises JobNotFound, JobRunning."""
    _record(session, "job.discarded", jobs_service.discard(session, job_id), by=by, at=at)


def _record(session: Session, name: str, job: Job, *, by: Actor, at: datetime) -> None:
    subject_id = None if job.private else job.id
    record(session, name, subject_id, by=by, at=at, private=job.private, task=job.task)
