"""What comes back may be slow, huge, broken or from the wrong server: the caller waits and stores within bounds."""

import asyncio
import os
import socket
import ssl
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.core.fetch import Answer, Failed, Fetcher
from tests.core.receiver import (
    NAME,
    OK,
    PUBLIC,
    Names,
    Script,
    Wire,
    certificate,
    floods,
    post,
    receiving,
    says,
    serving_as,
    silent,
    trusting,
    wired,
)

pytestmark = pytest.mark.anyio

BRIEF = 0.3
PATIENCE = 60.0


async def called(script: Script, **caps: Any) -> Answer:
    """What a fetcher makes of a receiver inside that it may call."""
    async with receiving(script) as receiver:
        return await post(Fetcher(["127.0.0.1/32"], **caps), f"http://127.0.0.1:{receiver.port}/")


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 204 None\r\n\r\n", Answer(204, {}, b"")),
        (b"HTTP/1.0 410 Gone\r\nX: \xe9\r\n\r\nbye", Answer(410, {"x": "é"}, b"bye")),
        (
            b"HTTP/1.1 503 No\r\nRETRY-After: 120\r\nContent-Length: 0\r\n\r\n",
            Answer(503, {"retry-after": "120", "content-length": "0"}, b""),
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
            Answer(200, {"transfer-encoding": "chunked"}, b"ok!"),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08 is no gzip",
            Answer(200, {"content-encoding": "gzip"}, b"\x1f\x8b\x08 is no gzip"),
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\nHTTP/1.1 202 Ok\r\n\r\n", Answer(202, {}, b"")),
    ],
)
async def test_any_status_is_an_answer(raw: bytes, answer: Answer) -> None:
    assert await called(says(raw)) == answer


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"+PONG\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nBroken",
        b"HTTP/1.1 200 OK\r\n" + b"A: %s\r\n" % (b"a" * 200_000),
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;%s\r\nok\r\n" % (b"a" * 200_000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 50_000,
    ],
)
async def test_what_is_no_http_has_failed(raw: bytes) -> None:
    with pytest.raises(Failed, match=r"^the connection broke, or what came was not HTTP$"):
        await called(says(raw))


async def test_a_long_body_is_cut() -> None:
    tracemalloc.start()
    started = tracemalloc.get_traced_memory()[0]
    answer = await called(floods(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"a" * 60_000))
    peak = tracemalloc.get_traced_memory()[1] - started
    tracemalloc.stop()
    assert answer.body == b"a" * 65_536
    assert peak < 4_000_000
    assert (await called(says(OK), most_body=1)).body == b"o"
    assert (await called(says(OK), most_body=2)).body == b"ok"


SLOW = {
    "silent": silent,
    "one header after the other": floods(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 0.02),
    "half a header": floods(b"HTTP/1.1 200 OK\r\nA: ", b"a", 0.02),
    "a body by drops": floods(b"HTTP/1.1 200 OK\r\n\r\n", b"a", 0.02),
    "chunks by drops": floods(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 0.02),
    "a hundred continues": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10, 0.001),
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
async def test_nobody_makes_us_wait(script: Script) -> None:
    with anyio.fail_after(PATIENCE), pytest.raises(Failed, match=r"^no whole answer within 0\.3 seconds$"):
        await called(script, total=BRIEF)


async def test_crumbs_do_not_hold_up_the_others() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    watching = asyncio.create_task(others())
    crumbs = b"1\r\na\r\n" * 10_000
    answer = await called(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + crumbs), most_body=9_000)
    watching.cancel()
    assert answer.body == b"a" * 9_000
    assert turns >= 8_999


async def test_a_body_that_nobody_takes_is_given_up() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        fetcher = Fetcher(["127.0.0.1/32"], total=BRIEF)
        with pytest.raises(Failed, match="within"):
            await post(fetcher, f"http://127.0.0.1:{deaf.getsockname()[1]}/", b"a" * 30_000_000)


async def test_a_port_where_nobody_listens_has_failed() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Failed, match=r"^no connection: "):
            await post(Fetcher(["127.0.0.1/32"]), f"http://127.0.0.1:{bound.getsockname()[1]}/")


async def test_an_address_that_does_not_answer_gives_way_to_the_next(
    monkeypatch: pytest.MonkeyPatch, wire: Wire
) -> None:
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    async def one_is_dead(factory: Any, host: str, port: int, **options: Any) -> Any:
        if host == PUBLIC:
            await asyncio.Event().wait()
        return await connect(factory, host, port, **options)

    monkeypatch.setattr(loop, "create_connection", one_is_dead)
    fetcher = Fetcher(look_up=Names([PUBLIC, "2606:4700::1111"]), connect=0.1)
    assert (await post(fetcher, f"http://{NAME}/")).body == b"ok"
    with pytest.raises(Failed, match=r"^no connection: not in time$"):
        await post(Fetcher(look_up=Names([PUBLIC]), connect=0.1), f"http://{NAME}/")


async def test_a_name_server_that_does_not_answer_is_given_up(wire: Wire) -> None:
    woken = threading.Event()

    def stuck(host: str, port: int) -> list[str]:
        woken.wait(10)
        return [PUBLIC]

    with pytest.raises(Failed, match="within"):
        await post(Fetcher(look_up=stuck, total=0.1), f"http://{NAME}/")
    woken.set()
    assert wire.called == []


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), socket.gaierror(-3, "Try again")])
async def test_a_name_without_address_has_failed(error: OSError) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(Failed, match=r"^the name was not found$"):
        await post(Fetcher(look_up=unknown), f"http://{NAME}/")
    with pytest.raises(Failed, match="no address"):
        await post(Fetcher(look_up=Names([])), f"http://{NAME}/")


async def test_leaving_is_not_failing() -> None:
    async with receiving(silent) as receiver:
        fetcher = Fetcher(["127.0.0.1/32"])
        call = asyncio.create_task(post(fetcher, f"http://127.0.0.1:{receiver.port}/"))
        while not receiver.requests:
            await asyncio.sleep(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


# certificates


async def test_a_server_shows_the_certificate_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wired(monkeypatch, says(OK), serving_as(NAME)) as wire:
        fetcher = Fetcher(look_up=Names([PUBLIC]), tls=trusting(NAME))
        assert (await post(fetcher, f"https://{NAME}/hook")).body == b"ok"
    assert wire.called == [(PUBLIC, 443)]
    assert f"Host: {NAME}\r\n".encode() in wire.receiver.requests[0]


@pytest.mark.parametrize(
    ("shown", "trusted", "url"),
    [
        ("other.example.org", "other.example.org", f"https://{NAME}/"),
        ("example.org", "example.org", f"https://{NAME}/"),
        (NAME, NAME, f"https://{PUBLIC}/"),
        (NAME, "other.example.org", f"https://{NAME}/"),
        (NAME, None, f"https://{NAME}/"),
    ],
)
async def test_other_certificates_get_nothing(
    monkeypatch: pytest.MonkeyPatch, shown: str, trusted: str | None, url: str
) -> None:
    async with wired(monkeypatch, says(OK), serving_as(shown)) as wire:
        fetcher = Fetcher(look_up=Names([PUBLIC]), tls=trusting(trusted) if trusted else None)
        with pytest.raises(Failed, match=r"^no connection: .*CERTIFICATE_VERIFY_FAILED"):
            await post(fetcher, url)
    assert wire.receiver.requests == []


async def test_a_server_that_drops_its_veil_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    # after the handshake httpx lets errors of TLS through as they are
    async def unveiled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        os.write(writer.get_extra_info("socket").fileno(), OK)

    async with wired(monkeypatch, unveiled, serving_as(NAME)):
        with pytest.raises(Failed, match=r"^the connection broke") as failure:
            await post(Fetcher(look_up=Names([PUBLIC]), tls=trusting(NAME)), f"https://{NAME}/")
    assert isinstance(failure.value.__cause__, ssl.SSLError)


async def test_the_environment_names_no_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text(certificate(NAME)[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    async with wired(monkeypatch, says(OK), serving_as(NAME)):
        with pytest.raises(Failed, match="CERTIFICATE_VERIFY_FAILED"):
            await post(Fetcher(look_up=Names([PUBLIC])), f"https://{NAME}/")


async def test_a_server_without_tls_has_failed(wire: Wire) -> None:
    with pytest.raises(Failed, match=r"^no connection: "):
        await post(Fetcher(connect=BRIEF), f"https://{PUBLIC}/")
