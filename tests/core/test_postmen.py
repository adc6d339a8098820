"""Which postman is chosen, and what the ones without a server do."""

import io

import pytest

from app.core.mail import MailDelayed, MailRefused
from app.core.postmen import ConsolePostman, MemoryPostman, NoPostman, check_mail_url, open_postman
from app.core.smtp import SmtpPostman
from tests.core.letters import SENDER, letter

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("", NoPostman),
        ("console:", ConsolePostman),
        ("memory:", MemoryPostman),
        ("smtp://mail.example.org", SmtpPostman),
        ("smtps://user:password@mail.example.org", SmtpPostman),
    ],
)
def test_the_address_chooses(url: str, kind: type) -> None:
    assert check_mail_url(url) == url
    assert type(open_postman(url, sender=SENDER)) is kind


@pytest.mark.parametrize("url", ["console", "off", "memory:x", "sendmail:", " ", "smtp://"])
def test_other_words_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        check_mail_url(url)
    with pytest.raises(ValueError, match="must look like"):
        open_postman(url, sender=SENDER)


async def test_without_a_server_every_letter_is_refused_with_what_to_do() -> None:
    postman = open_postman("", sender=SENDER)
    with pytest.raises(MailRefused, match=r"^no mail server is configured: set MASTHEAD_SMTP_URL$"):
        await postman.send(letter())
    await postman.close()


async def test_memory_keeps_letters_until_there_is_trouble() -> None:
    postman = MemoryPostman()
    first, second = letter(message_id="<1@news.example>"), letter(message_id="<2@news.example>")
    assert (await postman.send(first)).response
    postman.trouble = MailDelayed("greylisted", 451)
    with pytest.raises(MailDelayed, match="451 greylisted"):
        await postman.send(second)
    postman.trouble = None
    await postman.send(second)
    await postman.close()
    assert postman.letters == [first, second]


LINK = "https://news.example/confirm?token=a-b_c.d&lang=ar"


async def test_the_console_shows_the_whole_text_with_its_links() -> None:
    out = io.StringIO()
    postman = open_postman("console:", sender=SENDER, out=out)
    await postman.send(
        letter(
            subject="أكّد اشتراكك",
            text=f"مرحبًا\n\n{LINK}\nشكرًا",
            html="<p>not shown</p>",
            reply_to="contact@news.example",
            in_reply_to="<0@example.org>",
            unsubscribe_url="https://news.example/u",
        )
    )
    await postman.close()
    assert out.getvalue().splitlines() == [
        "mail | From: Al-Qalam <desk@news.example>",
        "mail | To: reader@example.org",
        "mail | Subject: أكّد اشتراكك",
        "mail | Message-ID: <1@news.example>",
        "mail | Reply-To: contact@news.example",
        "mail | In-Reply-To: <0@example.org>",
        "mail | List-Unsubscribe: <https://news.example/u>",
        "mail |",
        "mail | مرحبًا",
        "mail |",
        f"mail | {LINK}",
        "mail | شكرًا",
        "mail |",
    ]


BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("line_break", BREAKS, ids=ascii)
async def test_no_letter_forges_a_line_of_the_log(line_break: str) -> None:
    out = io.StringIO()
    forged = '{"event": "session.started", "level": "info"}'
    await ConsolePostman(sender=SENDER, out=out).send(letter(text=f"hello{line_break}{forged}"))
    shown = out.getvalue()
    assert all(line.startswith("mail |") for line in shown.splitlines())
    assert forged in shown


@pytest.mark.parametrize("control", ["\x1b[2J", "\x07", "\x08", "\x9b31m", "\u202e", "\u2066", "\u200f"], ids=ascii)
async def test_no_letter_steers_the_terminal(control: str, capsys: pytest.CaptureFixture[str]) -> None:
    await open_postman("console:", sender=SENDER).send(letter(text=f"a{control}b"))
    shown = capsys.readouterr().err
    assert control not in shown
    assert f"a\\u{ord(control[0]):04x}{control[1:]}b" in shown
