"""How a task says that it did not work, beside raising what it met; and what a person may look for in vain."""

from datetime import timedelta

from app.core.errors import Conflict, NotFound


class Hopeless(Exception):
    """Another try would not help: the job is parked at once, with this reason."""


class Later(Exception):
    """Try again after this long, as the other side asked for; it counts as a try."""

    def __init__(self, wait: timedelta, why: str) -> None:
        self.wait = wait
        super().__init__(why)


class JobNotFound(NotFound):
    """No job has this id: one that is done is gone."""


class JobRunning(Conflict):
    """A worker is at this job just now; see in a minute what became of it."""

    code = "job_running"
