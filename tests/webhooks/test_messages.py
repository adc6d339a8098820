"""What goes out: to whom, in which order, with which words, signed by which secrets."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select
from standardwebhooks import Webhook

from app.core.actor import Actor, guest
from app.core.clock import now, wire_time
from app.core.ids import random_id
from app.events.models import Event
from tests.newsroom import Newsroom
from tests.receiver import Receiver
from tests.webhooks.hooks import NOON, WEBHOOKS, diary, happen, jobs, log, pass_time, row, subscribe

pytestmark = pytest.mark.anyio


async def test_a_published_story_is_told_at_once(newsroom: Newsroom, receiver: Receiver) -> None:
    moment = now()
    newsroom.set_clock(moment)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url(), description="يبني الموقع")
    draft = {"title": "أصوات الميناء", "locale": "ar", "body": "تصل القوارب في السادسة."}
    post = (await admin.post("/v1/editor/posts", json=draft)).json()
    await admin.put(f"/v1/editor/posts/{post['id']}/publication", headers={"If-Match": "*"})
    await newsroom.night()
    (request,) = receiver.at()
    (event,) = await diary(newsroom, "post.published")
    assert request.document == {
        "type": "post.published",
        "timestamp": wire_time(moment),
        "origin": "user",
        "data": {
            "id": post["id"],
            "kind": "article",
            "locale": "ar",
            "slug": "أصوات-الميناء",
            "previous_slug": None,
            "revision": 1,
            "url": "https://news.example/ar/%D8%A3%D8%B5%D9%88%D8%A7%D8%AA-%D8%A7%D9%84%D9%85%D9%8A%D9%86%D8%A7%D8%A1",
        },
    }
    assert request.headers["webhook-id"] == f"msg_{event.id.hex}"
    assert request.headers["webhook-timestamp"] == str(int(moment.timestamp()))
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "Masthead-Webhooks"
    assert "أصوات" in request.body.decode()
    verified = Webhook(made["secret"]).verify(request.body, dict(request.headers))
    assert verified == request.document
    (delivery,) = await log(newsroom)
    assert (delivery.state.value, delivery.status, delivery.attempts, delivery.error) == ("delivered", 204, 1, "")
    assert (delivery.created_at, delivery.tried_at, delivery.retry_at) == (moment, moment, None)
    assert 0 <= (delivery.milliseconds or 0) < 15_000


COMMENT = {"post_id": "p", "number": 7, "revision": 2, "status": "published"}
SLUGS = {"slug": "harbour", "previous_slug": "port"}


@pytest.mark.parametrize(
    ("name", "recorded", "told"),
    [
        ("post.unpublished", {"kind": "page", "locale": "en"}, {"kind": "page", "locale": "en"}),
        ("tag.changed", SLUGS, SLUGS),
        ("site.changed", {"keys": ["name"]}, {"keys": ["name"]}),
        ("comment.published", COMMENT | {"undo": True}, COMMENT),
        ("contact.received", {"kind": "message", "reference": "7K3F"}, {"kind": "message", "reference": "7K3F"}),
        ("post.published", {"path": "/en/a b"}, {"url": "https://news.example/en/a%20b"}),
        (
            "post.edited",
            {"revision": 3, "title": "Secret", "byline": "Salma", "email": "s@example.org"},
            {"revision": 3},
        ),
    ],
)
async def test_data_is_thin(
    newsroom: Newsroom, receiver: Receiver, name: str, recorded: dict[str, Any], told: dict[str, Any]
) -> None:
    newsroom.set_clock(NOON)
    await subscribe(await newsroom.staff("admin"), receiver.url(), name)
    someone = Actor(uuid4(), "Basma", "user", request_id="request-1")

    subject = await happen(newsroom, name, by=someone, **recorded)
    await newsroom.night()
    (request,) = receiver.at()
    assert request.document == {
        "type": name,
        "timestamp": "2026-11-22T12:00:00Z",
        "origin": "user",
        "data": {"id": str(subject)} | told,
    }
    assert str(someone.id) not in request.body.decode()


async def test_what_is_about_nothing_has_no_id(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    await subscribe(admin, receiver.url())
    answer = await admin.patch("/v1/editor/site", json={"tagline": {"en": "News"}}, headers={"If-Match": "*"})
    assert answer.status_code == 200
    await newsroom.night()
    assert receiver.at()[0].document["data"] == {"keys": ["tagline"]}


@pytest.mark.parametrize(
    ("events", "heard"),
    [
        ((), ["post.published", "comment.published"]),
        (("*",), ["post.published", "comment.published"]),
        (("post.*",), ["post.created", "post.published"]),
        (("post.created", "comment.*"), ["post.created", "comment.published"]),
        (("contact.received", "tag.merged"), ["contact.received"]),
        (("flood.*",), []),
    ],
)
async def test_who_hears_what(
    newsroom: Newsroom, receiver: Receiver, events: tuple[str, ...], heard: list[str]
) -> None:
    await subscribe(await newsroom.staff("admin"), receiver.url(), *events)
    for name in ("post.created", "user.joined", "post.published", "contact.received", "comment.published"):
        await happen(newsroom, name)
    await newsroom.night()
    assert receiver.names() == heard


async def test_nobody_hears_of_what_was_imported_or_came_before(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    await happen(newsroom, "post.published")
    made = await subscribe(admin, receiver.url())
    await happen(newsroom, "post.published", by=Actor(None, "archive", "import"))
    await happen(newsroom, "post.corrected", by=guest())
    await newsroom.night()
    assert receiver.names() == ["post.corrected"]
    assert [delivery.endpoint_id for delivery in await log(newsroom)] == [UUID(made["id"])]


async def test_each_hears_all_in_order_however_long_the_line(
    newsroom: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.webhooks.tasks.MOST_IN_A_RUN", 5)
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    for path in ("/one", "/two"):
        await subscribe(admin, receiver.url(path))
    subjects = [str(await happen(newsroom)) for _ in range(11)]
    await newsroom.night()
    for path in ("/one", "/two"):
        assert [request.document["data"]["id"] for request in receiver.at(path)] == subjects
    assert len({request.id for request in receiver.at("/one")}) == 11
    assert {request.id for request in receiver.at("/one")} == {request.id for request in receiver.at("/two")}
    assert (await row(newsroom, (await admin.get(WEBHOOKS)).json()["items"][0])).failures == 0


async def test_a_long_run_stops_for_others_and_goes_on(
    newsroom: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.webhooks.tasks.RUN_SECONDS", 0.0)
    await subscribe(await newsroom.staff("admin"), receiver.url())
    for _ in range(3):
        await happen(newsroom)
    await newsroom.night()
    assert len(receiver.at()) == 3


async def test_for_a_day_after_a_rotation_both_secrets_sign(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    one = f"{WEBHOOKS}/{made['id']}"
    await pass_time(newsroom, hours=1)
    answer = await admin.post(f"{one}/rotation")
    turned = answer.json()
    secret = turned["secret"]
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert secret != made["secret"]
    assert turned == made | {
        "secret": secret,
        "generation": 2,
        "rotated_at": "2026-11-22T13:00:00Z",
        "updated_at": "2026-11-22T13:00:00Z",
    }
    assert (await diary(newsroom, "webhook.changed"))[0].data == {"keys": ["secret"]}
    signed = []
    for span in (timedelta(0), timedelta(hours=23, minutes=59, seconds=59), timedelta(seconds=1)):
        await happen(newsroom)
        await pass_time(newsroom, seconds=span.total_seconds())
        request = receiver.at()[-1]
        count = len(request.headers["webhook-signature"].split(" "))
        signed.append((request.is_signed_by(secret), request.is_signed_by(made["secret"]), count))
    assert signed == [(True, True, 2), (True, True, 2), (True, False, 1)]


async def test_the_second_rotation_of_a_day_ends_the_first_secret(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, receiver.url())
    second, third = [(await admin.post(f"{WEBHOOKS}/{made['id']}/rotation")).json()["secret"] for _ in range(2)]
    await happen(newsroom)
    await newsroom.night()
    (request,) = receiver.at()
    assert [request.is_signed_by(secret) for secret in (made["secret"], second, third)] == [False, True, True]


async def test_a_repeated_rotation_turns_once_and_shows_its_own_secret(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    made = await subscribe(admin, "https://hooks.example.org/")
    turn = f"{WEBHOOKS}/{made['id']}/rotation"
    first = await admin.post(turn, headers={"Idempotency-Key": "turn"})
    later = (await admin.post(turn)).json()
    again = await admin.post(turn, headers={"Idempotency-Key": "turn"})
    assert (again.status_code, again.headers["Idempotent-Replayed"], again.json()) == (200, "true", first.json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (later["generation"], later["secret"] != again.json()["secret"]) == (3, True)


async def test_each_webhook_has_a_secret_of_its_own(newsroom: Newsroom, receiver: Receiver) -> None:
    admin = await newsroom.staff("admin")
    one, two = [await subscribe(admin, receiver.url(path)) for path in ("/one", "/two")]
    await happen(newsroom)
    await newsroom.night()
    assert receiver.at("/one")[0].is_signed_by(one["secret"])
    assert not receiver.at("/one")[0].is_signed_by(two["secret"])


# --- tips

TIP = {"kind": "tip", "body": "وثائق عن الميناء"}


async def test_a_tip_is_told_when_its_day_is_over_with_its_id_alone(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    await subscribe(await newsroom.staff("admin"), receiver.url(), "contact.*")
    assert (await newsroom.reader.post("/v1/contact", json=TIP)).status_code == 202
    await pass_time(newsroom, hours=11, minutes=59)
    assert receiver.at() == []
    moment = await pass_time(newsroom, minutes=11)
    (request,) = receiver.at()
    (event,) = await diary(newsroom, "contact.received")
    assert request.document == {
        "type": "contact.received",
        "timestamp": "2026-11-22T00:00:00Z",
        "data": {"id": str(event.subject_id)},
    }
    (delivery,) = await log(newsroom)
    assert (delivery.id.version, delivery.event_id.version) == (4, 4)
    assert delivery.created_at == delivery.tried_at == moment


async def test_nothing_is_owed_for_a_tip_on_its_day(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    await subscribe(await newsroom.staff("admin"), receiver.url(), "contact.*")
    await happen(newsroom, "contact.received", random_id(), private=True)
    assert await jobs(newsroom) == []
    await happen(newsroom, "contact.received", kind="message")
    await pass_time(newsroom, minutes=30)
    assert [request.document["data"].get("kind") for request in receiver.at()] == ["message"]
    events = await newsroom.stored(lambda session: list(_unplaced(session)))
    assert [event.private for event in events] == [True]


def _unplaced(session: Session) -> list[Event]:
    return list(session.exec(select(Event).where(col(Event.position).is_(None))))
