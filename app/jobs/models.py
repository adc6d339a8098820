"""Jobs that wait, run or were given up, the workers that hold them, and when schedules are due."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, Json, enum_text

_HELD = text("worker_id IS NOT NULL")


class JobState(StrEnum):
    """Where a job stands; one that is done is gone."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"


class Job(SQLModel, table=True):
    """One call of a task that is owed. Jobs of the same `twin` never run side by side, one does for all that wait.

    A `private` job has a random id and the day as its only time: nothing here dates the tip that it is about. Between
    two tries it waits in the memory of the worker that holds it, queued, so that no other makes the next one early.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "state", "run_at", "id"),
        Index("ix_job_twin", "twin", "state"),
        Index("ix_job_held", "worker_id", sqlite_where=_HELD, postgresql_where=_HELD),
        {"sqlite_with_rowid": False},  # a rising rowid would place a tip between dated neighbours
    )

    id: UUID = Field(primary_key=True)
    task: str = Field(max_length=64)
    args: Json = Field(sa_type=JSON_TYPE)
    state: JobState = Field(default=JobState.QUEUED, sa_type=enum_text(JobState))
    run_at: datetime
    attempts: int = 0
    twin: str | None = Field(default=None, max_length=128)
    private: bool = False
    worker_id: UUID | None = None
    error: str = Field(default="", max_length=500)


class Worker(SQLModel, table=True):
    """A process that holds jobs, alive as long as its heart beats; one that holds none is not listed, for its last
    beat would date the last job.
    """

    __tablename__ = "job_worker"

    id: UUID = Field(primary_key=True)
    beat_at: datetime


class Schedule(SQLModel, table=True):
    """When a repeated task is due next; whoever moves the time on has fired it."""

    __tablename__ = "job_schedule"

    task: str = Field(primary_key=True, max_length=64)
    due_at: datetime
