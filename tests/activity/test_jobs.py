"""The queue as admins see it: what was given up, trying it again, dropping it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from app.core.clock import day_of, now, wire_time
from app.core.ids import random_id
from app.events.models import Event
from app.jobs import service
from app.jobs.errors import Hopeless
from app.jobs.models import Job, JobState
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.reactions import TASKS
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

JOBS = "/v1/editor/jobs"


class Trouble:
    """A task that is hopeless until it is mended."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.mended = False

    async def run(self, night: Night, *, what: str) -> None:
        self.calls.append(what)
        if not self.mended:
            raise Hopeless("550 لا يوجد")


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    """`tests.trouble`, as one of the tasks of the night shift."""
    made = Trouble()
    monkeypatch.setitem(TASKS, "tests.trouble", Task("tests.trouble", made.run))
    return made


async def owe(newsroom: Newsroom, what: str, **facts: Any) -> None:
    await newsroom.db.write(service.enqueue, "tests.trouble", at=newsroom.app.state.clock(), what=what, **facts)


async def events(newsroom: Newsroom, name: str) -> list[Event]:
    return await newsroom.stored(lambda session: list(session.exec(select(Event).where(col(Event.name) == name))))


async def jobs(newsroom: Newsroom) -> list[Job]:
    return await newsroom.stored(lambda session: list(session.exec(select(Job))))


async def test_a_parked_job_is_shown_and_is_an_event(newsroom: Newsroom, trouble: Trouble) -> None:
    at = now()
    newsroom.set_clock(at)
    await owe(newsroom, "رسالة")
    await newsroom.night()
    admin = await newsroom.staff("admin")
    answer = await admin.get(JOBS)
    (item,) = answer.json()["items"]
    job_id = item.pop("id")
    assert item == {
        "task": "tests.trouble",
        "state": "parked",
        "args": {"what": "رسالة"},
        "attempts": 1,
        "run_at": wire_time(at),
        "error": "Hopeless: 550 لا يوجد",
    }
    (event,) = await events(newsroom, "job.parked")
    assert (str(event.subject_id), event.data, event.at) == (job_id, {"task": "tests.trouble"}, at)


async def test_lists(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    at = now()

    def fill(session: Session) -> None:
        for number in range(7):
            service.enqueue(session, f"tests.task{number % 2}", at=at - timedelta(minutes=number), what=number)
        for job in session.exec(select(Job)):
            job.state = JobState.PARKED if job.args["what"] < 5 else JobState.RUNNING

    await newsroom.db.write(fill)
    await newsroom.db.write(service.enqueue, "tests.task0", at=at, what="queued")
    rows: list[tuple[dict[str, Any], list[Any]]] = [
        ({}, [0, 1, 2, 3, 4]),
        ({"state": "parked", "task": "tests.task1"}, [1, 3]),
        ({"state": "running"}, [5, 6]),
        ({"state": "queued"}, ["queued"]),
        ({"task": "tests.task9"}, []),
    ]
    for parameters, found in rows:
        url: str | None = JOBS
        seen: list[Any] = []
        while url is not None:
            more = parameters | {"limit": 2, "count": "true"} if url == JOBS else None
            answer = await admin.get(url, params=more)
            assert answer.json()["total"] == len(found)
            seen += [item["args"]["what"] for item in answer.json()["items"]]
            url = answer.links["next"]["url"] if "next" in answer.links else None
        assert seen == found


@pytest.mark.parametrize(
    "parameters", [{"state": "done"}, {"task": "x" * 65}, {"cursor": "x"}, {"limit": "0"}, {"name": "x"}], ids=str
)
async def test_what_cannot_be_asked(newsroom: Newsroom, parameters: dict[str, str]) -> None:
    admin = await newsroom.staff("admin")
    assert (await admin.get(JOBS, params=parameters)).status_code == 422


async def test_a_cursor_belongs_to_its_state(newsroom: Newsroom, trouble: Trouble) -> None:
    admin = await newsroom.staff("admin")
    await owe(newsroom, "a")
    await owe(newsroom, "b")
    await newsroom.night()
    cursor = (await admin.get(JOBS, params={"limit": 1})).json()["next"]
    assert (await admin.get(JOBS, params={"cursor": cursor, "limit": 5})).status_code == 200
    assert (await admin.get(JOBS, params={"cursor": cursor, "state": "queued"})).status_code == 422


async def test_a_mended_job_is_tried_again(newsroom: Newsroom, trouble: Trouble) -> None:
    await owe(newsroom, "letter")
    await newsroom.night()
    admin = await newsroom.staff("admin")
    (job_id,) = [item["id"] for item in (await admin.get(JOBS)).json()["items"]]
    trouble.mended = True
    answer = await admin.post(f"{JOBS}/{job_id}/retry")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["id"], shown["state"], shown["attempts"], shown["error"]) == (job_id, "queued", 0, "")
    await newsroom.night()
    assert trouble.calls == ["letter", "letter"]
    assert await jobs(newsroom) == []
    (event,) = await events(newsroom, "job.retried")
    assert (str(event.subject_id), event.actor_id, event.data) == (job_id, admin.user_id, {"task": "tests.trouble"})
    assert (await admin.post(f"{JOBS}/{job_id}/retry")).status_code == 404


async def test_a_job_is_dropped(newsroom: Newsroom, trouble: Trouble) -> None:
    await owe(newsroom, "letter")
    await newsroom.night()
    admin = await newsroom.staff("admin")
    (job,) = await jobs(newsroom)
    answer = await admin.delete(f"{JOBS}/{job.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await jobs(newsroom) == []
    (event,) = await events(newsroom, "job.discarded")
    assert (event.subject_id, event.actor_id, event.data) == (job.id, admin.user_id, {"task": "tests.trouble"})
    assert (await admin.delete(f"{JOBS}/{job.id}")).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "/retry"), ("DELETE", "")], ids=["retry", "drop"])
async def test_a_running_job_is_left_alone(newsroom: Newsroom, method: str, path: str) -> None:
    admin = await newsroom.staff("admin")
    await owe(newsroom, "letter")
    (held,) = await newsroom.db.write(service.claim, random_id(), but=[], limit=1, at=now())
    answer = await admin.request(method, f"{JOBS}/{held.id}{path}")
    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "job_running", [])
    assert [job.state for job in await jobs(newsroom)] == [JobState.RUNNING]
    assert await events(newsroom, "job.retried") == await events(newsroom, "job.discarded") == []
    assert (await admin.request(method, f"{JOBS}/{uuid4()}{path}")).status_code == 404
    assert (await admin.request(method, f"{JOBS}/7{path}")).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "/retry"), ("DELETE", "")], ids=["retry", "drop"])
async def test_what_people_do_about_a_tip_tells_no_time(
    newsroom: Newsroom, trouble: Trouble, method: str, path: str
) -> None:
    noon = now().replace(hour=12, minute=7)
    newsroom.set_clock(noon)
    await owe(newsroom, "tip", private=True)
    await newsroom.night()
    admin = await newsroom.staff("admin")
    (item,) = (await admin.get(JOBS)).json()["items"]
    assert (item["run_at"], item["error"]) == (wire_time(day_of(noon)), "Hopeless")
    assert (await admin.request(method, f"{JOBS}/{item['id']}{path}")).status_code < 300
    told = [event for name in ("job.parked", "job.retried", "job.discarded") for event in await events(newsroom, name)]
    assert len(told) == 2
    assert {(event.subject_id, event.at, event.request_id, event.private) for event in told} == {
        (None, day_of(noon), "", True)
    }
    assert {UUID(str(event.id)).version for event in told} == {4}
    assert {job.run_at for job in await jobs(newsroom)} <= {day_of(noon)}
