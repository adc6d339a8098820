"""Letters on the wire: what was written arrives, in every script, and nothing written becomes a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.mail import MOST_REFERENCES, Letter, MailRefused, Sender, cleaned, compose, mailbox, new_message_id
from tests.core.letters import READER, SENDER, letter

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
ARABIC = "وصلتنا رسالتك: شكرًا لك"
USUAL = ["Date", "From", "To", "Subject", "Message-ID"]
MIME = ["MIME-Version", "Content-Type", "Content-Language"]


def wire(written: Letter, sender: Sender = SENDER) -> bytes:
    return bytes(compose(written, sender=sender, at=AT))


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def sent(sender: Sender = SENDER, **facts: Any) -> EmailMessage:
    return read(wire(letter(**facts), sender))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def author(raw: bytes) -> tuple[str, str]:
    """The name and address; `policy.default` would put a space between two encoded words of one name."""
    ((name, address),) = getaddresses([str(message_from_bytes(raw)["From"]).replace("\r\n", "")])
    return str(make_header(decode_header(name))), address


# ── what could forge ─────────────────────────────────────────────────────────────────────────────────────────────────

FORGING = {
    "CRLF": "\r\nBcc: victim@example.org",
    "LF": "\nBcc: victim@example.org",
    "CR": "\rBcc: victim@example.org",
    "an end of the headers": "\r\n\r\n<p>buy</p>",
    "a folded line": "\r\n Bcc: victim@example.org",
    "NUL": "\0",
    "vertical tab": "\x0bBcc: victim@example.org",
    "form feed": "\x0c",
    "unit separator": "\x1f",
    "delete": "\x7f",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "half a surrogate pair": "\ud83d",
}
# where a hostile piece may stand in each member, so that all else of it is right
MEMBERS = {
    "to": ["reader{}@example.org", "reader@exam{}ple.org", "{}reader@example.org", "reader@example.org{}"],
    "reply_to": ["reader{}@example.org", "reader@exam{}ple.org", "{}reader@example.org", "reader@example.org{}"],
    "subject": ["We have{} your message", "{}We", "We{}"],
    "message_id": ["<1{}@news.example>", "<1@news{}.example>", "{}<1@news.example>", "<1@news.example>{}"],
    "in_reply_to": ["<1{}@news.example>", "{}<1@news.example>", "<1@news.example>{}"],
    "locale": ["en{}", "{}en", "ar-{}EG"],
    "unsubscribe_url": ["https://news.example/{}u", "{}https://news.example/u", "https://news.example/u{}"],
}


@pytest.mark.parametrize("evil", FORGING.values(), ids=FORGING)
@pytest.mark.parametrize(
    ("member", "shape"), [(member, shape) for member, shapes in MEMBERS.items() for shape in shapes]
)
def test_no_letter_can_be_written_that_forges_a_header(member: str, shape: str, evil: str) -> None:
    assert letter(**{member: shape.format("")}), "the shape itself is refused"
    with pytest.raises(ValueError, match=f"{member}|address"):
        letter(**{member: shape.format(evil)})


@pytest.mark.parametrize("evil", FORGING.values(), ids=FORGING)
def test_nor_by_its_references_or_its_sender(evil: str) -> None:
    with pytest.raises(ValueError, match="references"):
        letter(references=("<0@news.example>", f"<1{evil}@news.example>"))
    with pytest.raises(ValueError, match="name"):
        Sender(f"Al{evil}Qalam", "desk@news.example")
    with pytest.raises(ValueError, match="address"):
        Sender("Al-Qalam", f"desk{evil}@news.example")
    with pytest.raises(ValueError, match="address"):
        new_message_id(f"news{evil}.example", "1")
    with pytest.raises(ValueError, match="address"):
        new_message_id("news.example", f"1{evil}")


@pytest.mark.parametrize("member", ["text", "html"])
@pytest.mark.parametrize("evil", ["\0", "\ud800"])
def test_bodies_have_no_nul_and_no_half_characters(member: str, evil: str) -> None:
    with pytest.raises(ValueError, match=member):
        letter(**{member: f"Thank{evil} you"})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("to", "reader@example.org, victim@example.org"),
        ("to", "Reader <reader@example.org>"),
        ("to", "reader@example.org>"),
        ("to", "reader"),
        ("to", ""),
        ("reply_to", "desk@news.example,victim@example.org"),
        ("message_id", "1@news.example"),
        ("message_id", "<1@news.example> <2@news.example>"),
        ("message_id", "<1@news.example>,"),
        ("message_id", "<رسالة@news.example>"),
        ("message_id", "<" + "1" * 250 + "@news.example>"),
        ("in_reply_to", ""),
        ("in_reply_to", "<1 @news.example>"),
        ("references", ("<1@news.example> <2@news.example>",)),
        ("references", ("",)),
        ("locale", ""),
        ("locale", "english"),
        ("locale", "en, ar"),
        ("unsubscribe_url", ""),
        ("unsubscribe_url", "javascript:alert(1)"),
        ("unsubscribe_url", "mailto:desk@news.example"),
        ("unsubscribe_url", "https://news.example/u>, <https://evil.example/"),
        ("unsubscribe_url", "https://news.example/a b"),
        ("unsubscribe_url", "https://news.example/اشتراك"),
        ("unsubscribe_url", "https://news.example/" + "u" * 900),
    ],
)
def test_what_is_not_one_thing_is_refused(member: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{member}|address"):
        letter(**{member: value})


TYPED = {
    "English": "We have your message",
    "Arabic": ARABIC,
    "both": "Re: قصة البلدية (draft 2) — final",
    "emoji": "📰" * 40,
    "an encoded header": "=?utf-8?q?=0D=0ABcc:_victim@example.org?=",
    "an encoded word among others": "see =?utf-8?b?2YXYsdit2KjYpw==?= here",
    "half an encoded word": "=?utf-8?q?",
    "a header": "Bcc: victim@example.org",
    "quotes": 'The "Pen", daily',
    "a backslash": "The \\Pen\\",
    "another address": '"Al-Qalam" <evil@evil.example>, x',
    "another address in Arabic": "القلم <evil@evil.example>, x@evil.example;",
    "two spaces": "a  b",
    "one long word": "x" * 1200,
    "many words": "word and again " * 80 + "end",
    "many Arabic words": "كلمة وأخرى " * 120 + "نهاية",
    "marks": "é" * 300,
    "brackets": "(comment) [x] {y} <z>",
    "bidi": "\u202eevil\u202c",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_what_was_typed_is_read_back(typed: str) -> None:
    raw = wire(letter(subject=typed, text=typed, html=f"<p>{typed}</p>"), Sender(typed, "desk@news.example"))
    _is_as_written(raw, typed)
    assert body(read(raw), "plain").rstrip("\n") == typed
    assert body(read(raw), "html").rstrip("\n") == f"<p>{typed}</p>"


LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=300)


@given(LINES.filter(lambda line: line == line.strip()))
def test_whatever_was_typed_is_read_back(typed: str) -> None:
    raw = wire(letter(subject=typed, text=typed, html=typed), Sender(typed, "desk@news.example"))
    _is_as_written(raw, typed)


def _is_as_written(raw: bytes, typed: str) -> None:
    message = read(raw)
    assert message["Subject"] == typed
    assert author(raw) == (typed, "desk@news.example")
    assert message["To"].addresses[0].addr_spec == READER
    assert sorted(message.keys()) == sorted([*USUAL, *MIME, "Auto-Submitted", "X-Auto-Response-Suppress"])
    assert raw.isascii()
    assert _longest_line(raw) <= 998


def _longest_line(raw: bytes) -> int:
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return max(map(len, raw.split(b"\r\n")))


@pytest.mark.parametrize(
    "text",
    ["x" * 5000, "كلمة" * 2000, "word " * 2000, "a\r\nb\rc\nd", "From here\n.\n..\n", "\n" * 50, "é" + "x" * 5000],
)
def test_no_line_is_longer_than_mail_allows(text: str) -> None:
    identifiers = tuple(f"<{number}{'1' * 235}@news.example>" for number in range(100, 200))
    raw = wire(
        letter(
            subject="x" * 5000,
            text=text,
            html=f"<p>{text}</p>",
            references=identifiers,
            in_reply_to=identifiers[0],
            message_id=identifiers[1],
            unsubscribe_url="https://news.example/" + "u" * 879,
        ),
        Sender("ن" * 1000, "desk@news.example"),
    )
    assert _longest_line(raw) <= 998
    message = read(raw)
    assert message["In-Reply-To"] == identifiers[0]
    assert message["Message-ID"] == identifiers[1]
    assert message["References"].split() == [identifiers[0], *identifiers[1 - MOST_REFERENCES :]]
    assert body(message, "plain").splitlines() == text.splitlines()


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_says_when_in_which_language_and_how_it_may_be_read() -> None:
    message = sent(locale="ar-EG", subject=ARABIC, text="نص", html="<p>نص</p>")
    assert message["Date"] == "Sun, 22 Nov 2026 18:30:00 +0000"
    assert message["Content-Language"] == "ar-EG"
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content_charset()) for part in message.iter_parts()]
    assert parts == [("text/plain", "utf-8"), ("text/html", "utf-8")], "the last one is preferred"


def test_a_letter_without_html_is_plain() -> None:
    message = sent(text=ARABIC)
    assert (message.get_content_type(), body(message, "plain")) == ("text/plain", ARABIC + "\n")


@pytest.mark.parametrize(
    ("facts", "headers"),
    [
        ({"auto": False}, {}),
        (
            {"auto": True},
            {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"},
        ),
        (
            {"auto": True, "in_reply_to": "<0@example.org>"},
            {
                "Auto-Submitted": "auto-replied",
                "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
                "In-Reply-To": "<0@example.org>",
            },
        ),
        (
            {"auto": False, "in_reply_to": "<2@a.example>", "references": ("<1@a.example>", "<2@a.example>")},
            {"In-Reply-To": "<2@a.example>", "References": "<1@a.example> <2@a.example>"},
        ),
        ({"auto": False, "reply_to": "contact@news.example"}, {"Reply-To": "contact@news.example"}),
        (
            {"auto": False, "unsubscribe_url": "https://news.example/u?t=a,b"},
            {
                "List-Unsubscribe": "<https://news.example/u?t=a,b>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        ),
        (
            {"auto": False, "unsubscribe_url": "http://127.0.0.1:8000/u"},
            {"List-Unsubscribe": "<http://127.0.0.1:8000/u>"},
        ),
    ],
)
def test_headers_for_threads_and_machines(facts: dict[str, Any], headers: dict[str, str]) -> None:
    message = sent(**facts)
    assert {name: value for name, value in message.items() if name not in USUAL + MIME + CONTENT} == headers


CONTENT = ["Content-Transfer-Encoding"]


def test_a_sender_without_a_name_is_an_address() -> None:
    assert author(wire(letter(), Sender("", "desk@news.example"))) == ("", "desk@news.example")


# ── addresses and identifiers ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "travels"),
    [
        ("Reader+tag@Example.org", "Reader+tag@Example.org"),
        ("reader@مثال.example", "reader@xn--mgbh0fb.example"),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("قارئ@مثال.example", "قارئ@xn--mgbh0fb.example"),
    ],
)
def test_domains_travel_in_ascii(address: str, travels: str) -> None:
    assert mailbox(address) == travels
    message = compose(letter(to=address, reply_to=address), sender=Sender("", address), at=AT)
    shown = [str(message[name]) for name in ("From", "To", "Reply-To")]
    assert shown == [travels] * 3
    head = bytes(message).partition(b"\r\n\r\n")[0]
    assert f"\r\nTo: {travels}\r\n".encode() in head
    assert head.isascii() is travels.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "reader@example.org＞",
        "reader@example.org，victim＠example.org",
        "reader@example.org；x.example",
        "reader@exam﹤ple.org",
        "reader@ℂ／x.example",
        "reader@" + "ن" * 62 + ".example",
        "reader@" + ".".join(["نونكتاب"] * 20) + ".example",
    ],
)
def test_domains_which_become_something_else_in_ascii_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        mailbox(address)


def test_every_try_of_a_letter_carries_the_same_message_id() -> None:
    token = UUID("0192f0c1-2b3c-7d4e-8f50-123456789abc")
    written = new_message_id("news.example", token)
    assert written == new_message_id("news.example", token) == "<0192f0c1-2b3c-7d4e-8f50-123456789abc@news.example>"
    assert new_message_id("مثال.example", "a.1") == "<a.1@xn--mgbh0fb.example>"
    assert letter(message_id=written)


@pytest.mark.parametrize(("domain", "token"), [("news.example", "رمز"), ("localhost", "1"), ("news.example", "")])
def test_what_makes_no_message_id_is_refused(domain: str, token: str) -> None:
    with pytest.raises(ValueError, match=r"token|address"):
        new_message_id(domain, token)


# ── what is said about it ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2.0.0 Ok:  queued as\n4F3", "2.0.0 Ok: queued as 4F3"),
        ("5.1.1 <reader@example.org>: unknown", "5.1.1 <(address)>: unknown"),
        ("no قارئ@مثال.example here", "no (address) here"),
        ("a\x1b[31mred\x00\u202e\u2028b\udcff", "a [31mred b"),
        ("x" * 5000, "x" * 199 + "…"),
        ("a@" * 5000, "(address)"),
    ],
)
def test_what_servers_say_is_one_short_line_about_nobody(said: str, kept: str) -> None:
    assert cleaned(said) == kept
    error = MailRefused(said, 550)
    assert (error.code, error.text, str(error)) == (550, kept, f"550 {kept}")


def test_the_repr_of_a_letter_names_nobody_and_shows_no_link() -> None:
    link = "https://news.example/reset?token=canary"
    shown = repr(letter(text=link, html=link, subject=link, unsubscribe_url=link, reply_to=READER))
    assert "canary" not in shown
    assert READER not in shown
    assert "<1@news.example>" in shown
