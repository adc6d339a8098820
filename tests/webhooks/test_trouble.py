"""Receivers that refuse, stumble, ask for patience or are gone: what the log, the endpoint and the next in line say."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.fetch import Fetcher
from app.jobs.night import Night
from app.webhooks import courier, line, queries
from app.webhooks.line import Tried
from app.webhooks.messages import Due
from app.webhooks.models import DisabledReason
from app.webhooks.workflow import DELAYS
from tests.newsroom import Newsroom
from tests.receiver import DROP, STALL, Answer, Receiver
from tests.webhooks.hooks import NOON, WEBHOOKS, diary, happen, log, pass_time, row, subscribe

pytestmark = pytest.mark.anyio

SECONDS = timedelta(seconds=1)


async def begin(newsroom: Newsroom, receiver: Receiver, *answers: Answer, events: int = 2) -> dict[str, Any]:
    """A webhook whose receiver answers so, then takes everything; that many stories are published, and told."""
    newsroom.set_clock(NOON)
    receiver.script("/hook", *answers)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    for number in range(events):
        await happen(newsroom, revision=number)
    await newsroom.night()
    return made


def told(receiver: Receiver) -> list[int]:
    """The numbers of the stories in the order in which they came."""
    return [request.document["data"]["revision"] for request in receiver.at()]


async def states(newsroom: Newsroom) -> list[tuple[str, int]]:
    """State and number of tries of every delivery, in the order of the events."""
    return [(delivery.state.value, delivery.attempts) for delivery in await log(newsroom)]


def between(moment: datetime | None, start: datetime, seconds: float) -> bool:
    """Whether a moment is that many seconds after the start, or up to a fifth more."""
    return moment is not None and start + seconds * SECONDS <= moment <= start + 1.2 * seconds * SECONDS


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_taken(newsroom: Newsroom, receiver: Receiver, status: int) -> None:
    made = await begin(newsroom, receiver, status)
    assert told(receiver) == [0, 1]
    assert await states(newsroom) == [("delivered", 1), ("delivered", 1)]
    assert {(delivery.status, delivery.error, delivery.retry_at) for delivery in await log(newsroom)} == {
        (status, "", None)
    }
    endpoint = await row(newsroom, made)
    assert (endpoint.failures, endpoint.failing_since, endpoint.retry_at, endpoint.version) == (0, None, None, 1)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (400, 400, "answered 400"),
        (401, 401, "answered 401"),
        (404, 404, "answered 404"),
        (422, 422, "answered 422"),
        ((301, {"Location": "https://example.org/"}), 301, "answered 301: redirects are not followed"),
        ((307, {"Location": "/hook"}), 307, "answered 307: redirects are not followed"),
    ],
)
async def test_refused_steps_beside_the_line(
    newsroom: Newsroom, receiver: Receiver, answer: Answer, status: int, error: str
) -> None:
    made = await begin(newsroom, receiver, answer, 204)
    assert told(receiver) == [0, 1]
    assert await states(newsroom) == [("waiting", 1), ("delivered", 1)]
    refused = (await log(newsroom))[0]
    assert (refused.status, refused.error) == (status, error)
    assert between(refused.retry_at, NOON, 5)
    endpoint = await row(newsroom, made)
    assert (endpoint.enabled, endpoint.failures, endpoint.retry_at) == (True, 0, None)
    await pass_time(newsroom, seconds=4.9)
    assert told(receiver) == [0, 1]
    await pass_time(newsroom, seconds=1.2)
    assert told(receiver) == [0, 1, 0]
    assert await states(newsroom) == [("delivered", 2), ("delivered", 1)]
    assert len({request.id for request in receiver.at()}) == 2


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (500, 500, "answered 500"),
        (502, 502, "answered 502"),
        (503, 503, "answered 503"),
        (429, 429, "answered 429"),
        (DROP, None, "the connection broke, or what came was not HTTP"),
    ],
)
async def test_in_trouble_all_wait_in_their_order(
    newsroom: Newsroom, receiver: Receiver, answer: Answer, status: int | None, error: str
) -> None:
    made = await begin(newsroom, receiver, answer, answer, 204, events=3)
    assert told(receiver) == [0]
    (first,) = await log(newsroom)
    assert (first.state.value, first.attempts, first.status, first.error) == ("waiting", 1, status, error)
    assert first.retry_at is None
    endpoint = await row(newsroom, made)
    assert (endpoint.enabled, endpoint.failures, endpoint.failing_since) == (True, 1, NOON)
    assert between(endpoint.retry_at, NOON, 5)
    await happen(newsroom, revision=3)
    await pass_time(newsroom, seconds=4.9)
    assert told(receiver) == [0]
    tried = await pass_time(newsroom, seconds=1.2)
    endpoint = await row(newsroom, made)
    assert told(receiver) == [0, 0]
    assert (endpoint.failures, endpoint.failing_since) == (2, NOON)
    assert between(endpoint.retry_at, tried, 300)
    await pass_time(newsroom, minutes=6)
    assert told(receiver) == [0, 0, 0, 1, 2, 3]
    assert await states(newsroom) == [("delivered", 3), *[("delivered", 1)] * 3]
    endpoint = await row(newsroom, made)
    assert (endpoint.failures, endpoint.failing_since, endpoint.retry_at, endpoint.version) == (0, None, None, 1)


async def test_gone_switches_off_and_keeps_the_place(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 410, 204)
    endpoint = await row(newsroom, made)
    assert (endpoint.enabled, endpoint.disabled_reason, endpoint.version) == (False, DisabledReason.GONE, 2)
    assert [(event.name, event.data, event.origin) for event in await diary(newsroom, "webhook.disabled")] == [
        ("webhook.disabled", {"reason": "gone"}, "system")
    ]
    await happen(newsroom, revision=2)
    await pass_time(newsroom, hours=2)
    assert told(receiver) == [0]
    assert [(delivery.state.value, delivery.error) for delivery in await log(newsroom)] == [("waiting", "answered 410")]
    admin = await newsroom.staff("admin")
    answer = await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"enabled": True})
    assert (answer.json()["disabled_reason"], answer.headers["ETag"]) == (None, '"3"')
    await newsroom.night()
    assert told(receiver) == [0, 0, 1, 2]


async def test_gone_beside_the_line_switches_off_as_well(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 400, 204, 410, 204)
    await pass_time(newsroom, seconds=6)
    assert (await row(newsroom, made)).disabled_reason is DisabledReason.GONE
    assert await states(newsroom) == [("waiting", 2), ("delivered", 1)]
    admin = await newsroom.staff("admin")
    await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"enabled": True})
    await newsroom.night()
    assert await states(newsroom) == [("delivered", 3), ("delivered", 1)]


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (503, "120", 120),
        (429, "Sun, 22 Nov 2026 12:10:00 GMT", 600),
        (503, "1", 5),
        (503, str(10**9), 86_400),
        (500, "120", 5),
        (503, "soon", 5),
    ],
)
async def test_a_receiver_says_when_to_come_back(
    newsroom: Newsroom, receiver: Receiver, status: int, header: str, seconds: int
) -> None:
    made = await begin(newsroom, receiver, (status, {"Retry-After": header}), 204)
    assert between((await row(newsroom, made)).retry_at, NOON, seconds)
    await pass_time(newsroom, seconds=seconds - 0.1)
    assert told(receiver) == [0]
    await pass_time(newsroom, seconds=2)
    assert told(receiver) == [0, 0, 1]


async def test_nobody_listens(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    with_nobody = receiver.url().replace(str(receiver.port), str(_closed_port()))
    admin = await newsroom.staff("admin")
    await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"url": with_nobody})
    await happen(newsroom, revision=0)
    await newsroom.night()
    (first,) = await log(newsroom)
    assert (first.status, first.error.partition(":")[0]) == (None, "no connection")
    assert (await row(newsroom, made)).failures == 1
    answer = await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"url": receiver.url()})
    assert (answer.json()["failures"], answer.json()["retry_at"]) == (0, None)
    await newsroom.night()  # another address is tried at once
    assert told(receiver) == [0]
    assert await states(newsroom) == [("delivered", 1)]


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def night_with(newsroom: Newsroom, fetcher: Fetcher) -> AsyncIterator[Night]:
    """A night shift that calls through this fetcher."""
    state = newsroom.app.state
    try:
        yield Night(newsroom.db, state.keys, state.clock, newsroom.post, fetcher)
    finally:
        await fetcher.close()


async def test_who_never_answers_is_in_trouble(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    receiver.script("/hook", STALL)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    await happen(newsroom)
    await newsroom.db.write(line.end_of_diary, at=NOON)
    async with night_with(newsroom, Fetcher(("127.0.0.0/8",), total=0.2)) as night:
        assert await courier.tell_next(night, UUID(made["id"]))
        assert not await courier.tell_next(night, UUID(made["id"]))
    (first,) = await log(newsroom)
    assert (first.status, first.error) == (None, "no whole answer within 0.2 seconds")
    assert (first.milliseconds or 0) >= 200
    assert (await row(newsroom, made)).failures == 1


# --- the whole way, with the clock set forward


async def test_a_line_in_trouble_gives_up_the_tenth_time_and_probes_with_the_next(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    made = await begin(newsroom, receiver, *[503] * 10, 204, events=3)
    moment = NOON
    for attempt, seconds in enumerate(DELAYS, start=1):
        endpoint = await row(newsroom, made)
        assert await states(newsroom) == [("waiting", attempt)]
        assert endpoint.failures == attempt
        assert between(endpoint.retry_at, moment, seconds)
        assert told(receiver) == [0] * attempt
        await pass_time(newsroom, seconds=seconds - 1)
        assert len(receiver.at()) == attempt
        moment = await pass_time(newsroom, seconds=0.2 * seconds + 1)
    assert told(receiver) == [0] * 10 + [1, 2]
    assert await states(newsroom) == [("parked", 10), ("delivered", 1), ("delivered", 1)]
    parked = (await log(newsroom))[0]
    (event,) = await diary(newsroom, "delivery.parked")
    assert (event.subject_id, event.data) == (parked.id, {"webhook_id": made["id"], "event": "post.published"})
    assert (await row(newsroom, made)).failures == 0


async def test_after_five_days_without_success_the_line_is_switched_off(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 503, events=40)
    for _ in range(40):
        endpoint = await row(newsroom, made)
        if not endpoint.enabled:
            break
        assert endpoint.failing_since == NOON
        assert endpoint.retry_at is not None
        newsroom.set_clock(endpoint.retry_at)
        await newsroom.night()
    else:
        pytest.fail("it is never switched off")
    off = newsroom.app.state.clock() - NOON
    assert timedelta(days=5) <= off <= timedelta(days=6, hours=5)
    assert endpoint.disabled_reason is DisabledReason.FAILING
    assert [event.data for event in await diary(newsroom, "webhook.disabled")] == [{"reason": "failing"}]
    assert [state for state, _ in await states(newsroom)] == ["parked", "waiting"]
    assert len(receiver.at()) == 13
    await pass_time(newsroom, days=2)
    assert len(receiver.at()) == 13


async def test_one_success_begins_the_five_days_anew(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 503, 204, events=1)
    await pass_time(newsroom, days=4)
    receiver.script("/hook", 503)
    await happen(newsroom)
    moment = await pass_time(newsroom, days=2)
    endpoint = await row(newsroom, made)
    assert (endpoint.enabled, endpoint.failures, endpoint.failing_since) == (True, 1, moment)


async def test_a_refused_message_is_given_up_the_tenth_time(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    receiver.answer_by("/hook", lambda request: 422 if request.document["data"]["revision"] == 0 else 204)
    await happen(newsroom, revision=0)
    await newsroom.night()
    moment = NOON
    for attempt, seconds in enumerate(DELAYS, start=1):
        poisoned = (await log(newsroom))[0]
        assert (poisoned.state.value, poisoned.attempts) == ("waiting", attempt)
        assert between(poisoned.retry_at, moment, seconds)
        await happen(newsroom, revision=attempt)
        moment = await pass_time(newsroom, seconds=1.2 * seconds + 1)
    assert (await states(newsroom))[0] == ("parked", 10)
    assert [number for number in told(receiver) if number] == list(range(1, 10))
    assert told(receiver).count(0) == 10
    assert len(await diary(newsroom, "delivery.parked")) == 1
    assert (await row(newsroom, made)).enabled


async def test_trouble_beside_the_line_does_not_touch_it(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 400, 204, 503, 204)
    await pass_time(newsroom, seconds=6)
    assert await states(newsroom) == [("waiting", 2), ("delivered", 1)]
    assert (await row(newsroom, made)).failures == 0
    await happen(newsroom, revision=2)
    await newsroom.night()
    assert told(receiver) == [0, 1, 0, 2]


async def test_while_the_receiver_is_in_trouble_what_stands_beside_waits_too(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    """Refused 0, told 1, in trouble with 2: when its time comes 2 is the one probe, then 0 and 3 follow."""
    await begin(newsroom, receiver, 400, 204, 503, 503, 204, events=4)
    assert told(receiver) == [0, 1, 2]
    await pass_time(newsroom, seconds=6)
    assert told(receiver) == [0, 1, 2, 2]
    await pass_time(newsroom, seconds=60)
    assert told(receiver) == [0, 1, 2, 2]
    await pass_time(newsroom, minutes=6)
    assert told(receiver) == [0, 1, 2, 2, 2, 0, 3]


async def test_after_a_line_was_given_up_what_stands_beside_goes_on(newsroom: Newsroom, receiver: Receiver) -> None:
    """Nobody is left in the line to probe with."""
    await begin(newsroom, receiver, 400, *[503] * 10, 204, events=2)
    for seconds in DELAYS:
        await pass_time(newsroom, seconds=1.2 * seconds + 1)
    assert await states(newsroom) == [("delivered", 2), ("parked", 10)]


# --- switched off and on


async def switch(newsroom: Newsroom, made: dict[str, Any], *, on: bool) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"enabled": on})
    assert answer.status_code == 200, answer.text


async def test_a_webhook_that_is_off_gets_nothing_and_goes_on_where_it_stopped(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    made = await begin(newsroom, receiver, 204, events=1)
    await switch(newsroom, made, on=False)
    await happen(newsroom, revision=1)
    await pass_time(newsroom, days=2, hours=23)
    assert told(receiver) == [0]
    await switch(newsroom, made, on=True)
    await newsroom.night()
    assert told(receiver) == [0, 1]


async def test_what_waited_longer_than_three_days_is_not_told(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 204, events=1)
    await switch(newsroom, made, on=False)
    await happen(newsroom, revision=1)
    await pass_time(newsroom, days=3, seconds=1)
    await happen(newsroom, revision=2)
    await switch(newsroom, made, on=True)
    await happen(newsroom, revision=3)
    await newsroom.night()
    assert told(receiver) == [0, 3]
    assert await states(newsroom) == [("delivered", 1), ("delivered", 1)]


async def test_the_first_of_a_line_that_is_not_told_is_parked_and_can_be_replayed(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    made = await begin(newsroom, receiver, 410, 204, events=2)
    await pass_time(newsroom, days=4)
    await switch(newsroom, made, on=True)
    await newsroom.night()
    (parked,) = await log(newsroom)
    assert (parked.state.value, parked.error) == ("parked", "not told in time: the webhook was switched off")
    assert len(await diary(newsroom, "delivery.parked")) == 1
    admin = await newsroom.staff("admin")
    answer = await admin.post(f"{WEBHOOKS}/{made['id']}/deliveries/{parked.id}/replay")
    assert answer.status_code == 202
    await newsroom.night()
    assert told(receiver) == [0, 0]


async def test_other_patterns_take_the_first_of_the_line_out(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 503, 204, events=1)
    await happen(newsroom, "tag.merged", revision=7)
    admin = await newsroom.staff("admin")
    one = f"{WEBHOOKS}/{made['id']}"
    assert (await admin.patch(one, json={"events": ["post.*", "tag.*"]})).status_code == 200
    assert await states(newsroom) == [("waiting", 1)]
    assert (await admin.patch(one, json={"events": ["tag.*"]})).status_code == 200
    (dropped,) = await log(newsroom)
    assert (dropped.state.value, dropped.error) == ("parked", "not told: the webhook no longer wants such events")
    await pass_time(newsroom, seconds=6)
    assert told(receiver) == [0, 7]


async def test_other_patterns_without_a_line_change_nothing_else(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 204)
    admin = await newsroom.staff("admin")
    assert (await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"events": ["tag.*"]})).status_code == 200
    await happen(newsroom, revision=8)
    await happen(newsroom, "tag.merged", revision=9)
    await newsroom.night()
    assert told(receiver) == [0, 1, 9]


# --- two workers, people in between


async def due_of(newsroom: Newsroom, made: dict[str, Any]) -> Due:
    """What a worker is about to send."""
    await newsroom.db.write(line.end_of_diary, at=newsroom.app.state.clock())
    due = await newsroom.db.read(queries.find_due, UUID(made["id"]), at=newsroom.app.state.clock())
    assert due is not None
    return due


async def note(newsroom: Newsroom, due: Due, status: int | None) -> None:
    at = newsroom.app.state.clock()
    await newsroom.db.write(line.note, due, Tried(status, "", 7), chance=0.5, at=at)


@pytest.mark.parametrize(
    ("first", "second", "outcome", "failures"),
    [
        (204, None, [("delivered", 1)], 0),
        (204, 204, [("delivered", 1)], 0),
        (204, 410, [("delivered", 1)], 0),
        (400, 503, [("waiting", 1)], 0),
        (None, 204, [("delivered", 2)], 0),
        (None, None, [("waiting", 2)], 2),
    ],
)
async def test_a_worker_who_was_taken_for_dead_undoes_nothing(
    newsroom: Newsroom,
    receiver: Receiver,
    first: int | None,
    second: int | None,
    outcome: list[tuple[str, int]],
    failures: int,
) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    await happen(newsroom)
    due = await due_of(newsroom, made)
    await asyncio.gather(note(newsroom, due, first))
    await note(newsroom, due, second)
    assert await states(newsroom) == outcome
    endpoint = await row(newsroom, made)
    assert (endpoint.failures, endpoint.enabled) == (failures, True)


async def test_two_workers_who_tell_the_same_at_once_write_one_row(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    await happen(newsroom)
    due = await due_of(newsroom, made)
    await asyncio.gather(*(note(newsroom, due, 204) for _ in range(4)))
    assert await states(newsroom) == [("delivered", 1)]


async def test_beside_the_line_too_the_first_word_counts(newsroom: Newsroom, receiver: Receiver) -> None:
    made = await begin(newsroom, receiver, 400, 204, events=1)
    newsroom.set_clock(NOON + 6 * SECONDS)
    due = await due_of(newsroom, made)
    assert due.position is None
    await note(newsroom, due, 204)
    await note(newsroom, due, 410)
    assert await states(newsroom) == [("delivered", 2)]
    assert (await row(newsroom, made)).enabled


async def test_what_comes_back_after_the_webhook_was_deleted_is_forgotten(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    due = await due_of(newsroom, made)
    await admin.delete(f"{WEBHOOKS}/{made['id']}")
    await note(newsroom, due, 204)
    assert await log(newsroom) == []


async def test_a_reason_is_not_overwritten_by_what_comes_back_later(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    await happen(newsroom)
    due = await due_of(newsroom, made)
    await switch(newsroom, made, on=False)
    await note(newsroom, due, 410)
    endpoint = await row(newsroom, made)
    assert (endpoint.disabled_reason, endpoint.version) == (DisabledReason.BY_HAND, 2)
    assert len(await diary(newsroom, "webhook.disabled")) == 1
