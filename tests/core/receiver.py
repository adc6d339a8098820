"""Servers on the loopback that count who comes and misbehave by script; names that lead to them; certificates."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.fetch import Answer, Fetcher

PUBLIC, NAME = "93.184.215.14", "hooks.example.org"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Receiver:
    """One listening server: its port, how many connections came, and what each of them sent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self._visits: set[asyncio.Task[None]] = set()

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                self.requests.append(await _request(reader))
                await self.script(reader, writer)
        finally:
            writer.close()

    async def stop(self) -> None:
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)


@asynccontextmanager
async def receiving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port of the loopback."""
    receiver = Receiver(script)
    server = await asyncio.start_server(receiver.welcome, "127.0.0.1", 0, ssl=tls)
    async with server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
        await receiver.stop()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line[16:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: ")]
    return head + await reader.readexactly(int(lengths[0]))


def says(answer: bytes) -> Script:
    """Answers these bytes and hangs up."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return script


def floods(start: bytes, drop: bytes, pause: float = 0) -> Script:
    """Answers `start` and then `drop` without end, until the other side goes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never answers; leaves when the other side does."""
    await reader.read()


class Wire:
    """Every connection of this process ends at one receiver, whatever its address: who must not be called shows 0."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.called: list[tuple[str, int]] = []


@asynccontextmanager
async def wired(patch: pytest.MonkeyPatch, script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """The net with one receiver at every address; nobody but the fetcher itself may look up names."""
    loop = asyncio.get_running_loop()
    connect = loop.create_connection
    async with receiving(script, tls) as receiver:
        wire = Wire(receiver)

        async def anywhere(factory: Any, host: str, port: int, **options: Any) -> Any:
            wire.called.append((host, port))
            return await connect(factory, "127.0.0.1", receiver.port)

        async def nowhere(*args: Any, **options: Any) -> Any:
            raise AssertionError("a second look-up")

        with patch.context() as patched:
            patched.setattr(loop, "create_connection", anywhere)
            patched.setattr(loop, "getaddrinfo", nowhere)
            yield wire


class Names:
    """A name server with one set of addresses for each question, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def post(fetcher: Fetcher, url: str, body: bytes = b"{}", **headers: str) -> Answer:
    """One call of a fetcher that is made for it."""
    try:
        return await fetcher.post(url, body=body, headers=headers)
    finally:
        await fetcher.close()


@cache
def certificate(name: str) -> tuple[str, str]:
    """A self-signed certificate for this host name and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), secret.decode()


def serving_as(name: str) -> ssl.SSLContext:
    """What a server shows that is called by this name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_text("".join(certificate(name)))
        context.load_cert_chain(path)
    return context


def trusting(name: str) -> ssl.SSLContext:
    """A client that trusts the one certificate of this name."""
    return ssl.create_default_context(cadata=certificate(name)[0])
