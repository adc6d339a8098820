"""The postman who speaks SMTP: one verified connection, kept for consecutive letters, let go when idle."""

import asyncio
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from app.core.clock import now
from app.core.mail import Letter, MailDelayed, MailError, MailRefused, Receipt, Sender, cleaned, compose, mailbox
from app.core.smtp_url import SmtpServer

MOST_LETTERS = 100  # a connection
_GOODBYE_SECONDS = 2.0
_CLOSING = 421
# 5xx answers about our login: true of every letter until the operator changes something, so no letter is given up
_ABOUT_LOGIN = frozenset({530, 534, 535, 538})
_START_TLS = {"implicit": False, "required": True, "optional": None, "off": False}

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: str
    to: str
    content: bytes

    @property
    def utf8(self) -> bool:
        # bodies are encoded: what is beyond ASCII is an address, and those of the envelope stand in the headers
        return not self.content.isascii()

    @property
    def encoding(self) -> str:
        return "utf-8" if self.utf8 else "ascii"


class SmtpPostman:
    """Hands letters over one at a time; all sends of one postman belong to one event loop.

    One connection and not a pool: providers count connections per account, a small newsroom's relay takes its
    letters faster than people write them, and a server in trouble is met by one letter at a time.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        sender: Sender,
        connect: float = 20.0,
        command: float = 30.0,
        turn: float = 60.0,
        idle: float = 30.0,
    ) -> None:
        """Time-outs in seconds: `connect` until the server is ready to talk, encrypted if it should be; `command` for
        each of ours; `turn` behind other letters. Raises ValueError for an unreadable `ca`.
        """
        self._server, self._sender = server, sender
        self._connect_seconds, self._command_seconds = connect, command
        self._turn_seconds, self._idle_seconds = turn, idle
        self._tls = _tls_context(server)
        self._turn = asyncio.Lock()
        self._client: SMTP | None = None
        self._begun = 0
        self._timer: asyncio.TimerHandle | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def send(self, letter: Letter) -> Receipt:
        """Hand one letter over; raises MailRefused or MailDelayed. After a lost answer it may have arrived already."""
        content = bytes(compose(letter, sender=self._sender, at=now()))
        envelope = _Envelope(mailbox(self._sender.address), mailbox(letter.to), content)
        await self._take_turn()
        try:
            return await self._deliver(envelope)
        except (SMTPException, OSError) as error:
            raise MailDelayed(_in_words(error)) from None
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Say goodbye to the server; a later letter opens a new connection."""
        async with self._turn:
            await self._leave()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._turn_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise MailDelayed("the mail server is busy with other letters") from None

    async def _deliver(self, envelope: _Envelope) -> Receipt:
        self._stop_timer()
        ready = False  # for another letter: never after a lost or cancelled command, whose answer may still come
        try:
            client = await self._begin(envelope)
            await self._answer(client.rcpt(envelope.to, encoding=envelope.encoding))
            code, text = await self._answer(client.data(envelope.content))
            ready = True
        except MailRefused:
            ready = True
            raise
        except SMTPResponseException as error:
            ready = await self._reset()
            raise self._verdict(error) from None
        finally:
            if ready:
                self._timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._leave_soon)
            else:
                self._drop()
        return Receipt(cleaned(f"{code} {text}"))

    async def _begin(self, envelope: _Envelope) -> SMTP:
        """MAIL FROM on the kept connection, or on a new one when the server has closed that meanwhile."""
        if self._begun >= MOST_LETTERS:
            await self._leave()
        self._begun += 1
        if self._client is not None and self._client.is_connected:
            try:
                return await self._mail_from(self._client, envelope)
            except SMTPServerDisconnected:
                pass
            except SMTPSenderRefused as error:
                if error.code != _CLOSING:
                    raise
        self._drop()
        return await self._mail_from(await self._open(), envelope)

    async def _mail_from(self, client: SMTP, envelope: _Envelope) -> SMTP:
        if envelope.utf8 and not client.supports_extension("smtputf8"):
            raise MailRefused("the mail server cannot send to or from letters beyond ASCII before the @ (no SMTPUTF8)")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.utf8 else []
        await self._answer(client.mail(envelope.sender, options=options, encoding=envelope.encoding))
        return client

    async def _open(self) -> SMTP:
        """A new connection, encrypted and logged in; its failures are the operator's to mend: raises MailDelayed."""
        server = self._server
        client = self._client = SMTP(
            hostname=server.host,
            port=server.port,
            # the machine's own name may take seconds to find and is nobody's business
            local_hostname=mailbox(self._sender.address).rpartition("@")[2],
            # the library's own limits stand on asyncio.wait_for, which before Python 3.12 may swallow a cancellation
            timeout=None,
            use_tls=server.tls == "implicit",
            start_tls=_START_TLS[server.tls],
            tls_context=self._tls,
        )
        self._begun = 1
        try:
            async with asyncio.timeout(self._connect_seconds):
                await client.connect()
            if client.is_ehlo_or_helo_needed:
                await self._answer(client.ehlo())
        except SMTPResponseException as error:
            raise self._error(MailDelayed, error) from None
        if server.user:
            await self._log_in(client)
        return client

    async def _log_in(self, client: SMTP) -> None:
        if client.get_transport_info("sslcontext") is None and not self._server.loopback:
            raise MailDelayed("the mail server offers no TLS, and the password is not sent without")
        try:
            await self._answer(client.login(self._server.user, self._server.password))
        except SMTPResponseException as error:  # some servers repeat what they were sent
            raise MailDelayed("the mail server does not accept the user and password", error.code) from None

    async def _answer(self, command: Awaitable[_Answer]) -> _Answer:
        async with asyncio.timeout(self._command_seconds):
            return await command

    def _verdict(self, error: SMTPResponseException) -> MailError:
        lasting = 500 <= error.code < 600 and error.code not in _ABOUT_LOGIN
        return self._error(MailRefused if lasting else MailDelayed, error)

    def _error(self, kind: type[MailError], error: SMTPResponseException) -> MailError:
        text = error.message.replace(self._server.user, "(user)") if self._server.user else error.message
        return kind(text, error.code if error.code > 0 else None)  # the library says -1 for what is no answer

    async def _reset(self) -> bool:
        """Whether the server has put the refused letter aside."""
        assert self._client is not None
        try:
            await self._answer(self._client.rset())
        except (SMTPException, OSError):
            return False
        return True

    def _leave_soon(self) -> None:
        self._leaving = asyncio.get_running_loop().create_task(self.close())

    async def _leave(self) -> None:
        client = self._client
        try:
            if client is not None and client.is_connected:
                with suppress(SMTPException, OSError):
                    async with asyncio.timeout(_GOODBYE_SECONDS):
                        await client.quit()
        finally:
            self._drop()

    def _drop(self) -> None:
        self._stop_timer()
        client, self._client, self._begun = self._client, None, 0
        if client is not None:
            client.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _tls_context(server: SmtpServer) -> ssl.SSLContext | None:
    if server.tls == "off":
        return None
    try:
        return ssl.create_default_context(cafile=server.ca)
    except OSError:
        raise ValueError(f"cannot read certificates (PEM) from {server.ca}") from None


def _in_words(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the mail server's certificate is not trusted ({cause.verify_message}): name its authority with ca="
    if isinstance(cause, ssl.SSLError):
        return f"TLS with the mail server failed: {cause.reason or cause}"
    if isinstance(error, TimeoutError):
        return "the mail server did not answer in time"
    if isinstance(error, SMTPServerDisconnected):
        return "the mail server hung up"
    return str(error.message if isinstance(error, SMTPException) else error)
