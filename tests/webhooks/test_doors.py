"""Making, reading, changing and deleting webhooks."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select as plain_select
from sqlmodel import Session

from app import tables
from app.core.actor import system
from app.core.errors import Forbidden
from app.core.ids import new_id
from app.webhooks import messages, service
from app.webhooks.models import Endpoint
from app.webhooks.schemas import WebhookCreate
from tests.newsroom import Newsroom
from tests.receiver import DROP, Receiver
from tests.webhooks.hooks import NOON, WEBHOOKS, diary, happen, pass_time, row, subscribe

pytestmark = pytest.mark.anyio

URL = "https://hooks.example.org/masthead"


async def test_a_new_webhook_hears_what_is_public_and_shows_its_secret_once(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    answer = await admin.post(WEBHOOKS, json={"url": URL, "description": "  يبني   الموقع "})
    made = answer.json()
    secret = made.pop("secret")
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{WEBHOOKS}/{made['id']}")
    assert answer.headers["ETag"] == '"1"'
    assert made == {
        "id": made["id"],
        "url": URL,
        "description": "يبني الموقع",
        "events": ["*"],
        "enabled": True,
        "disabled_reason": None,
        "generation": 1,
        "rotated_at": None,
        "failures": 0,
        "failing_since": None,
        "retry_at": None,
        "created_at": "2026-11-22T12:00:00Z",
        "created_by": str(admin.user_id),
        "updated_at": "2026-11-22T12:00:00Z",
    }
    assert secret == messages.secret(newsroom.app.state.keys, UUID(made["id"]), 1)
    shown = await admin.get(answer.headers["Location"])
    assert (shown.json(), shown.headers["ETag"]) == (made, '"1"')
    assert (await admin.get(WEBHOOKS)).json() == {"items": [made], "next": None}
    assert [(event.name, event.actor_id, event.data) for event in await diary(newsroom, "webhook.")] == [
        ("webhook.created", admin.user_id, {})
    ]


async def test_secrets_are_as_long_as_they_should_be_and_each_its_own(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    secrets = {(await subscribe(admin, URL))["secret"] for _ in range(3)}
    assert len(secrets) == 3
    assert {len(secret) for secret in secrets} == {len("whsec_") + 44}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/body/url", "missing"),
        ({"url": ""}, "/body/url", "string_too_short"),
        ({"url": 7}, "/body/url", "string_type"),
        ({"url": None}, "/body/url", "string_type"),
        ({"url": "ftp://hooks.example.org/"}, "/body/url", "not_allowed"),
        ({"url": "https://user:word@hooks.example.org/"}, "/body/url", "not_allowed"),
        ({"url": "https://hooks.example.org/#part"}, "/body/url", "not_allowed"),
        ({"url": "https://hooks.example.org/" + "x" * 2_000}, "/body/url", "string_too_long"),
        ({"url": "https://10.0.0.1/"}, "/body/url", "not_allowed"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "/body/url", "not_allowed"),
        ({"url": "http://[::1]/"}, "/body/url", "not_allowed"),
        ({"url": "http://2130706433/"}, "/body/url", "not_allowed"),
        ({"url": "https://hooks.example.org:25/"}, "/body/url", "not_allowed"),
        ({"url": URL, "events": []}, "/body/events", "too_short"),
        ({"url": URL, "events": "*"}, "/body/events", "list_type"),
        ({"url": URL, "events": ["*", "user.joined"]}, "/body/events/1", "log_only"),
        ({"url": URL, "events": ["post.exploded"]}, "/body/events/0", "unknown_event"),
        ({"url": URL, "events": [7]}, "/body/events/0", "string_type"),
        ({"url": URL, "events": ["post.*"] * 101}, "/body/events", "too_long"),
        ({"url": URL, "description": "x" * 301}, "/body/description", "string_too_long"),
        ({"url": URL, "description": "a\nb"}, "/body/description", "value_error"),
        ({"url": URL, "secret": "whsec_mine"}, "/body/secret", "extra_forbidden"),
        ({"url": URL, "position": 0}, "/body/position", "extra_forbidden"),
        ({"url": URL, "enabled": False}, "/body/enabled", "extra_forbidden"),
    ],
)
async def test_what_cannot_be_made(newsroom: Newsroom, body: dict[str, Any], pointer: str, code: str) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.post(WEBHOOKS, json=body)
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert (await admin.get(WEBHOOKS)).json()["items"] == []


async def test_an_address_is_kept_in_its_one_spelling_and_patterns_once_each(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, "HTTPS://Hooks.Example.ORG:443/Path?q=1", "post.*", "*", "post.*")
    assert (made["url"], made["events"]) == ("https://hooks.example.org/Path?q=1", ["post.*", "*"])


async def test_the_network_that_the_operator_allows_may_be_named(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    assert (await subscribe(admin, "http://127.0.0.1:8080/x"))["url"] == "http://127.0.0.1:8080/x"


async def test_a_repeated_request_makes_one_webhook_and_shows_the_same_secret(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    headers = {"Idempotency-Key": "one-hook"}
    first, again = [await admin.post(WEBHOOKS, json={"url": URL}, headers=headers) for _ in range(2)]
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json() == first.json()
    assert again.json()["secret"].startswith("whsec_")
    other = await admin.post(WEBHOOKS, json={"url": URL + "/2"}, headers=headers)
    assert other.status_code == 422
    assert len((await admin.get(WEBHOOKS)).json()["items"]) == 1


async def test_fifty_are_enough(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")

    def fill(session: Session) -> None:
        facts: dict[str, Any] = {"url": URL, "events": ["*"], "position": 0, "created_at": NOON, "updated_at": NOON}
        session.add_all(Endpoint(id=new_id(), **facts) for _ in range(48))

    await newsroom.db.write(fill)
    answers = await asyncio.gather(*(admin.post(WEBHOOKS, json={"url": URL}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"too_many_webhooks"}


async def test_the_list_is_paged_in_the_order_of_making(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    made = [(await subscribe(admin, f"{URL}/{number}"))["id"] for number in range(5)]
    found: list[str] = []
    url: str | None = f"{WEBHOOKS}?limit=2"
    sizes = []
    while url:
        page = await admin.get(url)
        items = page.json()["items"]
        sizes.append(len(items))
        found += [item["id"] for item in items]
        url = page.links["next"]["url"] if "next" in page.links else None
    assert (found, sizes) == (made, [2, 2, 1])
    assert (await admin.get(f"{WEBHOOKS}?cursor=bm90IG91cnM")).status_code == 422


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_what_is_not_there(newsroom: Newsroom, method: str) -> None:
    admin = await newsroom.staff("admin")
    for unknown in (uuid4(), "no-id"):
        body: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
        answer = await admin.request(method, f"{WEBHOOKS}/{unknown}", **body)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_a_patch_is_merged_and_moves_the_version_when_it_changes_something(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, URL)
    one = f"{WEBHOOKS}/{made['id']}"
    steps: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({}, {}, '"1"'),
        ({"url": URL, "events": ["*"], "enabled": True, "description": ""}, {}, '"1"'),
        ({"description": "بناء"}, {"description": "بناء"}, '"2"'),
        ({"events": ["post.*", "post.*"]}, {"events": ["post.*"]}, '"3"'),
        ({"url": "https://other.example.org"}, {"url": "https://other.example.org/"}, '"4"'),
        ({"enabled": False}, {"enabled": False, "disabled_reason": "by_hand"}, '"5"'),
        ({"enabled": True}, {"enabled": True, "disabled_reason": None}, '"6"'),
    ]
    expected = {name: value for name, value in made.items() if name != "secret"}
    for patch, changes, etag in steps:
        expected |= changes
        answer = await admin.patch(one, json=patch, headers={"Content-Type": "application/merge-patch+json"})
        assert (answer.status_code, answer.headers["ETag"]) == (200, etag)
        assert answer.json() == expected == (await admin.get(one)).json()
    assert [(event.name, event.data) for event in await diary(newsroom, "webhook.")] == [
        ("webhook.created", {}),
        ("webhook.changed", {"keys": ["description"]}),
        ("webhook.changed", {"keys": ["events"]}),
        ("webhook.changed", {"keys": ["url"]}),
        ("webhook.disabled", {"keys": ["enabled"]}),
        ("webhook.changed", {"keys": ["enabled"]}),
    ]


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"url": "http://10.0.0.1/"}, "/body/url"),
        ({"url": ""}, "/body/url"),
        ({"url": None}, "/body/url"),
        ({"events": []}, "/body/events"),
        ({"events": ["key.created"]}, "/body/events/0"),
        ({"events": None}, "/body/events"),
        ({"enabled": "true"}, "/body/enabled"),
        ({"enabled": None}, "/body/enabled"),
        ({"description": None}, "/body/description"),
        ({"secret": "whsec_mine"}, "/body/secret"),
        ({"failures": 0}, "/body/failures"),
        ({"generation": 1}, "/body/generation"),
        ({"version": 1}, "/body/version"),
    ],
)
async def test_what_cannot_be_changed(newsroom: Newsroom, patch: dict[str, Any], pointer: str) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, URL)
    answer = await admin.patch(f"{WEBHOOKS}/{made['id']}", json=patch)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert (await row(newsroom, made)).version == 1


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 200), ("*", 200), ('"1"', 200), ('W/"1"', 200), ('"2"', 412), ("2", 400)]
)
@pytest.mark.parametrize("door", ["PATCH", "DELETE", "rotation"])
async def test_if_match_is_honoured_and_not_needed(
    newsroom: Newsroom, door: str, if_match: str | None, status: int
) -> None:
    admin = await newsroom.staff("admin")
    one = f"{WEBHOOKS}/{(await subscribe(admin, URL))['id']}"
    headers = {} if if_match is None else {"If-Match": if_match}
    if door == "PATCH":
        answer = await admin.patch(one, json={"description": "new"}, headers=headers)
    elif door == "DELETE":
        answer = await admin.delete(one, headers=headers)
    else:
        answer = await admin.post(f"{one}/rotation", headers=headers)
    assert answer.status_code == (204 if (door, status) == ("DELETE", 200) else status)
    if status == 412:
        assert answer.json()["current"]["etag"] == '"1"'


async def test_a_deleted_webhook_leaves_nothing(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/gone", DROP)
    kept, gone = await subscribe(admin, receiver.url("/kept")), await subscribe(admin, receiver.url("/gone"))
    await happen(newsroom)
    await pass_time(newsroom)
    answer = await admin.delete(f"{WEBHOOKS}/{gone['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await admin.get(f"{WEBHOOKS}/{gone['id']}")).status_code == 404
    assert (await admin.delete(f"{WEBHOOKS}/{gone['id']}")).status_code == 404
    assert [item["id"] for item in (await admin.get(WEBHOOKS)).json()["items"]] == [kept["id"]]
    assert (await diary(newsroom, "webhook."))[-1].name == "webhook.deleted"
    await pass_time(newsroom, hours=1)  # its jobs find nothing and say nothing
    assert (len(receiver.at("/gone")), len(receiver.at("/kept"))) == (1, 1)
    assert await diary(newsroom, "job.") == []


async def test_the_verbs_ask_again_who_may(newsroom: Newsroom) -> None:
    made = await subscribe(await newsroom.staff("admin"), URL)
    editor = await newsroom.staff("editor")
    assert (await editor.get(f"{WEBHOOKS}/{made['id']}")).status_code == 403
    with pytest.raises(Forbidden):
        await newsroom.db.write(service.create, WebhookCreate(url=URL), allowed=(), by=system("nobody"), at=NOON)


async def test_no_table_and_no_log_has_a_secret(
    newsroom: Newsroom, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.script("/hook", DROP)
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    headers = {"Idempotency-Key": "kept-answers"}
    made = (await admin.post(WEBHOOKS, json={"url": receiver.url()}, headers=headers)).json()
    turned = (await admin.post(f"{WEBHOOKS}/{made['id']}/rotation", headers=headers)).json()
    await happen(newsroom)
    await pass_time(newsroom)

    def dump(session: Session) -> str:
        rows = [session.execute(plain_select(table)).all() for table in tables.metadata.sorted_tables]
        return repr(rows)

    everything = json.dumps(await newsroom.stored(dump)) + "".join(capfd.readouterr())
    assert made["id"] in everything
    for secret in (made["secret"], turned["secret"]):
        assert secret.removeprefix("whsec_") not in everything
        assert secret.removeprefix("whsec_")[:20] not in everything
