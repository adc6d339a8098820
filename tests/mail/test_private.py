"""Letters about tips: no table, no line of the log says more than the day, whatever the mail server says."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session
from structlog.testing import capture_logs

from app import tables
from app.core.actor import system
from app.core.bounces import Bounce
from app.core.clock import day_of
from app.core.mail import Letter, MailDelayed, MailError, MailRefused, Receipt
from app.events.models import Event
from app.jobs.models import JobState
from app.mail import queries, service
from app.mail.models import MailState
from app.mail.workflow import DELAYS
from tests.mail.post import ARGS, NOON, RANDOM_SUBJECT, READER, events, jobs, letter, night, owe, rows
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

STAMP = int(NOON.timestamp())
# each tells the second in which it was said, as real servers do
TAKEN = f"250 2.0.0 OK {STAMP} a1-20020a05 - gsmtp"
LATER = MailDelayed(f"4.7.1 greylisted at 12:34:56, come again after {STAMP + 300}", 451)
NEVER = MailRefused(f"5.7.1 refused on {NOON.isoformat()}", 550)


class Postman:
    """Answers as a real server does."""

    def __init__(self, trouble: MailError | None) -> None:
        self.trouble = trouble
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> Receipt:
        if self.trouble is not None:
            raise self.trouble
        self.letters.append(letter)
        return Receipt(TAKEN)

    async def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def noon(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)


async def everything(newsroom: Newsroom) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but those of the workers themselves, who live by the second."""

    def query(session: Session) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in tables.metadata.sorted_tables
            if table.name not in {"job_worker", "job_schedule"}
        }

    return await newsroom.stored(query)


def dated(value: object) -> bool:
    """Whether the value tells a finer time than the day."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment != day_of(moment)
    if isinstance(value, UUID):
        return value.version != 4
    text = json.dumps(value, default=str)
    ids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", text)
    return str(STAMP)[:7] in text or re.search(r"\d\d:\d\d", text) is not None or any(kind != "4" for kind in ids)


async def assert_undated(newsroom: Newsroom, *, rows: int) -> None:
    found = await everything(newsroom)
    told = {name: row for name, listed in found.items() for row in listed if any(map(dated, row.values()))}
    assert told == {}
    assert sum(map(len, found.values())) == rows


async def owe_private(newsroom: Newsroom) -> UUID:
    return await owe(newsroom, "contact_tip", about=RANDOM_SUBJECT, private=True)


SAID: list[tuple[MailError | None, MailState, str, int]] = [
    (None, MailState.SENT, "250", 2),  # the letter and its event
    (LATER, MailState.QUEUED, "451", 2),  # the letter and its job
    (NEVER, MailState.REFUSED, "550", 2),
    (MailDelayed("the mail server hung up"), MailState.QUEUED, "the mail server hung up", 2),
    (MailDelayed(f"Malformed SMTP response line: 12:34:56 {STAMP}", -1), MailState.QUEUED, "-1", 2),
]


@pytest.mark.parametrize(("trouble", "state", "said", "count"), SAID)
async def test_no_column_is_finer_than_the_day(
    newsroom: Newsroom, trouble: MailError | None, state: MailState, said: str, count: int
) -> None:
    await owe_private(newsroom)
    await assert_undated(newsroom, rows=2)
    newsroom.set_clock(NOON + timedelta(minutes=3))
    with capture_logs() as logged:
        await night(newsroom, Postman(trouble))
    await assert_undated(newsroom, rows=count)
    row = await letter(newsroom)
    assert (row.state, row.response, row.private) == (state, said, True)
    assert row.sent_at == (day_of(NOON) if trouble is None else None)
    assert [event.data for event in await rows(newsroom, Event)] == [{}] * (state is not MailState.QUEUED)
    assert logged == []


async def test_nor_after_the_last_try_and_when_it_is_put_back(newsroom: Newsroom) -> None:
    mail_id = await owe_private(newsroom)
    with capture_logs() as logged:
        for _ in (0, *DELAYS):
            await night(newsroom, Postman(LATER))
        (job,) = await jobs(newsroom)
        assert (job.state, (await letter(newsroom)).response) == (JobState.PARKED, "451")
        assert await events(newsroom) == ["mail.parked"]
        await assert_undated(newsroom, rows=4)
        await newsroom.db.write(service.retry, mail_id, by=system("tests"), at=NOON)
        await assert_undated(newsroom, rows=5)
        await night(newsroom, Postman(None))
    await assert_undated(newsroom, rows=5)
    assert sorted(await events(newsroom)) == ["mail.parked", "mail.retried", "mail.sent"]
    assert logged == []


async def test_nor_when_it_comes_back(newsroom: Newsroom) -> None:
    await owe_private(newsroom)
    await night(newsroom, Postman(None))
    report = Bounce((await letter(newsroom)).message_id, READER, "failed", "5.1.1", f"550 {STAMP} 12:34:56 nobody")
    await newsroom.db.write(service.record_bounce, report, at=NOON)
    await assert_undated(newsroom, rows=3)
    row = await letter(newsroom)
    assert (row.state, row.response) == (MailState.BOUNCED, "5.1.1")
    assert await newsroom.db.read(queries.may_mail, READER, at=NOON) is False


async def test_a_broken_template_leaves_no_line_in_the_log(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "contact_tip.en.txt").write_text("Subject: Hello\n\n{{ nothing }}\n")
    await owe_private(newsroom)
    postman = Postman(None)
    with capture_logs() as logged:
        await night(newsroom, postman, mail_templates=str(tmp_path))
    assert [sent.subject for sent in postman.letters] == ["A tip for The Harbour Times"]
    assert logged == []


@pytest.mark.parametrize("locale", ["en", "ar"])
async def test_the_letter_says_that_there_is_a_tip_and_no_more(newsroom: Newsroom, locale: str) -> None:
    await owe(newsroom, "contact_tip", about=RANDOM_SUBJECT, private=True, locale=locale)
    await newsroom.night()
    (sent,) = newsroom.post.letters
    given = ARGS["contact_tip"].values()
    words = set(re.findall(r"\w+", sent.text + sent.subject)) - set(re.findall(r"\w+", " ".join(given)))
    assert not {word for word in words if word.isdigit() or "@" in word}
    assert RANDOM_SUBJECT.hex[:8] not in f"{sent.message_id} {sent.text} {sent.html}"


@pytest.mark.parametrize(
    "value",
    [NOON, UUID("0190a8a2-0000-7000-8000-000000000001"), {"about": "0190a8a2-0000-7000-8000-000000000001"}, TAKEN],
)
def test_these_tests_see_a_finer_time(value: object) -> None:
    assert dated(value)
