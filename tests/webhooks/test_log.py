"""The log of deliveries: reading, tests, replays, forgetting."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.actor import Actor
from app.webhooks import line, service
from app.webhooks.errors import DeliveryNotFound, WebhookNotFound
from tests.newsroom import Newsroom
from tests.receiver import Receiver
from tests.webhooks.hooks import NOON, WEBHOOKS, diary, happen, log, pass_time, row, subscribe

pytestmark = pytest.mark.anyio


async def shown(desk: httpx.AsyncClient, made: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    """A page of the log as the wire has it."""
    answer = await desk.get(f"{WEBHOOKS}/{made['id']}/deliveries{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_log_tells_what_became_of_each(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", 204, 400, 503)
    made = await subscribe(admin, receiver.url())
    for _ in range(3):
        await happen(newsroom)
    await newsroom.night()
    in_line, beside, told = await shown(admin, made)
    endpoint = (await admin.get(f"{WEBHOOKS}/{made['id']}")).json()
    ids = [request.headers["webhook-id"] for request in receiver.at()]
    assert [item["message_id"] for item in (told, beside, in_line)] == ids
    assert told == {
        "id": told["id"],
        "event_id": told["event_id"],
        "message_id": "msg_" + told["event_id"].replace("-", ""),
        "event": "post.published",
        "state": "delivered",
        "attempts": 1,
        "status": 204,
        "error": "",
        "milliseconds": told["milliseconds"],
        "retry_at": None,
        "created_at": "2026-11-22T12:00:00Z",
        "tried_at": "2026-11-22T12:00:00Z",
    }
    assert (beside["state"], beside["status"], beside["error"]) == ("waiting", 400, "answered 400")
    assert (in_line["state"], in_line["status"], in_line["error"]) == ("waiting", 503, "answered 503")
    assert in_line["retry_at"] == endpoint["retry_at"] is not None
    assert beside["retry_at"] not in (None, in_line["retry_at"])
    assert (endpoint["failures"], endpoint["failing_since"]) == (1, "2026-11-22T12:00:00Z")


async def test_the_log_is_paged_newest_first_and_filtered_by_state(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", *[204, 400] * 3, 204)
    made, other = await subscribe(admin, receiver.url()), await subscribe(admin, receiver.url("/other"))
    for number in range(7):
        await happen(newsroom)
        if number % 2:  # some share their moment
            await pass_time(newsroom, seconds=1)
    await newsroom.night()
    for state, count in (("", 7), ("delivered", 4), ("waiting", 3), ("parked", 0)):
        whole = await shown(admin, made, f"?state={state}" if state else "")
        assert len(whole) == count
        assert [item["created_at"] for item in whole] == sorted((item["created_at"] for item in whole), reverse=True)
        assert {item["state"] for item in whole} <= ({state} if state else {"delivered", "waiting"})
        url: str | None = f"{WEBHOOKS}/{made['id']}/deliveries?limit=2" + (f"&state={state}" if state else "")
        found: list[str] = []
        while url:
            page = await admin.get(url)
            found += [item["id"] for item in page.json()["items"]]
            url = page.links["next"]["url"] if "next" in page.links else None
        assert found == [item["id"] for item in whole]
    cursor = (await admin.get(f"{WEBHOOKS}/{made['id']}/deliveries?limit=2")).json()["next"]
    for wrong in (
        f"{made['id']}/deliveries?state=delivered&cursor={cursor}",
        f"{other['id']}/deliveries?cursor={cursor}",
    ):
        assert (await admin.get(f"{WEBHOOKS}/{wrong}")).status_code == 422
    assert (await admin.get(f"{WEBHOOKS}/{made['id']}/deliveries?state=lost")).status_code == 422


# --- the test button


async def push(desk: httpx.AsyncClient, made: dict[str, Any], **headers: str) -> httpx.Response:
    return await desk.post(f"{WEBHOOKS}/{made['id']}/test", headers=headers)


async def test_a_test_is_sent_once_and_now(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url(), "tag.*")
    answer = await push(admin, made)
    owed = answer.json()
    assert (answer.status_code, owed["state"], owed["event"], owed["attempts"]) == (202, "waiting", "webhook.test", 0)
    assert receiver.at() == []
    await newsroom.night()
    (request,) = receiver.at()
    assert request.document == {
        "type": "webhook.test",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {"id": made["id"]},
    }
    assert request.is_signed_by(made["secret"])
    assert request.id == owed["message_id"]
    (item,) = await shown(admin, made)
    assert (item["id"], item["state"], item["status"]) == (owed["id"], "delivered", 204)


@pytest.mark.parametrize("status", [400, 503])
async def test_a_test_that_fails_says_so_and_is_not_tried_again(
    newsroom: Newsroom, receiver: Receiver, status: int
) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", status, 204)
    made = await subscribe(admin, receiver.url())
    await push(admin, made)
    await newsroom.night()
    (item,) = await shown(admin, made)
    assert (item["state"], item["status"], item["error"]) == ("parked", status, f"answered {status}")
    endpoint = await row(newsroom, made)
    assert (endpoint.failures, endpoint.retry_at, endpoint.enabled) == (0, None, True)
    await pass_time(newsroom, days=1)
    assert receiver.names() == ["webhook.test"]
    assert await diary(newsroom, "delivery.parked") == []


async def test_a_test_waits_for_no_line_and_does_not_move_it(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", 503, 204)
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await newsroom.night()
    before = (await admin.get(f"{WEBHOOKS}/{made['id']}")).json()
    await push(admin, made)
    await newsroom.night()
    assert receiver.names() == ["post.published", "webhook.test"]
    assert (await admin.get(f"{WEBHOOKS}/{made['id']}")).json() == before


async def test_a_test_overtakes_what_stands_beside_the_line(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", 400, 204)
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await newsroom.night()
    newsroom.set_clock(NOON + timedelta(minutes=1))
    await push(admin, made)
    await newsroom.night()
    assert receiver.names() == ["post.published", "webhook.test", "post.published"]


async def test_a_test_that_meets_410_switches_off(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    receiver.script("/hook", 410)
    made = await subscribe(admin, receiver.url())
    await push(admin, made)
    await newsroom.night()
    assert (await admin.get(f"{WEBHOOKS}/{made['id']}")).json()["disabled_reason"] == "gone"
    assert [item["state"] for item in await shown(admin, made)] == ["parked"]


async def test_a_repeated_push_is_one_test(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    first, again = [await push(admin, made, **{"Idempotency-Key": "push"}) for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (202, first.json(), "true")
    await newsroom.night()
    assert len(receiver.at()) == 1


# --- replays


async def replay(desk: httpx.AsyncClient, made: dict[str, Any], delivery: Any, **headers: str) -> httpx.Response:
    return await desk.post(f"{WEBHOOKS}/{made['id']}/deliveries/{delivery}/replay", headers=headers)


async def test_a_replay_carries_the_same_id(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await newsroom.night()
    (item,) = await shown(admin, made)
    newsroom.set_clock(NOON + timedelta(hours=1))
    answer = await replay(admin, made, item["id"])
    owed = answer.json()
    assert (answer.status_code, owed["id"], owed["state"]) == (202, item["id"], "waiting")
    assert (owed["attempts"], owed["retry_at"]) == (0, "2026-11-22T13:00:00Z")
    await newsroom.night()
    first, second = receiver.at()
    assert (first.id, first.body) == (second.id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert second.is_signed_by(made["secret"])
    (item,) = await shown(admin, made)
    assert (item["state"], item["attempts"], item["tried_at"]) == ("delivered", 1, "2026-11-22T13:00:00Z")


async def test_a_replay_has_all_its_tries_and_holds_up_nobody(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom, revision=0)
    await newsroom.night()
    receiver.script("/hook", 503, 204)
    (item,) = await shown(admin, made)
    await replay(admin, made, item["id"])
    await happen(newsroom, revision=1)
    await newsroom.night()
    assert [request.document["data"]["revision"] for request in receiver.at()] == [0, 0, 1]
    assert [item["state"] for item in await shown(admin, made)] == ["delivered", "waiting"]
    await pass_time(newsroom, seconds=7)
    assert [item["state"] for item in await shown(admin, made)] == ["delivered", "delivered"]


async def test_a_replay_of_the_first_in_line_tries_at_once(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", 503, 503, 204)
    made = await subscribe(admin, receiver.url())
    await happen(newsroom, revision=0)
    await happen(newsroom, revision=1)
    await newsroom.night()
    await pass_time(newsroom, seconds=7)
    (item,) = await shown(admin, made)
    answer = await replay(admin, made, item["id"])
    assert (answer.status_code, answer.json()["retry_at"], answer.json()["attempts"]) == (202, None, 2)
    await newsroom.night()
    assert [request.document["data"]["revision"] for request in receiver.at()] == [0, 0, 0, 1]


async def test_a_repeated_replay_is_sent_once(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await newsroom.night()
    (item,) = await shown(admin, made)
    for _ in range(2):
        assert (await replay(admin, made, item["id"], **{"Idempotency-Key": "again"})).status_code == 202
        await newsroom.night()
    assert len(receiver.at()) == 2


async def test_replays_of_what_is_not_there(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    made, other = await subscribe(admin, receiver.url()), await subscribe(admin, receiver.url("/other"), "tag.*")
    await happen(newsroom)
    await newsroom.night()
    (item,) = await shown(admin, made)
    for webhook, delivery in ((made, uuid4()), (made, "no-id"), (other, item["id"]), ({"id": uuid4()}, item["id"])):
        assert (await replay(admin, webhook, delivery)).status_code == 404


async def test_what_is_forgotten_after_the_guard_has_looked_is_not_replayed(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    by = Actor(None, "", "user", permissions=frozenset({"webhooks.manage"}))
    for webhook_id, error in ((UUID(made["id"]), DeliveryNotFound), (uuid4(), WebhookNotFound)):
        with pytest.raises(error):
            await newsroom.db.write(service.replay, webhook_id, uuid4(), by=by, at=NOON)


@pytest.mark.parametrize("door", ["test", "replay"])
async def test_nothing_is_owed_to_a_webhook_that_is_off(newsroom: Newsroom, receiver: Receiver, door: str) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await newsroom.night()
    (item,) = await shown(admin, made)
    await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"enabled": False})
    answer = await (push(admin, made) if door == "test" else replay(admin, made, item["id"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "disabled")
    await newsroom.night()
    assert len(receiver.at()) == 1


# --- forgetting


async def test_what_came_to_its_end_is_forgotten_after_a_month(
    newsroom: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_BATCH", 2)
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/hook", *[204] * 5, 410)
    made = await subscribe(admin, receiver.url())
    await push(admin, made)
    for _ in range(4):
        await happen(newsroom)
    await newsroom.night()
    await pass_time(newsroom, days=1)
    again = next(delivery for delivery in await log(newsroom) if delivery.event != "webhook.test")
    assert (await replay(admin, made, again.id)).status_code == 202
    await newsroom.night()  # waits for good, because the receiver is gone
    assert [delivery.state.value for delivery in await log(newsroom)].count("waiting") == 1
    await pass_time(newsroom, days=28, hours=23)
    assert len(await log(newsroom)) == 5
    await pass_time(newsroom, hours=13)
    assert [delivery.id for delivery in await log(newsroom)] == [again.id]


async def test_a_replayed_delivery_is_kept_for_a_month_more(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom)
    await pass_time(newsroom)
    await pass_time(newsroom, days=20)
    admin = await newsroom.staff("admin")
    await replay(admin, made, (await log(newsroom))[0].id)
    await pass_time(newsroom)
    await pass_time(newsroom, days=20)
    assert len(await log(newsroom)) == 1
    await pass_time(newsroom, days=11)
    assert await log(newsroom) == []
