"""The night shift of webhooks: deliveries, what was missed, and what need not be kept."""

from uuid import UUID

from app.core.clock import monotonic
from app.events import queries as events_queries
from app.events import service as events_service
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.webhooks import courier, line, workflow

MOST_IN_A_RUN = 50
RUN_SECONDS = 30.0  # with the last call it stays below what a task may take


async def deliver(night: Night, *, endpoint_id: str) -> None:
    """Tell one endpoint what it has not heard yet, in order; a long line makes room for others from time to time."""
    webhook_id, until = UUID(endpoint_id), monotonic() + RUN_SECONDS
    await _place(night)
    for _ in range(MOST_IN_A_RUN):
        if not await courier.tell_next(night, webhook_id):
            return
        if monotonic() > until:
            break
    await night.db.write(line.wake, webhook_id, at=night.clock())


async def _place(night: Night) -> None:
    """What happened needs its position before it can be told."""
    if await night.db.read(events_queries.is_behind, at=night.clock()):
        await night.db.write(events_service.place, at=night.clock())


async def catch_up(night: Night) -> None:
    """Wake every endpoint that is behind: after tips whose day is over, and whatever else nobody woke it for."""
    await _place(night)
    await night.db.write(line.wake_all, at=night.clock())


async def sweep(night: Night) -> None:
    """Forget deliveries a month after their last try."""
    before = night.clock() - workflow.KEPT
    while await night.db.write(line.forget, before=before):
        pass


DELIVER = Task(workflow.DELIVER, deliver)
CATCH_UP = Task("webhooks.catch_up", catch_up)
SWEEP = Task("webhooks.sweep", sweep)
