"""What every event means for the endpoints."""

from uuid import UUID

from sqlmodel import Session

from app.events.service import Happened
from app.webhooks import line, queries, workflow


def wake_endpoints(session: Session, happened: Happened) -> None:
    """Owe a delivery to each endpoint that wants to hear of this, one for all that happens in a transaction. Of a tip
    they hear when its day is over: the hour of a job would date it.
    """
    if happened.private or happened.name not in workflow.OFFERED:
        return
    woken: set[UUID] = session.info.setdefault("woken_webhooks", set())
    with session.no_autoflush:  # the verb that tells us may have more to do before its rows are sound
        for endpoint in queries.list_awake(session, at=happened.at):
            if endpoint.id in woken or happened.name not in workflow.names_of(tuple(endpoint.events)):
                continue
            line.wake(session, endpoint.id, at=happened.at)
            if not session.in_nested_transaction():  # a savepoint may be rolled back, and the job with it
                woken.add(endpoint.id)
