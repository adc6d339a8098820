"""Where webhooks may not reach, when they are made and when they are sent, and what they must not cost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from app.core.actor import system
from app.core.fetch import Fetcher
from app.core.http.limits import RateCounter
from app.core.ids import new_id
from app.core.settings import Settings
from app.events.service import record
from app.jobs.models import Job
from app.jobs.night import Night
from app.main import create_app
from app.webhooks import courier, line, queries
from tests.counting import counted_statements
from tests.newsroom import SECRET, Newsroom
from tests.receiver import Receiver
from tests.webhooks.hooks import NOON, WEBHOOKS, diary, happen, jobs, log, pass_time, row, subscribe

pytestmark = pytest.mark.anyio

HOSTILE = [
    *("http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://0177.0.0.1/", "http://2130706433/"),
    *("http://0.0.0.0/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/"),
    *("http://169.254.169.254/latest/", "http://100.100.100.200/", "http://100.64.0.1/", "http://168.63.129.16/"),
    *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[fe80::1]/"),
    *("http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/"),
    *(
        "http://[2001:db8::1]/",
        "http://[ff02::1]/",
        "http://[fec0::1]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
    ),
    *("http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://x.localhost/", "http://metadata/"),
    *("http://metadata.google.internal/", "http://printer.local/", "http://router.lan/", "http://host.home.arpa/"),
    *("http://user@hooks.example.org/", "http://127.0.0.1\\@hooks.example.org/", "http://hooks.example.org:22/"),
    *("file:///etc/passwd", "gopher://hooks.example.org/", "//hooks.example.org/", "hooks.example.org", "javascript:1"),
    *(
        "http://hooks.example.org/\r\nHost: inside",
        "http://hooks.example.org/ x",
        "http://١٢٧.٠.٠.١/",
        "http://①②⑦.⓪.⓪.①/",
    ),
    *("http://hooks.exam\u200bple.org/", "http://[127.0.0.1]/", "http://127.0.0.1.:80/", "http:///path", "http://?x"),
]


@pytest.fixture
def strict_settings(database_url: str) -> Settings:
    """Settings of a server that may reach nothing inside."""
    return Settings(
        _env_file=None, database_url=database_url, secret_key=SECRET, log="off", base_url="https://news.example"
    )


@pytest.fixture
async def strict(strict_settings: Settings, anyio_backend: str) -> AsyncIterator[Newsroom]:
    """A newsroom whose operator allows nothing."""
    app = create_app(strict_settings)
    await app.state.db.start()
    async with Newsroom.open(app) as room:
        yield room
    await app.state.db.stop()


async def test_no_hostile_address_can_be_registered(strict: Newsroom) -> None:
    admin = await strict.staff("admin")
    made = await subscribe(admin, "https://hooks.example.org/")
    for url in HOSTILE:
        answers = [
            await admin.post(WEBHOOKS, json={"url": url}),
            await admin.patch(f"{WEBHOOKS}/{made['id']}", json={"url": url}),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/url"), url
    assert [item["url"] for item in (await admin.get(WEBHOOKS)).json()["items"]] == ["https://hooks.example.org/"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "64:ff9b::7f00:1"])
async def test_a_name_that_leads_inside_by_now_is_not_called(
    strict: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """It was sound when it was registered. Every connection of this process would end at the receiver."""
    strict.set_clock(NOON)
    made = await subscribe(await strict.staff("admin"), "http://hooks.example.org/hook")
    await happen(strict)
    await happen(strict)
    await strict.db.write(line.end_of_diary, at=NOON)
    addresses = {"now": address}
    fetcher = Fetcher(look_up=lambda host, port: [addresses["now"]])
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    async def anywhere(factory: Any, host: str, port: int, **options: Any) -> Any:
        return await connect(factory, "127.0.0.1", receiver.port)

    night = Night(strict.db, strict.app.state.keys, strict.app.state.clock, strict.post, fetcher)
    with monkeypatch.context() as patched:
        patched.setattr(loop, "create_connection", anywhere)
        assert await courier.tell_next(night, UUID(made["id"]))
        assert not await courier.tell_next(night, UUID(made["id"]))
        assert receiver.at() == []
        (first,) = await log(strict)
        assert (first.state.value, first.status) == ("waiting", None)
        assert first.error.startswith("not called: the address must lead to the public internet")
        endpoint = await row(strict, made)
        assert (endpoint.enabled, endpoint.failures) == (True, 1)

        addresses["now"] = "93.184.215.14"  # the name server has recovered
        assert endpoint.retry_at is not None
        strict.set_clock(endpoint.retry_at)
        night = Night(strict.db, strict.app.state.keys, strict.app.state.clock, strict.post, fetcher)
        while await courier.tell_next(night, UUID(made["id"])):
            pass
    await fetcher.close()
    assert receiver.names() == ["post.published"] * 2


async def test_a_redirect_leads_nowhere(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    await subscribe(await newsroom.staff("admin"), receiver.url())
    receiver.script("/hook", (302, {"Location": receiver.url("/inside")}))
    await happen(newsroom)
    await newsroom.night()
    assert (len(receiver.at("/hook")), len(receiver.at("/inside"))) == (1, 0)


# --- what an event costs those who do not care


async def test_an_event_without_webhooks_costs_one_look(newsroom: Newsroom) -> None:
    def tell(session: Session, name: str) -> None:
        record(session, name, new_id(), by=system("tests"), at=NOON)

    async def looks(name: str) -> list[str]:
        with counted_statements() as seen:
            await newsroom.db.write(tell, name)
        return [line.split(maxsplit=1)[0] for line in seen if "webhook" in line or "job" in line]

    assert await looks("tag.merged") == ["SELECT"]
    assert await looks("login.failed") == []


async def test_an_event_does_not_flush_what_its_verb_is_about(newsroom: Newsroom, receiver: Receiver) -> None:
    await subscribe(await newsroom.staff("admin"), receiver.url())

    def tell(session: Session) -> bool:
        session.add(RateCounter(key="half done", hits=1, ends_at=NOON))
        record(session, "tag.merged", new_id(), by=system("tests"), at=NOON)
        return bool(session.new)

    assert await newsroom.db.write(tell)
    assert len(await jobs(newsroom)) == 1


async def test_one_job_does_for_all_that_happens_in_a_transaction(newsroom: Newsroom, receiver: Receiver) -> None:
    await subscribe(await newsroom.staff("admin"), receiver.url())

    def tell(session: Session) -> None:
        for _ in range(3):
            record(session, "tag.merged", new_id(), by=system("tests"), at=NOON)

    await newsroom.db.write(tell)
    assert len(await jobs(newsroom)) == 1


async def test_a_savepoint_that_is_rolled_back_takes_no_wake_up_along(newsroom: Newsroom, receiver: Receiver) -> None:
    await subscribe(await newsroom.staff("admin"), receiver.url())

    def tell(session: Session) -> None:
        savepoint = session.begin_nested()
        record(session, "tag.merged", new_id(), by=system("tests"), at=NOON)
        savepoint.rollback()
        record(session, "tag.merged", new_id(), by=system("tests"), at=NOON)

    await newsroom.db.write(tell)
    assert len(await jobs(newsroom)) == 1
    await newsroom.night()
    assert receiver.names() == ["tag.merged"]


async def test_only_those_are_woken_who_want_it_and_can_take_it(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    receiver.script("/trouble", 503)
    wants = await subscribe(admin, receiver.url("/wants"))
    await subscribe(admin, receiver.url("/others"), "tag.*")
    off = await subscribe(admin, receiver.url("/off"))
    await admin.patch(f"{WEBHOOKS}/{off['id']}", json={"enabled": False})
    trouble = await subscribe(admin, receiver.url("/trouble"))
    await happen(newsroom)
    await newsroom.night()
    (waits,) = await jobs(newsroom)
    assert waits.args == {"endpoint_id": trouble["id"]}
    await happen(newsroom)
    owed = [job for job in await jobs(newsroom) if job.id != waits.id]
    assert [(job.args, job.twin) for job in owed] == [({"endpoint_id": wants["id"]}, f"webhook:{wants['id']}")]


async def test_what_nobody_woke_a_webhook_for_is_found_within_ten_minutes(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url())
    refuses = await subscribe(await newsroom.staff("admin"), receiver.url("/refuses"))
    receiver.script("/refuses", 400, 204)
    await newsroom.night()
    await happen(newsroom)
    await newsroom.db.write(_lose_jobs)
    await newsroom.night()
    assert receiver.at() == []
    await pass_time(newsroom, minutes=10)
    assert (len(receiver.at()), len(receiver.at("/refuses"))) == (1, 1)
    await newsroom.db.write(_lose_jobs)
    await pass_time(newsroom, minutes=10)
    assert (len(receiver.at()), len(receiver.at("/refuses"))) == (1, 2)
    assert (await row(newsroom, made)).position == (await row(newsroom, refuses)).position


def _lose_jobs(session: Session) -> None:
    for job in session.exec(select(Job).where(col(Job.task) == "webhooks.deliver")):
        session.delete(job)


async def test_the_next_event_is_found_by_its_position(newsroom: Newsroom) -> None:
    """However long the diary is. PostgreSQL knows by its statistics, SQLite must be told."""
    seen: list[tuple[str, Any]] = []

    def watch(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    def plan(session: Session) -> str:
        event.listen(Engine, "before_cursor_execute", watch)
        try:
            queries.find_first(session, 7, ["*", "post.*"])
        finally:
            event.remove(Engine, "before_cursor_execute", watch)
        statement, parameters = seen[-1]
        return str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())

    if newsroom.db.name == "sqlite":
        found = await newsroom.stored(plan)
        assert "USING INDEX ix_event_position (position>?)" in found
        assert "TEMP B-TREE" not in found


async def test_what_is_not_for_a_webhook_is_looked_through_once(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.set_clock(NOON)
    made = await subscribe(await newsroom.staff("admin"), receiver.url(), "tag.merged")
    before = (await row(newsroom, made)).position
    await newsroom.night()
    for _ in range(3):
        await happen(newsroom)
    await pass_time(newsroom, minutes=10)
    assert (await row(newsroom, made)).position >= before + 3
    await happen(newsroom, "tag.merged")
    await newsroom.night()
    assert receiver.names() == ["tag.merged"]
    assert await diary(newsroom, "job.") == []
