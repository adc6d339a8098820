"""The request log: one line each, out in a moment, without a word of what people sent."""

import asyncio
import io
import json
from collections.abc import Iterator

import httpx
import pytest

from app.core.http.access import AccessLog
from app.core.http.layers import Envelope
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with io.StringIO() as out:
        yield out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_log_names_no_one_and_keeps_no_query(doors: Newsroom, lines: io.StringIO) -> None:
    log = AccessLog(lines)
    app = Envelope(doors.app, editor_origins=(), access_log=log)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example") as client:
        await client.get(
            "/v1/planted/words?word=canary-query",
            headers={"Authorization": "Bearer canary-token", "Cookie": "canary-cookie", "X-Request-Id": "seen-1234"},
        )
        await client.post("/v1/planted", json={"title": "canary-body"})
        await client.get('/v1/"quoted"%0aline')
        await client.get("/v1/planted/crash")
    log.flush()
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert "canary" not in lines.getvalue()
    assert [(line["method"], line["status"]) for line in logged] == [
        ("GET", 200),
        ("POST", 201),
        ("GET", 404),
        ("GET", 500),
    ]
    assert logged[0]["id"] == "seen-1234"
    assert all(set(line) == {"at", "event", "id", "method", "path", "status", "ms"} for line in logged)


async def test_the_log_writes_by_itself(lines: io.StringIO) -> None:
    log = AccessLog(lines)
    log.write({"request_id": "seen-1234", "method": "GET", "path": "/"}, 200, 0.001)
    assert lines.getvalue() == ""
    timer = log._timer
    assert timer is not None
    async with asyncio.timeout(60):
        while not lines.getvalue():
            await asyncio.sleep(0.01)
    assert json.loads(lines.getvalue())["ms"] == 1.0
