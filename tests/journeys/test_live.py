"""Hints of a real server of two processes: they cross from one to the other, and never keep it from ending."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from uuid import UUID

import pytest
from sqlmodel import Session

from app.cli import GOODBYE_SECONDS
from app.comments import service
from app.comments.live import MOST_OF_ONE_NETWORK
from app.core.settings import Settings
from app.main import open_site
from tests.comments.talk import IMPORTER, NOON
from tests.make import live_story
from tests.newsroom import SECRET
from tests.server import HOST, Server

LISTENERS = 8
PATH = "/v1/posts/harbour/comments/stream"


class Stream:
    """A connection that listens, read line by line as a browser would."""

    def __init__(self, server: Server, **headers: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, server.port, timeout=20)
        self.connection.request("GET", PATH, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()

    def hint(self) -> tuple[str, int]:
        """Id and count of the next event."""
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            if line == "\n" and fields.get("event") == "thread":
                return fields["id"], json.loads(fields["data"])["count"]
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        raise AssertionError("the stream has ended")

    def close(self) -> None:
        self.connection.close()


@contextmanager
def outside(server: Server) -> Iterator[Session]:
    """A transaction of a process that is none of the server's."""
    address = server.environment["MASTHEAD_DATABASE_URL"]
    site = open_site(Settings(_env_file=None, database_url=address, secret_key=SECRET))
    with site.transaction() as session:
        yield session
    site.engine.dispose()


def write(server: Server, post_id: UUID, body: str) -> None:
    with outside(server) as session:
        service.import_comment(session, post_id, body, locale="en", written_at=NOON, by=IMPORTER, at=NOON)


@pytest.fixture
def post_id(server: Server) -> UUID:
    """A public story."""
    with outside(server) as session:
        return live_story(session, slug="harbour", published_at=NOON)


def test_hints_reach_every_process_and_none_is_missed_over_a_restart(server: Server, post_id: UUID) -> None:
    server.start(workers=2)
    with ExitStack() as stack:
        streams = [stack.enter_context(closing(Stream(server))) for _ in range(LISTENERS)]
        assert [stream.hint() for stream in streams] == [("0", 0)] * LISTENERS
        write(server, post_id, "One.")
        assert [stream.hint() for stream in streams] == [("1", 1)] * LISTENERS
        write(server, post_id, "Two.")
        assert [stream.hint() for stream in streams] == [("2", 2)] * LISTENERS

        server.stop()
        # the end of each stream was said, not cut
        assert [stream.answer.read() for stream in streams] == [b""] * LISTENERS
    assert f'"path":"{PATH}","status":200' in server.log()
    assert "Traceback" not in server.log()

    write(server, post_id, "Three.")
    server.start()
    with closing(Stream(server, Last_Event_ID="2")) as stream:
        assert stream.hint() == ("3", 3)


def test_a_server_that_is_told_to_end_does_not_wait_for_its_listeners(server: Server, post_id: UUID) -> None:
    server.start()
    with closing(Stream(server)) as stream:
        assert stream.hint() == ("0", 0)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < GOODBYE_SECONDS  # waiting for listeners takes at least as long
        assert stream.answer.read() == b""


def test_listeners_who_leave_give_their_places_back(server: Server, post_id: UUID) -> None:
    """More than one network may have, one after the other."""
    server.start()
    for _ in range(MOST_OF_ONE_NETWORK + 10):
        with closing(Stream(server)) as stream:
            assert stream.hint() == ("0", 0)
