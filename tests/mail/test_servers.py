"""The whole way over a real mail server that takes letters, refuses, greylists, stalls and drops."""

from datetime import timedelta
from typing import Any

import pytest

from app.jobs.models import JobState
from app.mail.models import MailState
from tests.mail.post import ARGS, NOON, READER, events, jobs, letter, night, owe, postman_to
from tests.newsroom import Newsroom
from tests.smtp import Delivered, MailServer

pytestmark = pytest.mark.anyio

ARABIC = {"subject": "متى يُفتتح الخط الثالث؟", "author_name": "ليلى", "body": "شكرًا لسؤالكم.\nيُفتتح غدًا."}


@pytest.fixture(autouse=True)
def noon(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)


async def delivered(newsroom: Newsroom, server: MailServer, *, patience: float = 5.0) -> list[Delivered]:
    """What has arrived after a night shift."""
    await night(newsroom, postman_to(server, patience=patience))
    return server.letters


async def test_an_arabic_answer_arrives_as_it_was_written(newsroom: Newsroom) -> None:
    with MailServer() as server:
        mail_id = await owe(newsroom, args=ARABIC, locale="ar", in_reply_to="<first@news.example>")
        (got,) = await delivered(newsroom, server)
    assert (got.to, got.subject) == ([READER], "[7K3F-9QXT] Re: متى يُفتتح الخط الثالث؟")
    assert (got["Message-ID"], got["In-Reply-To"]) == (f"<{mail_id}@masthead.invalid>", "<first@news.example>")
    assert (got["References"], got["Content-Language"]) == ("<first@news.example>", "ar")
    assert (got["Auto-Submitted"], got["List-Unsubscribe"]) == ("", "")
    assert got.text.splitlines()[:4] == ["شكرًا لسؤالكم.", "يُفتتح غدًا.", "", "ليلى"]
    assert '<html lang="ar" dir="rtl">' in got.html
    row = await letter(newsroom)
    assert (row.state, row.response) == (MailState.SENT, "250 2.0.0 queued")


HOSTILE = "The tram\r\nBcc: victim@example.org\r\nContent-Type: text/html\r\n\r\n<b>\u202eBuy\x00 now"


def hostile(value: Any) -> Any:
    """The same shape with hostile words; the addresses of links are our own in any letter."""
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, dict):
        return {name: given if name.endswith("_url") else hostile(given) for name, given in value.items()}
    return HOSTILE.replace("\x00", "")


@pytest.mark.parametrize("name", ARGS)
async def test_no_argument_becomes_a_header(newsroom: Newsroom, name: str) -> None:
    with MailServer() as server:
        await owe(newsroom, name)
        await owe(newsroom, name, args=hostile(ARGS[name]))
        letters = await delivered(newsroom, server)
    planted, plain = sorted(letters, key=lambda letter: "Bcc" not in letter.subject)
    assert planted.message.keys() == plain.message.keys()
    assert planted.to == [READER]
    assert "\u202e" not in planted.subject
    assert planted.subject.count("The tram Bcc: victim@example.org") >= 1


async def test_refused(newsroom: Newsroom) -> None:
    with MailServer() as server:
        server.refuse(READER)
        await owe(newsroom)
        assert await delivered(newsroom, server) == []
    row = await letter(newsroom)
    assert (row.state, row.response) == (MailState.REFUSED, "550 5.1.1 no such reader here")
    assert (await events(newsroom), await jobs(newsroom)) == (["mail.parked"], [])


async def test_greylisted(newsroom: Newsroom) -> None:
    with MailServer() as server:
        server.greylist()
        await owe(newsroom)
        assert await delivered(newsroom, server) == []
        row = await letter(newsroom)
        assert (row.state, row.attempts, row.response[:9]) == (MailState.QUEUED, 1, "451 4.7.1")
        newsroom.set_clock(NOON + timedelta(seconds=7))
        assert len(await delivered(newsroom, server)) == 1
    row = await letter(newsroom)
    assert (row.state, row.attempts) == (MailState.SENT, 2)


async def test_stalled(newsroom: Newsroom) -> None:
    with MailServer() as server:
        server.stall("RCPT")
        await owe(newsroom)
        assert await delivered(newsroom, server, patience=0.2) == []
        row = await letter(newsroom)
        assert (row.state, row.response) == (MailState.QUEUED, "the mail server did not answer in time")
        newsroom.set_clock(NOON + timedelta(seconds=7))
        assert len(await delivered(newsroom, server)) == 1
    assert (await letter(newsroom)).state is MailState.SENT


async def test_dropped_after_the_letter_was_taken(newsroom: Newsroom) -> None:
    """Nobody can know: it is sent again, and the receiver sees the same Message-ID twice."""
    with MailServer() as server:
        server.drop("DATA", kept=True)
        await owe(newsroom)
        await delivered(newsroom, server)
        (job,) = await jobs(newsroom)
        assert (job.state, (await letter(newsroom)).response) == (JobState.QUEUED, "the mail server hung up")
        newsroom.set_clock(NOON + timedelta(seconds=7))
        first, second = await delivered(newsroom, server)
    assert first["Message-ID"] == second["Message-ID"]
    assert ((await letter(newsroom)).state, await events(newsroom)) == (MailState.SENT, ["mail.sent"])
