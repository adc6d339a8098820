"""Letters and how they leave: what a letter may hold, its form on the wire, and what every postman promises."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from textwrap import wrap
from typing import Protocol
from uuid import UUID

from app.core.email import MAX_EMAIL_LENGTH, check_email
from app.core.language import LOCALE_PATTERN
from app.core.text import BIDI_CONTROLS, excerpt

MOST_REFERENCES = 20
_MAX_REPLY = 200
_LINE = 68  # with the longest name in front it stays under the 78 of RFC 5322

FORGES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_TEXT = re.compile("[\x00\ud800-\udfff]")
MESSAGE_ID = re.compile("<(?=.{3,253}>)[!-;=?-~]+@[!-;=?-~]+>")
_URL = re.compile("https?://[!-;=?-~]{1,900}")
_PLAIN = re.compile("(?!.*=[?])[!-~]{1,70}(?: [!-~]{1,70})*")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+")

# 7 bits in every part: any server takes them and none on the way may change them under a DKIM signature
_POLICY = SMTP.clone(cte_type="7bit")


def mailbox(address: str) -> str:
    """The address as it travels, its domain in ASCII; raises ValueError for what no mail could reach."""
    local, _, domain = check_email(address).rpartition("@")
    try:
        travelling = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise ValueError("the domain of the address cannot be written in ASCII (IDNA)") from None
    if len(travelling) > MAX_EMAIL_LENGTH:
        raise ValueError(f"the address is longer than {MAX_EMAIL_LENGTH} characters in ASCII")
    return check_email(travelling)  # again: IDNA turns the wide forms of `<>,@/` into the narrow ones


def new_message_id(domain: str, token: UUID | str) -> str:
    """The Message-ID for the letter with this id: every try carries the same, so receivers can tell a repeated one."""
    return _identifier("token", f"<{mailbox(f'{token}@{domain}')}>")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the name and address of every letter of one postman."""

    name: str
    address: str

    def __post_init__(self) -> None:
        mailbox(self.address)
        _one_line("name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person; raises ValueError for what could forge a header. Its repr names nobody."""

    message_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    locale: str
    auto: bool  # no person wrote it: other machines must not answer
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: str | None = field(default=None, repr=False)
    unsubscribe_url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        mailbox(self.to)
        if self.reply_to is not None:
            mailbox(self.reply_to)
        _one_line("subject", self.subject)
        for name in ("text", "html"):
            if _NOT_IN_TEXT.search(getattr(self, name) or ""):
                raise ValueError(f"{name}: NUL and halves of surrogate pairs are not allowed")
        _identifier("message_id", self.message_id)
        if self.in_reply_to is not None:
            _identifier("in_reply_to", self.in_reply_to)
        for reference in self.references:
            _identifier("references", reference)
        if not re.fullmatch(LOCALE_PATTERN, self.locale):
            raise ValueError("locale: must be a code such as en or ar-EG")
        if self.unsubscribe_url is not None and not _URL.fullmatch(self.unsubscribe_url):
            raise ValueError("unsubscribe_url: must be an ASCII http or https address")


def _one_line(name: str, value: str) -> str:
    if FORGES.search(value):
        raise ValueError(f"{name}: line breaks and control characters are not allowed")
    return value


def _identifier(name: str, value: str) -> str:
    if not MESSAGE_ID.fullmatch(value):
        raise ValueError(f"{name}: must be one Message-ID such as <id@news.example>")
    return value


def compose(letter: Letter, *, sender: Sender, at: datetime) -> EmailMessage:
    """The letter with every header; `policy.utf8` is on when an address before its @ can only travel by SMTPUTF8."""
    addresses = [mailbox(address) for address in (sender.address, letter.to, letter.reply_to) if address]
    message = EmailMessage(policy=_POLICY.clone(utf8=not "".join(addresses).isascii()))
    author, recipient, *answers = addresses
    _put(message, "Date", format_datetime(at))
    _put(message, "From", sender.name or author, *_named(sender.name, author))
    _put(message, "To", recipient)
    for address in answers:
        _put(message, "Reply-To", address)
    _put(message, "Subject", letter.subject, *_folded("Subject", letter.subject))
    _put(message, "Message-ID", letter.message_id)
    if letter.in_reply_to is not None:
        _put(message, "In-Reply-To", letter.in_reply_to)
    if references := _shortened(letter.references):
        _put(message, "References", " ".join(references), *references)
    _put_for_machines(message, letter)
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    _put(message, "Content-Language", letter.locale)
    return message


def _put_for_machines(message: EmailMessage, letter: Letter) -> None:
    if letter.auto:
        _put(message, "Auto-Submitted", "auto-replied" if letter.in_reply_to else "auto-generated")
        # not `All`, which would silence the reports of failed delivery too
        _put(message, "X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply")
    if url := letter.unsubscribe_url:
        _put(message, "List-Unsubscribe", f"<{url}>")
        if url.startswith("https:"):  # RFC 8058 allows one click over nothing less
            _put(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def _shortened(references: tuple[str, ...]) -> tuple[str, ...]:
    """The first, which holds a thread together, and the latest."""
    if len(references) <= MOST_REFERENCES:
        return references
    return (references[0], *references[1 - MOST_REFERENCES :])


class _Header(str):
    """A header which knows its lines on the wire.

    The standard library would fold on its own, but it tears long Message-IDs into encoded words, and before 3.11.10
    it decodes `=?utf-8?q?=0D=0ABcc:…?=` in a typed subject into a header.
    """

    name: str
    lines: tuple[str, ...]

    def fold(self, *, policy: Policy) -> str:
        """What the generator of the message asks for."""
        return f"{self.name}: {(policy.linesep + ' ').join(self.lines)}{policy.linesep}"


def _put(message: EmailMessage, name: str, value: str, *lines: str) -> None:
    header = _Header(value)
    header.name, header.lines = name, lines or (value,)
    message[name] = header


def _named(name: str, address: str) -> list[str]:
    if not name:
        return [address]
    if _PLAIN.fullmatch(name) and len(name) <= _LINE:
        quoted = re.sub(r'(["\\])', r"\\\1", name)
        return [f'"{quoted}"', f"<{address}>"]
    return [*_encoded("From", name), f"<{address}>"]


def _folded(name: str, text: str) -> list[str]:
    if _PLAIN.fullmatch(text):
        return wrap(text, _LINE, break_long_words=False, break_on_hyphens=False)
    return _encoded(name, text)


def _encoded(name: str, text: str) -> list[str]:
    """RFC 2047 words of at most 75 characters, each whole in itself."""
    return Header(text, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\n").split("\n ")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mail server said when it took the letter."""

    response: str


class MailError(Exception):
    """A letter did not leave; `code` is the mail server's, if it spoke, and `text` (at most 200) names nobody."""

    def __init__(self, text: str, code: int | None = None) -> None:
        self.code, self.text = code, cleaned(text)
        super().__init__(f"{code} {self.text}" if code else self.text)


class MailRefused(MailError):
    """It never will: trying again is of no use."""


class MailDelayed(MailError):
    """It may later: try again."""


def cleaned(text: str) -> str:
    """At most 200 characters on one line of what a stranger's server said, without addresses and controls."""
    shown = BIDI_CONTROLS.sub("", FORGES.sub(" ", text[:1000]))
    return excerpt(_ADDRESS.sub("(address)", shown), _MAX_REPLY)


class Postman(Protocol):
    """The one way in which Masthead sends mail; `core.postmen.open_postman` chooses which."""

    async def send(self, letter: Letter) -> Receipt:
        """Hand one letter over; raises MailRefused (never try again) or MailDelayed (try later)."""
        ...

    async def close(self) -> None:
        """Let go of what is held; safe to repeat."""
        ...
