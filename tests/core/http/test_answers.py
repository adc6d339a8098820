"""Creating POSTs can be repeated safely: one key, one thing, the same answer for a day."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session, col, func, select, update

from app.core.clock import now
from app.core.http.answers import KEPT, KeptAnswer, forget_answers, sweep
from tests.core.http.planted import made
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

PATH = "/v1/planted"
KEY = {"Idempotency-Key": "a-key-1"}


def same(first: httpx.Response, again: httpx.Response) -> bool:
    """Whether the second is the first once more, and says so."""
    assert "idempotent-replayed" not in first.headers
    return (
        again.headers.get("idempotent-replayed") == "true"
        and (again.status_code, again.content) == (first.status_code, first.content)
        and [again.headers[name] for name in ("location", "etag", "content-type")]
        == [first.headers[name] for name in ("location", "etag", "content-type")]
    )


async def test_the_first_answer_comes_again_secrets_included(doors: Newsroom) -> None:
    first = await doors.reader.post(PATH, json={"title": "خبر"}, headers=KEY)
    assert (first.status_code, first.json()["title"]) == (201, "خبر")
    assert first.json()["edit_token"]
    for _ in range(2):
        assert same(first, await doors.reader.post(PATH, json={"title": "خبر"}, headers=KEY))
    assert await made(doors) == 1


async def test_no_secret_is_kept(doors: Newsroom) -> None:
    first = await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)

    def stored(session: Session) -> list[str]:
        return [str(row.model_dump()) for row in session.exec(select(KeptAnswer))]

    (row,) = await doors.stored(stored)
    assert first.json()["edit_token"] not in row
    assert first.json()["id"] in row
    assert KEY["Idempotency-Key"] not in row


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"title":"y"}', "/header/Idempotency-Key"),
        (b'{"title": "x"}', "/header/Idempotency-Key"),
        (b"{}", "/body/title"),
    ],
)
async def test_another_body_is_refused(doors: Newsroom, body: bytes, pointer: str) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    first = await doors.reader.post(PATH, content=b'{"title":"x"}', headers=headers)
    answer = await doors.reader.post(PATH, content=body, headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "idempotent-replayed" not in answer.headers
    assert same(first, await doors.reader.post(PATH, content=b'{"title":"x"}', headers=headers))
    assert await made(doors) == 1


async def test_without_a_key_each_post_makes_one(doors: Newsroom) -> None:
    answers = [await doors.reader.post(PATH, json={"title": "x"}) for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 2
    assert await made(doors) == 2

    def kept(session: Session) -> int:
        return session.exec(select(func.count(col(KeptAnswer.key)))).one()

    assert await doors.stored(kept) == 0


async def test_persons_and_paths_have_keys_of_their_own(doors: Newsroom) -> None:
    nour, sami = await doors.staff("editor"), await doors.staff("editor")
    body = {"title": "x"}
    answers = [
        await doors.reader.post(PATH, json=body, headers=KEY),
        await nour.post("/v1/editor/planted", json=body, headers=KEY),
        await sami.post("/v1/editor/planted", json=body, headers=KEY),
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 3
    assert same(answers[1], await nour.post("/v1/editor/planted", json=body, headers=KEY))
    assert await made(doors) == 3


@pytest.mark.parametrize("host", ["other.example", "other.example/v1/x?"])
async def test_the_host_is_no_part_of_it(doors: Newsroom, host: str) -> None:
    first = await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)
    assert same(first, await doors.reader.post(PATH, json={"title": "x"}, headers=KEY | {"Host": host}))


async def test_keys_tell_their_case(doors: Newsroom) -> None:
    for key in ("abc", "ABC", "abc "):
        await doors.reader.post(PATH, json={"title": "x"}, headers={"Idempotency-Key": key})
    assert await made(doors) == 2  # the space is no part of a header's value


async def test_after_a_day_the_key_is_new(doors: Newsroom) -> None:
    start = now()
    doors.set_clock(start)
    first = await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)
    doors.set_clock(start + KEPT - timedelta(seconds=1))
    assert same(first, await doors.reader.post(PATH, json={"title": "x"}, headers=KEY))
    doors.set_clock(start + KEPT)
    second = await doors.reader.post(PATH, json={"title": "another"}, headers=KEY)
    assert (second.status_code, second.json()["title"]) == (201, "another")
    assert second.json()["id"] != first.json()["id"]
    assert same(second, await doors.reader.post(PATH, json={"title": "another"}, headers=KEY))


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("x", 201),
        ("!~" * 64, 201),
        ("", 400),
        ("x" * 129, 400),
        ("two words", 400),
        ("tab\there", 400),
        ("مفتاح", 400),
        ("caf\xe9", 400),
    ],
)
async def test_keys_are_visible_ascii(doors: Newsroom, key: str, status: int) -> None:
    answer = await doors.reader.post(PATH, json={"title": "x"}, headers={b"Idempotency-Key": key.encode()})
    assert answer.status_code == status
    assert await made(doors) == (1 if status == 201 else 0)


@pytest.mark.parametrize(("body", "status"), [({"title": "taken"}, 409), ({"title": 1}, 422)])
async def test_refusals_are_not_kept(doors: Newsroom, body: dict[str, object], status: int) -> None:
    for _ in range(2):
        answer = await doors.reader.post(PATH, json=body, headers=KEY)
        assert answer.status_code == status
        assert "idempotent-replayed" not in answer.headers
    assert (await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)).status_code == 201


async def test_ten_at_once_make_one(doors: Newsroom) -> None:
    answers = await asyncio.gather(*(doors.reader.post(PATH, json={"title": "x"}, headers=KEY) for _ in range(10)))
    assert await made(doors) == 1
    done = [answer for answer in answers if answer.status_code == 201]
    running = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(running) == 10
    assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
    assert len({answer.content for answer in done}) == 1
    for answer in running:
        assert answer.json()["code"] == "still_running"
        assert int(answer.headers["retry-after"]) >= 1


async def test_ten_keys_at_once_make_ten(doors: Newsroom) -> None:
    answers = await asyncio.gather(
        *(doors.reader.post(PATH, json={"title": "x"}, headers={"Idempotency-Key": f"k{n}"}) for n in range(10))
    )
    assert [answer.status_code for answer in answers] == [201] * 10
    assert await made(doors) == 10


async def test_whoever_is_erased_comes_back_in_no_repetition(doors: Newsroom) -> None:
    first = await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)
    await doors.db.write(forget_answers, UUID(first.json()["id"]))
    assert not same(first, await doors.reader.post(PATH, json={"title": "x"}, headers=KEY))


async def test_old_answers_are_given_no_more_and_swept(doors: Newsroom) -> None:
    await doors.reader.post(PATH, json={"title": "x"}, headers=KEY)

    def age(session: Session) -> None:
        session.execute(update(KeptAnswer).values(created_at=now() - KEPT - timedelta(seconds=1)))

    def kept(session: Session) -> int:
        return session.exec(select(func.count(col(KeptAnswer.key)))).one()

    await doors.db.write(age)
    again = await doors.reader.post(PATH, json={"title": "y"}, headers=KEY)
    assert (again.status_code, again.headers.get("idempotent-replayed")) == (201, None)
    await doors.db.write(age)
    await doors.db.write(sweep, at=now())
    assert await doors.stored(kept) == 0
