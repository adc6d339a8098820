"""Sends one message and has written down what became of it, with no transaction open in between."""

from random import Random
from uuid import UUID

from app.core.clock import monotonic
from app.core.fetch import Failed, Refused
from app.jobs.night import Night
from app.webhooks import line, messages, queries, workflow
from app.webhooks.line import Tried
from app.webhooks.messages import Due

_chance = Random()  # noqa: S311  spreads tries, guards nothing


async def tell_next(night: Night, endpoint_id: UUID) -> bool:
    """Try the next message that this endpoint may be sent now; False when there is none."""
    due = await night.db.read(queries.find_due, endpoint_id, at=night.clock())
    if due is None:
        return False
    tried = await _send(night, due)
    await night.db.write(line.note, due, tried, chance=_chance.random(), at=night.clock())
    return True


async def _send(night: Night, due: Due) -> Tried:
    """An address that the guard refuses counts as trouble: names lead astray for a while and come back."""
    headers = messages.headers(night.keys, due, at=night.clock())
    began = monotonic()
    try:
        answer = await night.fetcher.post(due.url, body=due.body.encode(), headers=headers)
    except Refused as error:
        return Tried(None, f"not called: the address {error}", _milliseconds(began))
    except Failed as error:
        return Tried(None, str(error), _milliseconds(began))
    wished = workflow.wish(answer.status, answer.headers.get("retry-after"), at=night.clock())
    return Tried(answer.status, workflow.complaint(answer.status), _milliseconds(began), wished)


def _milliseconds(began: float) -> int:
    return int((monotonic() - began) * 1_000)
