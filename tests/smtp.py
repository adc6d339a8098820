"""A real mail server on a free loopback port: it keeps letters, and refuses, delays, stalls or drops on demand."""

import asyncio
import base64
import ssl
import threading
from asyncio import BaseTransport
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
PATIENCE = 20.0

Step = Literal["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "QUIT"]


@dataclass(frozen=True)
class Delivered:
    """A letter that the server took: its envelope, its bytes, and what the e-mail parser reads in them."""

    sender: str
    to: list[str]
    options: list[str]
    raw: bytes
    message: EmailMessage

    def __getitem__(self, header: str) -> str:
        return str(self.message[header] or "")

    @property
    def subject(self) -> str:
        return self["Subject"]

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: Literal["plain", "html"]) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


@dataclass(frozen=True)
class _Answer:
    """What happens once at a step: `text` is said, or without it nothing; `ends` closes the connection."""

    text: str = ""
    ends: bool = False
    kept: bool = False


class MailServer:
    """`with MailServer() as server:` has `url`, `letters` and `wait_for(2)`; each trouble is one call.

    tls: None, `starttls` or `implicit`, with a self-signed certificate for 127.0.0.1, in the file `ca`.
    login: (user, password), without which no letter is taken.
    smtputf8: whether it takes addresses whose part before the @ is beyond ASCII.
    """

    def __init__(
        self,
        *,
        tls: Literal["starttls", "implicit"] | None = None,
        login: tuple[str, str] | None = None,
        smtputf8: bool = True,
    ) -> None:
        self.tls, self.login, self.smtputf8 = tls, login, smtputf8
        self.letters: list[Delivered] = []
        self.commands: list[str] = []  # such as "RCPT reader@example.org"
        self.logins: list[tuple[str, str]] = []
        self.port = 0
        self.ca = Path()
        self._folder: TemporaryDirectory[str] | None = None
        self._answers: defaultdict[str, deque[_Answer]] = defaultdict(deque)
        self._refused: dict[str, str] = {}
        self._greylisted: set[str] | None = None
        self._connections: list[_Connection] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        context = None
        if self.tls:
            self._folder = TemporaryDirectory()
            self.ca, context = self_signed(Path(self._folder.name))
        self._controller = _Controller(self, context)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._end())
        self._controller.stop()
        if self._folder:
            self._folder.cleanup()

    @property
    def url(self) -> str:
        """What `open_postman` needs to reach this server as it is."""
        user = "{}:{}@".format(*(quote(part, safe="") for part in self.login)) if self.login else ""
        scheme = "smtps" if self.tls == "implicit" else "smtp"
        option = {None: "starttls=off", "starttls": f"starttls=required&ca={self.ca}", "implicit": f"ca={self.ca}"}
        return f"{scheme}://{user}{HOST}:{self.port}?{option[self.tls]}"

    def answer(self, step: Step, text: str, *, times: int = 1) -> None:
        """Say this at the next of these steps: `answer("RCPT", "451 4.7.1 later")`."""
        self._plan(step, _Answer(text), times)

    def stall(self, step: Step, *, times: int = 1) -> None:
        """Never answer the next of these steps (at DATA after the whole letter, which is lost)."""
        self._plan(step, _Answer(), times)

    def drop(self, step: Step, *, times: int = 1, kept: bool = False) -> None:
        """Close the connection instead of answering; the letter at DATA is lost, or `kept` all the same."""
        self._plan(step, _Answer(ends=True, kept=kept), times)

    def refuse(self, address: str, text: str = "550 5.1.1 no such reader here") -> None:
        """Refuse every letter to this address."""
        self._refused[address] = text

    def greylist(self) -> None:
        """Answer the first letter to each address with 451."""
        self._greylisted = set()

    def hang_up(self) -> None:
        """Close every open connection, as servers do with idle ones; returns when they are closed."""
        self._run(self._abort_all())

    @property
    def connections(self) -> int:
        """How many there have been."""
        with self._changed:
            return len(self._connections)

    @property
    def open_connections(self) -> int:
        """How many there are."""
        with self._changed:
            return sum(connection.is_open for connection in self._connections)

    def wait_for(self, letters: int, *, patience: float = PATIENCE) -> list[Delivered]:
        """The letters, as soon as there are so many. Never call it on the event loop that sends them: see `arrived`."""
        self.wait_until(lambda: len(self.letters) >= letters, patience=patience)
        return list(self.letters)

    async def arrived(self, letters: int, *, patience: float = PATIENCE) -> list[Delivered]:
        """`wait_for`, for tests whose own loop sends the letters."""
        return await asyncio.to_thread(self.wait_for, letters, patience=patience)

    def wait_until(self, seen: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        """Looks again whenever something has happened here; fails when its patience ends."""
        with self._changed:
            assert self._changed.wait_for(seen, patience), f"not seen; the last commands were {self.commands[-20:]}"

    def _plan(self, step: Step, answer: _Answer, times: int) -> None:
        self._answers[step].extend([answer] * times)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._controller.loop).result(PATIENCE)

    async def _abort_all(self) -> None:
        while any(connection.is_open for connection in self._connections):
            for connection in self._connections:
                connection.abort()
            await asyncio.sleep(0)

    async def _end(self) -> None:
        """Leave nothing behind that a collector would complain about."""
        await self._abort_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def note(self, command: str) -> None:
        """A command arrived, a connection came or went."""
        with self._changed:
            if command:
                self.commands.append(command)
            self._changed.notify_all()

    def came(self, connection: "_Connection") -> None:
        """A client has connected."""
        self._connections.append(connection)
        self.note("")

    async def planned(self, step: Step, connection: "_Connection", about: str = "") -> str | None:
        """The words to say instead of the usual ones; does not return when there shall be none."""
        self.note(f"{step} {about}".rstrip())
        answer = self._answers[step].popleft() if self._answers[step] else None
        if answer is None:
            return None
        if answer.text:
            return answer.text
        if answer.kept:
            self.take(cast(Envelope, connection.envelope))
        if answer.ends:
            connection.abort()
        await asyncio.Event().wait()  # the end of the connection cancels it
        return None

    def verdict(self, address: str) -> str | None:
        """What is said against a recipient."""
        if address in self._refused:
            return self._refused[address]
        if self._greylisted is None or address in self._greylisted:
            return None
        self._greylisted.add(address)
        return "451 4.7.1 greylisted, come again"

    def take(self, envelope: Envelope) -> None:
        """Keep a letter."""
        raw = cast(bytes, envelope.original_content)
        message = message_from_bytes(raw, policy=default)
        sender, to, options = envelope.mail_from or "", list(envelope.rcpt_tos), list(envelope.mail_options)
        with self._changed:
            self.letters.append(Delivered(sender, to, options, raw, message))
            self._changed.notify_all()


class _Hooks:
    """What aiosmtpd asks at each step."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_EHLO(  # noqa: N802  the names are aiosmtpd's
        self, smtp: "_Connection", session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if text := await self._server.planned("EHLO", smtp, hostname):
            return [text]
        session.host_name = hostname
        return [line for line in responses if self._server.login or not line.startswith("250-AUTH")]

    async def handle_AUTH(  # noqa: N802
        self, smtp: "_Connection", session: Session, envelope: Envelope, words: list[str]
    ) -> str:
        _, user, password = base64.b64decode(words[1]).decode().split("\0")
        self._server.logins.append((user, password))
        if text := await self._server.planned("AUTH", smtp):
            return text
        session.authenticated = (user, password) == self._server.login
        return (
            "235 2.7.0 welcome" if session.authenticated else f"535 5.7.8 {user} has another password than {password}"
        )

    async def handle_MAIL(  # noqa: N802
        self, smtp: "_Connection", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        return await self._server.planned("MAIL", smtp, address) or MISSING

    async def handle_RCPT(  # noqa: N802
        self, smtp: "_Connection", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        return await self._server.planned("RCPT", smtp, address) or self._server.verdict(address) or MISSING

    async def handle_DATA(  # noqa: N802
        self, smtp: "_Connection", session: Session, envelope: Envelope
    ) -> str:
        if text := await self._server.planned("DATA", smtp):
            return text
        self._server.take(envelope)
        return "250 2.0.0 queued"

    async def handle_RSET(self, smtp: "_Connection", session: Session, envelope: Envelope) -> Any:  # noqa: N802
        return await self._server.planned("RSET", smtp) or MISSING

    async def handle_QUIT(self, smtp: "_Connection", session: Session, envelope: Envelope) -> Any:  # noqa: N802
        return await self._server.planned("QUIT", smtp) or MISSING


class _Connection(SMTP):
    """One client; the server knows when it has gone."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None) -> None:
        super().__init__(
            _Hooks(server),
            hostname="mx.example",
            enable_SMTPUTF8=server.smtputf8,
            tls_context=context,
            auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN"],
        )
        self._auth_required = server.login is not None  # said to the constructor it warns about what is wanted here
        self._server = server
        self.is_open = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        if not self.is_open:  # it is called again after STARTTLS
            self.is_open = True
            self._server.came(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.is_open = False
        self._server.note("")

    async def _handle_client(self) -> None:
        try:
            if text := await self._server.planned("CONNECT", self):
                await self.push(text)
            else:
                await super()._handle_client()
        finally:
            self._writer.close()

    def abort(self) -> None:
        """Close without a word."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()


class _Controller(Controller):
    def __init__(self, server: MailServer, context: ssl.SSLContext | None) -> None:
        implicit = server.tls == "implicit"
        super().__init__(None, hostname=HOST, port=0, ssl_context=context if implicit else None)
        self._mail_server, self._starttls = server, None if implicit else context

    def factory(self) -> SMTP:
        return _Connection(self._mail_server, self._starttls)

    def _trigger_server(self) -> None:
        """No first visitor of its own, who would be counted; the port is known by now."""
        self.port = cast(asyncio.Server, self.server).sockets[0].getsockname()[1]
        self.smtpd = cast(Any, self)
        self._factory_invoked.set()


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 which vouches for itself, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of the tests")])
    today = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    shown, kept = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(certificate.public_bytes(Encoding.PEM))
    kept.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, kept)
    return shown, context
