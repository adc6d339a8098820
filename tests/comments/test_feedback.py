"""What readers think of a comment: recommended once each, reported once each, held back once."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import select

from app.comments import workflow
from app.comments.models import Comment, Recommendation, Report, Status
from app.core.http.limits import Limiter
from app.publications.models import CommentsMode
from tests.comments.talk import (
    DECISIONS,
    NOON,
    QUEUE,
    THREAD,
    bearer,
    decide,
    events,
    one,
    open_thread,
    plant,
    plant_tree,
    reader_at,
    say,
    set_policy,
)
from tests.contact.letters import everything
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

Headers = dict[str, str]


async def key(newsroom: Newsroom) -> Headers:
    """The header of a reader who was not here before."""
    answer = await newsroom.reader.post("/v1/readers")
    return {"Reader-Key": answer.json()["reader_key"]}


def of(comment_id: UUID | str, what: str = "recommendation") -> str:
    return f"/v1/comments/{comment_id}/{what}"


def unlimited(newsroom: Newsroom) -> None:
    newsroom.app.state.limiter = Limiter(newsroom.app.state.keys, on=False)


# --- recommendations


async def test_a_recommendation_counts_once_and_can_be_taken_back(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "شكرًا للبحّارة.")
    salma, basma = await key(newsroom), await key(newsroom)
    steps = [
        ("PUT", salma, 1, True),
        ("PUT", salma, 1, True),
        ("PUT", basma, 2, True),
        ("DELETE", salma, 1, False),
        ("DELETE", salma, 1, False),
        ("PUT", salma, 2, True),
    ]
    for method, reader, count, recommended in steps:
        answer = await newsroom.reader.request(method, of(comment), headers=reader)
        told = {"recommendations": count, "recommended": recommended}
        assert (answer.status_code, answer.json()) == (200, told), (method, reader)
        assert (await newsroom.reader.get(THREAD)).json()["items"][0]["recommendations"] == count
    row = await one(newsroom, comment)
    assert row is not None
    assert (row.recommendations, row.version) == (2, 1)


async def test_the_most_recommended_stand_on_top(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    first, second = [await plant(newsroom, post_id, body) for body in ("First.", "Second.")]
    await newsroom.reader.put(of(first), headers=await key(newsroom))

    async def top() -> list[str]:
        return [item["id"] for item in (await newsroom.reader.get(THREAD, params={"sort": "top"})).json()["items"]]

    assert await top() == [str(first), str(second)]
    for _ in range(2):
        await newsroom.reader.put(of(second), headers=await key(newsroom))
    assert await top() == [str(second), str(first)]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_without_a_key_nobody_can_recommend(newsroom: Newsroom, method: str) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    for headers in ({}, {"Reader-Key": "forged"}, {"Cookie": "reader=1"}):
        assert (await newsroom.reader.request(method, of(comment), headers=headers)).status_code == 400
    assert (await newsroom.reader.post("/v1/comments/recommended", json={"ids": []})).status_code == 400


async def test_other_sites_may_ask_for_it(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    asks = {"Origin": "https://front.example", "Access-Control-Request-Method": "PUT"}
    preflight = await newsroom.reader.options(
        of(comment), headers=asks | {"Access-Control-Request-Headers": "reader-key"}
    )
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "Reader-Key" in preflight.headers["access-control-allow-headers"]
    answer = await newsroom.reader.put(of(comment), headers=await key(newsroom) | {"Origin": "https://front.example"})
    assert (answer.headers["access-control-allow-origin"], "set-cookie" in answer.headers) == ("*", False)


async def test_a_reader_learns_what_they_recommended(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    ids = [str(await plant(newsroom, post_id, f"{number}")) for number in range(3)]
    salma, basma = await key(newsroom), await key(newsroom)
    for comment_id in (ids[2], ids[0]):
        await newsroom.reader.put(of(comment_id), headers=salma)
    await newsroom.reader.put(of(ids[1]), headers=basma)
    asked = {"ids": [*ids, str(uuid4()), ids[0]]}
    mine = await newsroom.reader.post("/v1/comments/recommended", json=asked, headers=salma)
    assert (mine.json(), mine.headers["cache-control"]) == ({"recommended": [ids[0], ids[2]]}, "no-store")
    theirs = await newsroom.reader.post("/v1/comments/recommended", json=asked, headers=basma)
    assert theirs.json() == {"recommended": [ids[1]]}
    assert "recommended" not in (await newsroom.reader.get(THREAD, headers=salma)).text


@pytest.mark.parametrize("body", [{}, {"ids": ["x"]}, {"ids": [str(uuid4())] * 101}, {"ids": [], "reader": "x"}])
async def test_what_cannot_be_asked(newsroom: Newsroom, body: Any) -> None:
    answer = await newsroom.reader.post("/v1/comments/recommended", json=body, headers=await key(newsroom))
    assert answer.status_code == 422


async def test_rows_of_one_reader_cannot_be_put_together(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    reader = await key(newsroom)
    for number in range(2):
        comment = await plant(newsroom, post_id, f"{number}")
        await newsroom.reader.put(of(comment), headers=reader)
        await newsroom.reader.post(of(comment, "reports"), json={"reason": "spam"}, headers=reader)
    likes = await newsroom.stored(lambda session: session.exec(select(Recommendation.reader)).all())
    reports = await newsroom.stored(lambda session: session.exec(select(Report.reporter)).all())
    assert len({*likes, *reports}) == 4
    subject = newsroom.app.state.keys.subject("reader", reader["Reader-Key"])
    dump = str(await everything(newsroom))
    assert reader["Reader-Key"] not in dump
    assert str(subject) not in dump


async def unseen(newsroom: Newsroom) -> list[UUID]:
    """Comments that nobody can point at."""
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    await decide(await newsroom.staff("moderator"), planted["root"], "reject", reason="abusive")
    held = await plant(newsroom, post_id, "held", status=Status.PENDING)
    hidden = await plant(newsroom, await open_thread(newsroom, "hidden", comments=CommentsMode.HIDDEN), "hidden")
    return [planted["root"], held, hidden, uuid4()]


@pytest.mark.parametrize(
    ("method", "what"), [("PUT", "recommendation"), ("DELETE", "recommendation"), ("POST", "reports")]
)
async def test_only_what_everyone_sees(newsroom: Newsroom, method: str, what: str) -> None:
    reader = await key(newsroom)
    body: dict[str, Any] = {"json": {"reason": "spam"}} if what == "reports" else {}
    for comment in await unseen(newsroom):
        answer = await newsroom.reader.request(method, of(comment, what), headers=reader, **body)
        assert answer.status_code == 404, comment
    assert (await newsroom.reader.request(method, of("x", what), headers=reader, **body)).status_code == 404


async def test_fifty_readers_at_once(newsroom: Newsroom) -> None:
    unlimited(newsroom)
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    readers = [await key(newsroom) for _ in range(50)]
    answers = await asyncio.gather(*(newsroom.reader.put(of(comment), headers=reader) for reader in readers))
    assert sorted(answer.json()["recommendations"] for answer in answers) == list(range(1, 51))
    await asyncio.gather(*(newsroom.reader.delete(of(comment), headers=reader) for reader in readers[:20]))
    row = await one(newsroom, comment)
    assert row is not None
    assert row.recommendations == 30


async def test_one_reader_fifty_times_at_once(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    reader = await key(newsroom)
    answers = await asyncio.gather(*(newsroom.reader.put(of(comment), headers=reader) for _ in range(50)))
    assert {(answer.status_code, answer.json()["recommendations"]) for answer in answers} == {(200, 1)}


async def test_keys_made_in_bulk_do_not_help(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    comment, other = await plant(newsroom, post_id, "A."), await plant(newsroom, post_id, "B.")
    readers = [await key(newsroom) for _ in range(22)]
    found = [(await newsroom.reader.put(of(comment), headers=reader)).status_code for reader in readers]
    assert found == [200] * 20 + [429] * 2
    assert (await newsroom.reader.put(of(other), headers=readers[0])).status_code == 200
    async with AsyncExitStack() as stack:
        neighbour = await stack.enter_async_context(reader_at(newsroom, "198.51.100.7"))
        assert (await neighbour.put(of(comment), headers=readers[20])).json()["recommendations"] == 21


# --- reports


async def reported(client: httpx.AsyncClient, comment: UUID, headers: Headers | None = None, **more: Any) -> Any:
    """The answer to a report."""
    body = {"reason": "abusive"} | more
    return await client.post(of(comment, "reports"), json=body, headers=headers or {})


async def reported_from(newsroom: Newsroom, comment: UUID, *networks: int) -> None:
    """A report from each of these networks."""
    for network in networks:
        async with reader_at(newsroom, f"198.51.{network}.7") as reader:
            assert (await reported(reader, comment, await key(newsroom))).status_code == 202


async def test_a_report_reaches_the_moderators(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    comment, quiet = await plant(newsroom, post_id, "اتصلوا بجارتي."), await plant(newsroom, post_id, "Quiet.")
    answer = await reported(newsroom.reader, comment, await key(newsroom), reason="personal_data", note="رقم جارتي")
    assert (answer.status_code, answer.json()) == (202, {"status": "received"})
    shown = {"reason": "personal_data", "note": "رقم جارتي", "at": "2026-11-22T12:00:00Z"}
    desk = await newsroom.staff("moderator")
    assert (await desk.get(f"{QUEUE}/{comment}")).json()["reports"] == [shown]
    for asked, ids in (("true", [comment]), ("false", [quiet])):
        items = (await desk.get(QUEUE, params={"reported": asked})).json()["items"]
        assert [item["id"] for item in items] == [str(id_) for id_ in ids]
    assert (await events(newsroom))[-1] == "comment.reported"
    assert "جارتي" not in str((await everything(newsroom))["event"])
    assert (await newsroom.reader.get(THREAD)).json()["thread"]["count"] == 2


async def test_notes_of_readers_are_for_those_who_see_identities(newsroom: Newsroom) -> None:
    author = await newsroom.staff("author")
    comment = await plant(newsroom, await open_thread(newsroom, created_by=author.user_id), "A.")
    await reported(newsroom.reader, comment, note="He lives next door.")
    (seen,) = (await author.get(f"{QUEUE}/{comment}")).json()["reports"]
    assert (seen["reason"], seen["note"]) == ("abusive", None)


async def test_each_reader_counts_once(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    reader = await key(newsroom)
    for _ in range(2):
        told = [await reported(newsroom.reader, comment, reader), await reported(newsroom.reader, comment)]
        assert {(answer.status_code, answer.text) for answer in told} == {(202, '{"status":"received"}')}
    assert len(await newsroom.stored(lambda session: session.exec(select(Report)).all())) == 2
    assert (await events(newsroom)).count("comment.reported") == 2
    async with reader_at(newsroom, "198.51.100.7") as elsewhere:
        await reported(elsewhere, comment)
    row = await one(newsroom, comment)
    assert row is not None
    assert row.status is Status.PENDING


async def test_enough_reports_hold_a_comment_once(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    for number in range(3):
        assert (await newsroom.reader.get(of(comment, "").rstrip("/"))).status_code == 200, number
        await reported_from(newsroom, comment, number)
    assert (await newsroom.reader.get(of(comment, "").rstrip("/"))).status_code == 404
    assert (await events(newsroom))[-2:] == ["comment.reported", "comment.held_again"]
    desk = await newsroom.staff("moderator")
    held = (await desk.get(f"{QUEUE}/{comment}")).json()
    assert (held["status"], held["hold_reasons"], len(held["reports"])) == ("pending", ["content"], 3)
    assert held["evidence"] == [{"phase": "reports", "verdict": "hold", "detail": "reports of readers: 3"}]
    assert "status" in await decide(desk, comment, "approve")
    assert (await desk.get(f"{QUEUE}/{comment}")).json()["reports"] == []
    assert (await desk.get(QUEUE, params={"reported": "true"})).json()["items"] == []
    newsroom.set_clock(NOON + timedelta(minutes=2))
    await reported_from(newsroom, comment, 11, 12, 13, 14)
    row = await one(newsroom, comment)
    assert row is not None
    assert (row.status, (await events(newsroom)).count("comment.held_again")) == (Status.PUBLISHED, 1)


async def test_one_network_alone_holds_nothing(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    found = [(await reported(newsroom.reader, comment, await key(newsroom))).status_code for _ in range(4)]
    assert found == [202, 202, 429, 429]
    row = await one(newsroom, comment)
    assert row is not None
    assert row.status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("threshold", "reports", "status"), [(1, 1, "pending"), (2, 1, "published"), (None, 5, "published")]
)
async def test_the_site_says_how_many_are_enough(
    newsroom: Newsroom, threshold: int | None, reports: int, status: str
) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    await set_policy(newsroom, report_threshold=threshold)
    await reported_from(newsroom, comment, *range(reports))
    row = await one(newsroom, comment)
    assert row is not None
    assert row.status == status


LATER = NOON + timedelta(minutes=1)
HELD: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"reviewed_at": NOON}, False),
    ({"reviewed_at": NOON, "edited_at": LATER}, True),
    ({"reviewed_at": LATER, "edited_at": NOON}, False),
    ({"held_by_reports": True}, False),
    ({"staff_id": uuid4()}, False),
    ({"status": Status.PENDING}, False),
]


@pytest.mark.parametrize(("facts", "held"), HELD)
def test_what_reports_hold(facts: dict[str, Any], held: bool) -> None:
    comment = Comment(**{"status": Status.PUBLISHED} | facts)
    assert workflow.reports_hold(comment, 3, 3) == held
    assert not workflow.reports_hold(comment, 2, 3)
    assert not workflow.reports_hold(comment, 99, None)


async def test_what_a_moderator_read_is_not_held_by_reports(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "sometimes")
    mine = await say(newsroom)
    comment_id = mine.json()["comment"]["id"]
    await decide(await newsroom.staff("moderator"), comment_id, "approve")
    await reported_from(newsroom, comment_id, 1, 2, 3)
    assert (await newsroom.reader.get(f"/v1/comments/{comment_id}")).status_code == 200
    newsroom.set_clock(NOON + timedelta(minutes=1))
    await newsroom.reader.patch(f"/v1/comments/{comment_id}", json={"body": "Worse."}, headers=bearer(mine))
    await reported_from(newsroom, comment_id, 4)
    assert (await newsroom.reader.get(f"/v1/comments/{comment_id}")).status_code == 404


async def test_a_decision_taken_back_opens_the_reports_again(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    await reported(newsroom.reader, comment, note="Look.")
    desk = await newsroom.staff("moderator")
    batch = (await decide(desk, comment, "unpublish"))["batch"]
    assert (await desk.get(QUEUE, params={"reported": "true"})).json()["items"] == []
    await desk.post(f"{DECISIONS}/{batch}/undo")
    (item,) = (await desk.get(QUEUE, params={"reported": "true"})).json()["items"]
    assert [found["note"] for found in item["reports"]] == ["Look."]


async def test_reports_at_once_hold_once(newsroom: Newsroom) -> None:
    unlimited(newsroom)
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    readers = [await key(newsroom) for _ in range(12)]
    answers = await asyncio.gather(*(reported(newsroom.reader, comment, reader) for reader in readers))
    assert sorted(answer.status_code for answer in answers) == [202] * 3 + [404] * 9
    names = await events(newsroom)
    assert (names.count("comment.reported"), names.count("comment.held_again")) == (3, 1)
    assert (await newsroom.reader.get(THREAD)).json()["thread"]["count"] == 0


async def test_reports_are_counted_with_other_posts_of_a_network(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    comments = [await plant(newsroom, post_id, f"{number}") for number in range(11)]
    found = [(await reported(newsroom.reader, comment)).status_code for comment in comments]
    assert found == [202] * 10 + [429]


async def test_a_repeated_report_is_answered_again(newsroom: Newsroom) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    await set_policy(newsroom, report_threshold=1)
    headers = {"Idempotency-Key": "r-1"}
    first, again = [await reported(newsroom.reader, comment, headers) for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (202, first.json(), "true")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/reason"),
        ({"reason": "dull"}, "/body/reason"),
        ({"reason": "spam", "note": 7}, "/body/note"),
        ({"reason": "spam", "note": "x" * 1_001}, "/body/note"),
        ({"reason": "spam", "at": "now"}, "/body/at"),
    ],
)
async def test_reports_that_cannot_be_read(newsroom: Newsroom, body: Any, pointer: str) -> None:
    comment = await plant(newsroom, await open_thread(newsroom), "A.")
    answer = await newsroom.reader.post(of(comment, "reports"), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_deleting_a_comment_takes_along_what_hangs_on_it(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    desk = await newsroom.staff("moderator")
    for comment in planted.values():
        await newsroom.reader.put(of(comment), headers=await key(newsroom))
        await reported(newsroom.reader, comment, note="canary-report")
        await desk.post(f"{QUEUE}/{comment}/notes", json={"body": "canary-note"}, headers={"Idempotency-Key": "n"})
    assert str(await everything(newsroom)).count("canary-note") == 4
    await decide(desk, planted["root"], "delete")
    row = await one(newsroom, planted["root"])
    assert row is not None
    assert (row.recommendations, row.reported_at) == (0, None)
    await decide(desk, planted["leaf"], "delete")
    dump = await everything(newsroom)
    assert "canary" not in str(dump)
    assert [dump[table] for table in ("comment", "comment_report", "comment_note", "comment_recommendation")] == [
        []
    ] * 4
