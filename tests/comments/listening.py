"""Listening to a thread in this process: what ASGI sends, as it is sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.types import Message

from app.comments.live import Hub
from tests.comments.talk import SLUG
from tests.newsroom import Newsroom

PATIENCE = 60.0


class Hint(NamedTuple):
    """An event as a browser would hand it out."""

    id: str
    comments: int
    last_id: str | None


def hub_of(newsroom: Newsroom) -> Hub:
    """The hub of the server under test, whose clock follows that of the newsroom."""
    hub = newsroom.app.state.hub
    assert isinstance(hub, Hub)
    hub.clock = lambda: newsroom.app.state.clock()  # noqa: PLW0108  tests set it later
    return hub


class Listener:
    """One client of a stream; `leave` hangs up."""

    def __init__(self, newsroom: Newsroom, path: str, headers: dict[str, str], network: str, method: str) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self._left = asyncio.Event()
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": (network, 40_000),
            "server": ("news.example", 443),
        }
        self.task = asyncio.ensure_future(newsroom.app(scope, self._receive, self.messages.put))

    async def _receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def start(self) -> tuple[int, dict[str, str]]:
        """Status and headers."""
        message = await self._message()
        assert message["type"] == "http.response.start"
        return message["status"], {name.decode().lower(): value.decode() for name, value in message["headers"]}

    async def chunk(self) -> bytes:
        """The next piece of the body, as it was sent; b"" at the end."""
        message = await self._message()
        assert message["type"] == "http.response.body"
        body: bytes = message.get("body", b"")
        return body

    async def hint(self) -> Hint:
        """The next event."""
        while True:
            text = (await self.chunk()).decode()
            assert text, "the stream has ended"
            fields = dict(line.split(": ", 1) for line in text.splitlines() if line and not line.startswith(":"))
            if fields.get("event") == "thread":
                data = json.loads(fields["data"])
                assert set(data) == {"count", "last_id"}
                return Hint(fields["id"], data["count"], data["last_id"])

    async def hint_after_start(self) -> Hint:
        """The first event of a stream that was let in."""
        assert (await self.start())[0] == 200
        return await self.hint()

    async def _message(self) -> Message:
        async with asyncio.timeout(PATIENCE):
            return await self.messages.get()

    async def leave(self) -> None:
        """Hang up, and see that the server lets go."""
        self._left.set()
        async with asyncio.timeout(PATIENCE):
            await self.task


@asynccontextmanager
async def listening(
    newsroom: Newsroom, slug: str = SLUG, *, network: str = "192.0.2.7", method: str = "GET", **headers: str
) -> AsyncIterator[Listener]:
    """A client that hangs up at the end."""
    hub_of(newsroom)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    listener = Listener(newsroom, f"/v1/posts/{slug}/comments/stream", given, network, method)
    try:
        yield listener
    finally:
        await listener.leave()
