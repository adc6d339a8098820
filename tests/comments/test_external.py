"""The site's own check: asked by a job, signed, for two seconds; its silence leaves a comment to people."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from app.abuse import external, flood
from app.abuse.attempt import Ruling
from app.abuse.external import ruling_of
from app.comments.models import Comment, Status
from app.core.fetch import Answer
from app.core.settings import Settings
from tests.comments.talk import NOON, bearer, decide, events, open_thread, say, set_policy, stored
from tests.newsroom import SECRET, Newsroom
from tests.receiver import STALL, Received, Receiver, receiving

pytestmark = pytest.mark.anyio

CHECK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwq7mTz5bP3uE="


@pytest.fixture
def service() -> Iterator[Receiver]:
    """The site's check; it says that all is well unless told otherwise."""
    with receiving() as server:
        yield server


@pytest.fixture
def settings(database_url: str, service: Receiver) -> Settings:
    """Settings of a site with such a check on the same machine."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        secret_key=SECRET,
        log="off",
        base_url="https://news.example",
        outgoing_allowed=("127.0.0.0/8",),
        comment_check_url=service.url("/check"),
        comment_check_secret=CHECK_SECRET,
    )


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with tests may be slower than a service may be."""
    assert external.SECONDS == 2
    monkeypatch.setattr(external, "SECONDS", 30)


def say_of(service: Receiver, verdict: str) -> None:
    service.script("/check", (200, {"Content-Type": "application/json"}, json.dumps({"verdict": verdict})))


async def posted(newsroom: Newsroom, policy: str = "postmoderate", body: str = "A word", **members: Any) -> Comment:
    """A comment that was sent and stored."""
    await open_thread(newsroom)
    await set_policy(newsroom, policy)
    answer = await say(newsroom, body, **members)
    assert answer.status_code == 202
    return (await stored(newsroom))[-1]


async def after(newsroom: Newsroom) -> Comment:
    """The same when the night shift has asked."""
    await newsroom.night()
    return (await stored(newsroom))[-1]


@pytest.mark.parametrize(
    ("verdict", "status", "reasons", "told"),
    [
        ("pass", Status.PUBLISHED, [], ["comment.received", "comment.published"]),
        ("hold", Status.PENDING, ["content"], ["comment.received"]),
        ("spam", Status.SPAM, ["content"], ["comment.received", "comment.marked_spam"]),
    ],
)
async def test_its_answer_decides(
    newsroom: Newsroom, service: Receiver, verdict: str, status: Status, reasons: list[str], told: list[str]
) -> None:
    say_of(service, verdict)
    first = await posted(newsroom, author_name="سلمى", author_email="salma@example.org")
    assert (first.status, first.hold_reasons) == (Status.PENDING, ["content"])
    row = await after(newsroom)
    assert (row.status, row.hold_reasons) == (status, reasons)
    assert [finding["verdict"] for finding in row.evidence if finding["phase"] == "external"] == [verdict]
    assert await events(newsroom) == told


async def test_what_it_is_told_is_signed_and_names_no_address(newsroom: Newsroom, service: Receiver) -> None:
    say_of(service, "pass")
    row = await posted(newsroom, body="تأخرت العبّارة", author_name="سلمى", author_email="salma@example.org")
    await newsroom.night()
    await newsroom.night()
    (request,) = service.at("/check")
    assert request.is_signed_by(CHECK_SECRET)
    assert request.document["type"] == "comment.check"
    told = {"id": str(row.id), "revision": 1, "locale": "en", "author_name": "سلمى", "body": "تأخرت العبّارة"}
    assert request.document["data"] == told


@pytest.mark.parametrize("trouble", [500, 204, 404, (302, {"Location": "http://example.org"}), STALL])
async def test_its_failure_leaves_the_comment_to_people(
    newsroom: Newsroom, service: Receiver, trouble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == STALL:
        monkeypatch.setattr(external, "SECONDS", 1)
    service.script("/check", trouble)
    await posted(newsroom)
    row = await after(newsroom)
    assert (row.status, row.hold_reasons) == (Status.PENDING, ["content"])
    (finding,) = [finding for finding in row.evidence if finding["phase"] == "external"]
    assert finding["verdict"] == "hold"
    assert finding["detail"].startswith("the external check")
    await newsroom.night()
    assert len(service.at("/check")) <= 1  # once; none when the machine was too busy to connect within the second
    assert (await decide(await newsroom.staff("moderator"), row.id, "approve"))["status"] == "published"


async def test_it_publishes_nothing_that_others_hold(newsroom: Newsroom, service: Receiver) -> None:
    say_of(service, "pass")
    await posted(newsroom, policy="premoderate")
    row = await after(newsroom)
    assert (row.status, row.hold_reasons) == (Status.PENDING, ["content", "site_policy"])


async def test_in_a_flood_it_publishes_nothing(newsroom: Newsroom, service: Receiver) -> None:
    say_of(service, "pass")
    await posted(newsroom)
    for _ in range(2):
        await newsroom.db.write(flood.count_held, 1, at=NOON)
    row = await after(newsroom)
    assert (row.status, row.hold_reasons) == (Status.PENDING, ["flood"])


async def test_a_decision_that_was_faster_stands(newsroom: Newsroom, service: Receiver) -> None:
    say_of(service, "pass")
    row = await posted(newsroom)
    desk = await newsroom.staff("moderator")
    await decide(desk, row.id, "approve")
    await decide(desk, row.id, "unpublish")
    assert (await after(newsroom)).status is Status.PENDING
    assert service.at("/check") == []


async def test_a_decision_while_it_thinks_stands_too(newsroom: Newsroom, service: Receiver) -> None:
    row = await posted(newsroom)

    def reject(_: Received) -> Any:
        def work(session: Any) -> None:
            comment = session.get(Comment, row.id)
            comment.status, comment.version = Status.REJECTED, comment.version + 1

        with newsroom.db.transaction() as session:
            work(session)
        return 200, {"Content-Type": "application/json"}, json.dumps({"verdict": "pass"})

    service.answer_by("/check", reject)
    assert (await after(newsroom)).status is Status.REJECTED


async def test_an_edit_is_asked_about_again(newsroom: Newsroom, service: Receiver) -> None:
    say_of(service, "pass")
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    answer = await say(newsroom, "A word")
    assert (await after(newsroom)).status is Status.PUBLISHED
    say_of(service, "spam")
    path = f"/v1/comments/{answer.json()['comment']['id']}"
    edited = await newsroom.reader.patch(path, json={"body": "Another word"}, headers=bearer(answer))
    assert edited.status_code == 202
    assert (await after(newsroom)).status is Status.SPAM
    assert [request.document["data"]["revision"] for request in service.at("/check")] == [1, 2]


@pytest.mark.parametrize(
    ("status", "body", "ruling"),
    [
        (200, b'{"verdict": "pass"}', Ruling.PASS),
        (200, b'{"verdict": "spam", "detail": "seen before"}', Ruling.SPAM),
        (200, b'{"verdict": "refuse"}', Ruling.HOLD),
        (200, b'{"verdict": ["pass"]}', Ruling.HOLD),
        (200, b'{"verdict": null}', Ruling.HOLD),
        (200, b'["pass"]', Ruling.HOLD),
        (200, b"pass", Ruling.HOLD),
        (200, b"\xff", Ruling.HOLD),
        (200, b"[" * 60_000, Ruling.HOLD),
        (201, b'{"verdict": "pass"}', Ruling.HOLD),
        (200, b'{"verdict": "pass", "detail": {"a": "\\u0000\\n"}}', Ruling.PASS),
    ],
)
def test_only_a_clear_answer_counts(status: int, body: bytes, ruling: Ruling) -> None:
    found, detail = ruling_of(Answer(status, {}, body))
    assert found is ruling
    assert detail.isprintable()
    assert len(detail) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"comment_check_url": "https://check.example/x"},
        {"comment_check_url": "https://check.example/x", "comment_check_secret": "plain"},
        {"comment_check_url": "https://check.example/x", "comment_check_secret": "whsec_c2hvcnQ="},
        {"comment_check_url": "http://127.0.0.1/x", "comment_check_secret": CHECK_SECRET},
        {"comment_check_url": "ftp://check.example/x", "comment_check_secret": CHECK_SECRET},
    ],
)
def test_a_check_without_a_sound_secret_or_address_does_not_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, **wrong)
