"""Which postman works here: a real one, or one of his twins that print, keep or refuse letters."""

import re
import sys
from collections.abc import Iterator
from typing import TextIO

from app.core.mail import Letter, MailError, MailRefused, Postman, Receipt, Sender
from app.core.smtp_url import parse_smtp_url

NOWHERE, CONSOLE, MEMORY = "", "console:", "memory:"

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def check_mail_url(url: str) -> str:
    """The address as it was written, for Settings; raises ValueError for what `open_postman` would not take."""
    if url not in (NOWHERE, CONSOLE, MEMORY):
        parse_smtp_url(url)
    return url


def open_postman(url: str, *, sender: Sender, out: TextIO | None = None) -> Postman:
    """For `smtp://…`, `smtps://…`, `console:` (prints to `out`), `memory:` or nothing; raises ValueError."""
    if url == NOWHERE:
        return NoPostman()
    if url == CONSOLE:
        return ConsolePostman(sender=sender, out=out or sys.stderr)
    if url == MEMORY:
        return MemoryPostman()
    from app.core.smtp import SmtpPostman

    return SmtpPostman(parse_smtp_url(url), sender=sender)


class NoPostman:
    """For a server without mail: every letter is refused, with what to do about it."""

    async def send(self, letter: Letter) -> Receipt:
        """Raises MailRefused."""
        raise MailRefused("no mail server is configured: set MASTHEAD_SMTP_URL")

    async def close(self) -> None:
        """Nothing is held."""


class MemoryPostman:
    """For tests: keeps the letters; `trouble`, when set, is raised instead."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.trouble: MailError | None = None

    async def send(self, letter: Letter) -> Receipt:
        """Keep it."""
        if self.trouble is not None:
            raise self.trouble
        self.letters.append(letter)
        return Receipt("250 kept")

    async def close(self) -> None:
        """The letters stay."""


class ConsolePostman:
    """For development: prints the text of each letter with its links; no line of it can pass for another's."""

    def __init__(self, *, sender: Sender, out: TextIO) -> None:
        self._sender, self._out = sender, out

    async def send(self, letter: Letter) -> Receipt:
        """Print it in one piece."""
        self._out.write("".join(f"mail | {_visible(line)}".rstrip() + "\n" for line in self._lines(letter)))
        self._out.flush()
        return Receipt("250 printed")

    async def close(self) -> None:
        """The stream belongs to whoever opened it."""

    def _lines(self, letter: Letter) -> Iterator[str]:
        yield f"From: {self._sender.name} <{self._sender.address}>"
        yield f"To: {letter.to}"
        yield f"Subject: {letter.subject}"
        yield f"Message-ID: {letter.message_id}"
        if letter.reply_to:
            yield f"Reply-To: {letter.reply_to}"
        if letter.in_reply_to:
            yield f"In-Reply-To: {letter.in_reply_to}"
        if letter.unsubscribe_url:
            yield f"List-Unsubscribe: <{letter.unsubscribe_url}>"
        yield ""
        yield from re.split("\r\n|[\r\n]", letter.text)
        yield ""


def _visible(line: str) -> str:
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
