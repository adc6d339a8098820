"""`kill -9` of server and workers under load: what was owed is neither lost nor told under two names."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.receiver import DROP, Answer, Received, Receiver, receiving
from tests.server import Server
from tests.smtp import MailServer

pytestmark = pytest.mark.anyio

# MASTHEAD_TEST_LOAD=1 is the whole: 2,000 messages, 200 of them opened and told to ten endpoints, so 2,000 deliveries
LOAD = float(os.environ.get("MASTHEAD_TEST_LOAD", "0.2"))
WRITERS = 8
MESSAGES, OPENED = int(2_000 * LOAD), int(200 * LOAD)
ENDPOINTS, FAILING = 10, 2
WORKERS = {"sqlite": 1, "postgresql": 3}  # beside the one in the server
PATIENCE = 900.0  # a bound against waiting for ever, not a measurement
INBOX = "/v1/editor/contact"


class Story:
    """What was acknowledged, while servers die."""

    def __init__(self, server: Server, password: str) -> None:
        self.server, self.password, self.token = server, password, "none"
        self.references: list[str] = []
        self.opened: list[str] = []

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.server.base, trust_env=False, timeout=60)

    async def sign_in(self, client: httpx.AsyncClient) -> None:
        form = {"grant_type": "password", "username": "demo@masthead.example", "password": self.password}
        self.token = (await client.post("/v1/auth/token", data=form)).json()["access_token"]

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **sent: Any) -> httpx.Response:
        """Again and again with the same key, until somebody answers."""
        headers = {"Idempotency-Key": uuid4().hex} | sent.pop("headers", {})
        while True:
            try:
                signed = headers | {"Authorization": f"Bearer {self.token}"}
                answer = await client.request(method, path, headers=signed, **sent)
                if answer.status_code == 401:  # the token is good for ten minutes
                    await self.sign_in(client)
                elif answer.status_code not in (409, 503):
                    return answer
            except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.TimeoutException):
                pass  # killed just now
            await asyncio.sleep(0.05)

    async def write_in(self, writer: int) -> None:
        async with self.client() as client:
            for number in range(MESSAGES // WRITERS):
                letter = {"email": f"reader{writer}@example.org", "body": f"رسالة {writer} {number}"}
                answer = await self.ask(client, "POST", "/v1/contact", json=letter)
                assert answer.status_code == 202, answer.text
                self.references.append(answer.json()["reference"])

    async def open_some(self) -> None:
        """An editor opens messages while others arrive: each is an event that all endpoints want to hear."""
        async with self.client() as client:
            while len(self.opened) < OPENED:
                page = await self.ask(client, "GET", INBOX, params={"state": "new", "kind": "message", "limit": 50})
                for item in page.json()["items"][: OPENED - len(self.opened)]:
                    answer = await self.ask(client, "PATCH", f"{INBOX}/{item['id']}", json={"state": "open"})
                    assert answer.status_code == 200, answer.text
                    self.opened.append(item["id"])

    async def inbox(self) -> set[str]:
        """The reference of every message that is stored."""
        found: set[str] = set()
        async with self.client() as client:
            url: str | None = f"{INBOX}?limit=100"
            while url:
                page = await self.ask(client, "GET", url)
                found |= {item["reference"] for item in page.json()["items"]}
                url = page.links["next"]["url"] if "next" in page.links else None
        return found


async def test_nothing_is_lost_and_nothing_has_two_names(server: Server) -> None:
    with receiving() as receiver, MailServer() as mail:
        server.environment |= {
            "MASTHEAD_LIMITS": "off",
            "MASTHEAD_OUTGOING_ALLOWED": "127.0.0.0/8",
            "MASTHEAD_SMTP_URL": mail.url,
        }
        story = await prepared(server, receiver)
        mail.drop("DATA", times=3)
        mail.drop("DATA", times=2, kept=True)
        mail.answer("RCPT", "451 4.7.1 later", times=3)
        workers = WORKERS[server.environment["MASTHEAD_DATABASE_URL"].partition(":")[0].partition("+")[0]]
        server.start_workers(workers)
        work = [asyncio.create_task(story.write_in(writer)) for writer in range(WRITERS)]
        work.append(asyncio.create_task(story.open_some()))
        for share in (0.3, 0.7):
            await until(lambda share=share: len(story.references) >= MESSAGES * share)  # type: ignore[misc]
            server.kill()
            server.start()
            server.start_workers(workers)
        await asyncio.gather(*work)
        await until(lambda: all(told(receiver, path) >= set(story.opened) for path in paths()))
        await until(lambda: references_in(mail) >= set(story.references))
        assert await story.inbox() >= set(story.references)

    assert (len(set(story.references)), len(set(story.opened))) == (MESSAGES, OPENED)
    for path in paths():
        names = defaultdict(set)
        for request in receiver.at(path):
            names[request.document["data"]["id"]].add(request.id)
        assert {len(ids) for ids in names.values()} == {1}, "an event came under two ids"
        assert in_order(receiver.at(path)) == in_order(receiver.at(paths()[-1])), "an endpoint heard another order"
    named = defaultdict(set)
    for letter in mail.letters:
        named[letter.subject].add(letter["Message-ID"])
    assert {len(ids) for ids in named.values()} == {1}, "a letter has two names"


def paths() -> list[str]:
    return [f"/hook/{number}" for number in range(ENDPOINTS)]


def told(receiver: Receiver, path: str) -> set[str]:
    """The messages of which this endpoint heard and said that it had."""
    return {request.document["data"]["id"] for request in receiver.at(path)}


def in_order(requests: list[Received]) -> list[str]:
    """Each event once, in the order in which it was first told."""
    return list(dict.fromkeys(request.id for request in requests))


def references_in(mail: MailServer) -> set[str]:
    return {letter.subject.partition("]")[0].lstrip("[") for letter in list(mail.letters)}


def failing() -> Callable[[Received], Answer]:
    """A receiver that answers 500 or hangs up for the 20th, 40th … time that it is called."""
    calls = 0

    def answer(_: Received) -> Answer:
        nonlocal calls
        calls += 1
        return 204 if calls % 40 else (500 if calls % 80 else DROP)

    return answer


async def prepared(server: Server, receiver: Receiver) -> Story:
    """A running server with ten webhooks and one recipient of messages."""
    password = server.run("demo").split()[-1]
    server.start()
    story = Story(server, password)
    for path in paths()[:FAILING]:
        receiver.answer_by(path, failing())
    async with story.client() as desk:
        for path in paths():
            hook = {"url": receiver.url(path), "events": ["contact.opened"]}
            answer = await story.ask(desk, "POST", "/v1/editor/webhooks", json=hook)
            assert answer.status_code == 201, answer.text
        recipients = {"contact": {"recipients": {"message": ["desk@lantern.example"]}, "acknowledge": False}}
        answer = await story.ask(desk, "PATCH", "/v1/editor/site", json=recipients, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
    return story


async def until(seen: Callable[[], bool]) -> None:
    """Look again until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not seen():
            await asyncio.sleep(0.3)
