"""How long letters are kept, who is not written to any more, and letters that come back."""

import os
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import cli
from app.core.bounces import Bounce
from app.core.columns import table_of
from app.core.ids import new_id
from app.core.mail import MailDelayed, MailError, MailRefused
from app.core.settings import Settings
from app.mail import queries, service, workflow
from app.mail.models import Mail, MailState
from app.staff import queries as staff_queries
from tests.mail.post import NOON, RANDOM_SUBJECT, READER, SUBJECT, events, letter, owe, rows
from tests.newsroom import SECRET, Newsroom

pytestmark = pytest.mark.anyio

MONTH = timedelta(days=30)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def noon(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)


# --- for a month


def written(session: Session, count: int) -> None:
    """So many letters, each a second older than the one before, the newest a month old."""
    session.execute(
        insert(table_of(Mail)),
        [
            {
                **{"id": new_id(), "template": "contact_reply", "locale": "en", "recipient": READER},
                **{"recipient_key": READER, "args": {}, "state": MailState.SENT, "attempts": 1, "response": ""},
                **{"message_id": f"<{number}@news.example>", "private": False},
                **{"created_at": NOON - MONTH - timedelta(seconds=number)},
            }
            for number in range(count)
        ],
    )


async def test_letters_are_forgotten_a_month_after_they_were_written(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 10)
    newsroom.set_clock(NOON - MONTH + MOMENT)
    kept = await owe(newsroom)
    await newsroom.db.write(written, 25)
    newsroom.set_clock(NOON - timedelta(hours=13))
    await newsroom.night()  # schedules begin
    assert len(await rows(newsroom, Mail)) == 26
    newsroom.set_clock(NOON)
    await newsroom.night()
    assert [mail.id for mail in await rows(newsroom, Mail)] == [kept]


async def test_the_oldest_go_first_and_no_more_than_a_batch_at_a_time(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    await newsroom.db.write(written, 5)
    assert await newsroom.db.write(service.forget_old, at=NOON) == 3
    left = {mail.message_id for mail in await rows(newsroom, Mail)}
    assert left == {"<0@news.example>", "<1@news.example>"}
    assert await newsroom.db.write(service.forget_old, at=NOON) == 2
    assert await newsroom.db.write(service.forget_old, at=NOON) == 0


# --- erasure


async def test_letters_about_erased_things_are_forgotten(newsroom: Newsroom) -> None:
    await owe(newsroom)
    await owe(newsroom, about=RANDOM_SUBJECT)
    kept = [await owe(newsroom, about=about) for about in (None, UUID(int=7))]
    await newsroom.db.write(service.forget, {SUBJECT, RANDOM_SUBJECT})
    assert {mail.id for mail in await rows(newsroom, Mail)} == set(kept)
    await newsroom.db.write(service.forget, set())
    assert len(await rows(newsroom, Mail)) == 2


async def test_letters_to_a_person_are_forgotten_however_the_address_was_written(newsroom: Newsroom) -> None:
    for address in (READER, "READER@Example.ORG", "reader@EXAMPLE.org"):
        await owe(newsroom, to=address)
    kept = await owe(newsroom, to="another.reader@example.org")
    await newsroom.db.write(service.forget_recipient, " Reader@example.org ")
    assert [mail.id for mail in await rows(newsroom, Mail)] == [kept]


# --- who is not written to


@pytest.mark.parametrize(
    "address", ["Reader@Example.org", " reader@example.org", "STRAẞE@example.org", "İ@example.org"]
)
def test_addresses_compare_as_those_of_accounts_do(address: str) -> None:
    assert workflow.fold_address(address) == staff_queries.fold_email(address)


async def test_folding_may_lengthen_an_address(newsroom: Newsroom) -> None:
    longest = "ΐ" * 242 + "@example.org"
    await owe(newsroom, to=longest)
    row = await letter(newsroom)
    assert (row.recipient, len(row.recipient_key)) == (longest, 738)


@pytest.mark.parametrize(
    ("trouble", "may"),
    [
        (None, True),
        (MailRefused("5.1.1 no such reader here", 550), False),
        (MailRefused("no mail server is configured"), True),
        (MailDelayed("greylisted", 451), True),
    ],
)
async def test_automatic_letters_do_not_go_where_one_was_refused(
    newsroom: Newsroom, trouble: MailError | None, may: bool
) -> None:
    newsroom.post.trouble = trouble
    await owe(newsroom, to="Reader@example.org")
    await newsroom.night()
    assert await newsroom.db.read(queries.may_mail, "reader@EXAMPLE.org", at=NOON) is may
    assert await newsroom.db.read(queries.may_mail, "another@example.org", at=NOON) is True
    assert await newsroom.db.read(queries.may_mail, READER, at=NOON + MONTH - MOMENT) is may
    assert await newsroom.db.read(queries.may_mail, READER, at=NOON + MONTH) is True


# --- letters that come back


def bounced(message_id: str | None, action: str = "failed", said: str = "550 mailbox full, (address)") -> Bounce:
    return Bounce(message_id, READER, action, "5.2.2", said)


async def test_a_letter_comes_back(newsroom: Newsroom) -> None:
    await owe(newsroom)
    await newsroom.night()
    report = bounced((await letter(newsroom)).message_id)
    assert await newsroom.db.write(service.record_bounce, report, at=NOON) is True
    assert await newsroom.db.write(service.record_bounce, report, at=NOON + MOMENT) is True
    row = await letter(newsroom)
    assert (row.state, row.response) == (MailState.BOUNCED, "5.2.2 550 mailbox full, (address)")
    assert await events(newsroom) == ["mail.sent", "mail.bounced"]
    assert await newsroom.db.read(queries.may_mail, READER, at=NOON) is False


@pytest.mark.parametrize(
    ("action", "message_id"),
    [
        *((action, None) for action in ("delayed", "delivered", "relayed", "expanded")),
        ("failed", "<somebody-elses@example.org>"),
        ("failed", "nothing"),
    ],
)
async def test_other_reports_change_nothing(newsroom: Newsroom, action: str, message_id: str | None) -> None:
    await owe(newsroom)
    await newsroom.night()
    ours = (await letter(newsroom)).message_id
    named = None if message_id == "nothing" else message_id or ours
    assert await newsroom.db.write(service.record_bounce, bounced(named, action), at=NOON) is False
    assert ((await letter(newsroom)).state, await events(newsroom)) == (MailState.SENT, ["mail.sent"])


async def test_a_letter_that_came_back_before_its_sending_was_written_down_is_not_sent_again(
    newsroom: Newsroom,
) -> None:
    await owe(newsroom)
    await newsroom.db.write(service.record_bounce, bounced((await letter(newsroom)).message_id), at=NOON)
    await newsroom.night()
    assert (newsroom.post.letters, (await letter(newsroom)).state) == ([], MailState.BOUNCED)


def report_about(message_id: str) -> str:
    """A report as mail servers send it (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@mx.example\nTo: desk@news.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {READER}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such reader\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\nSubject: Re: The tram\n\n--b--\n"
    )


def bounce_command(monkeypatch: pytest.MonkeyPatch, url: str, typed: str) -> tuple[int, str]:
    monkeypatch.setenv("MASTHEAD_DATABASE_URL", url)
    monkeypatch.setenv("MASTHEAD_SECRET_KEY", SECRET)
    result = CliRunner().invoke(cli, ["bounce"], input=typed)
    return result.exit_code, result.output


async def test_the_command_reads_a_report_from_the_pipe_of_a_mail_server(
    newsroom: Newsroom, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owe(newsroom)
    await newsroom.night()
    report = report_about((await letter(newsroom)).message_id)
    known = bounce_command(monkeypatch, settings.database_url, report)
    assert known == (0, "A letter came back.\n")
    row = await letter(newsroom)
    assert (row.state, row.response) == (MailState.BOUNCED, "5.1.1 550 5.1.1 no such reader")
    for other in ("", "Subject: Buy now\n\nHello", report_about("<x@example.org>"), "Subject: x\n\n" + "x" * 3_000_000):
        unknown = bounce_command(monkeypatch, settings.database_url, other)
        assert unknown == (0, "No letter of ours is reported to have come back.\n")


def test_whoever_writes_into_the_pipe_does_not_find_it_closed(settings: Settings) -> None:
    environment = {**os.environ, "MASTHEAD_DATABASE_URL": settings.database_url, "MASTHEAD_SECRET_KEY": SECRET}
    reader = [sys.executable, "-m", "app", "bounce"]
    with subprocess.Popen(reader, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment) as command:
        assert command.stdin
        command.stdin.write(b"Subject: x\n\n" + b"x" * 3_000_000)
        command.stdin.close()
        assert command.wait(60) == 0


async def test_the_mail_server_keeps_a_report_that_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    assert bounce_command(monkeypatch, nowhere, report_about("<x@example.org>"))[0] == 75
