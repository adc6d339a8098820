"""From the transaction that owes a letter to what its row, the diary and the queue say after each answer."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from app.core.actor import system
from app.core.errors import Conflict
from app.core.mail import Letter, MailDelayed, MailError, MailRefused, Receipt
from app.events.models import Event
from app.jobs import service as jobs_service
from app.jobs.models import Job, JobState
from app.mail import queries, service, workflow
from app.mail.errors import LetterNotFound, NotStuck
from app.mail.models import MailState
from app.mail.workflow import DELAYS, Template
from tests.mail.post import ARGS, NOON, RANDOM_SUBJECT, READER, SUBJECT, events, jobs, letter, night, owe, rows
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

BY = system("tests")
GREYLISTED = MailDelayed("4.7.1 greylisted, come again", 451)
NOBODY = MailRefused("5.1.1 no such reader here", 550)


@pytest.fixture(autouse=True)
def noon(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)


def later(newsroom: Newsroom, seconds: float) -> None:
    moment = newsroom.app.state.clock() + timedelta(seconds=seconds)
    newsroom.set_clock(moment)


# --- owing


async def test_a_letter_is_owed_written_and_sent(newsroom: Newsroom) -> None:
    mail_id = await owe(newsroom, to="Salma@Example.org", locale="ar", in_reply_to="<first@news.example>")
    waiting = await letter(newsroom)
    assert (waiting.state, waiting.attempts, waiting.args, waiting.created_at) == (
        *(MailState.QUEUED, 0, ARGS["contact_reply"], NOON),
    )
    assert newsroom.post.letters == []
    later(newsroom, 7)
    await newsroom.night()
    (sent,) = newsroom.post.letters
    assert sent == Letter(
        message_id=f"<{mail_id}@masthead.invalid>",
        to="Salma@Example.org",
        subject="[7K3F-9QXT] Re: The tram",
        text=sent.text,
        html=sent.html,
        locale="ar",
        auto=False,
        in_reply_to="<first@news.example>",
        references=("<first@news.example>",),
    )
    assert "Leila" in sent.text
    assert 'dir="rtl"' in (sent.html or "")
    row = await letter(newsroom)
    assert (row.state, row.attempts, row.response, row.args) == (MailState.SENT, 1, "250 kept", {})
    assert (row.created_at, row.sent_at) == (NOON, NOON + timedelta(seconds=7))
    assert await jobs(newsroom) == []
    (told,) = await rows(newsroom, Event)
    assert (told.name, told.subject_id, told.origin) == ("mail.sent", mail_id, "system")
    assert told.data == {"template": "contact_reply", "about": str(SUBJECT)}


async def test_message_ids_are_of_the_domain_that_mail_comes_from(newsroom: Newsroom) -> None:
    newsroom.db.info["mail_domain"] = "büro.example"
    mail_id = await owe(newsroom)
    assert (await letter(newsroom)).message_id == f"<{mail_id}@xn--bro-hoa.example>"


@pytest.mark.parametrize(
    ("about", "private", "version"),
    [(None, False, 7), (SUBJECT, False, 7), (RANDOM_SUBJECT, False, 4), (SUBJECT, True, 4), (RANDOM_SUBJECT, True, 4)],
)
async def test_ids_are_random_where_they_would_date_something(
    newsroom: Newsroom, about: UUID | None, private: bool, version: int
) -> None:
    mail_id = await owe(newsroom, about=about, private=private)
    assert mail_id.version == version


async def test_a_transaction_that_fails_owes_nothing(newsroom: Newsroom) -> None:
    def verb(session: Session) -> None:
        owed = {"locale": "en", "args": ARGS["contact_reply"], "about": SUBJECT, "at": NOON}
        service.owe(session, "contact_reply", READER, **owed)  # type: ignore[arg-type]
        raise Conflict

    with pytest.raises(Conflict):
        await newsroom.db.write(verb)
    await newsroom.night()
    assert (await jobs(newsroom), newsroom.post.letters) == ([], [])


@pytest.mark.parametrize(
    ("template", "args", "error"),
    [
        ("contact_unheard_of", {}, KeyError),
        ("contact_acknowledged", {"site_name": "x"}, ValueError),
        ("contact_acknowledged", {"site_name": "x", "reference": "y", "body": "what the sender wrote"}, ValueError),
    ],
)
async def test_what_is_no_letter_of_ours_is_refused_at_once(
    newsroom: Newsroom, template: str, args: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await newsroom.db.write(service.owe, template, READER, locale="en", args=args, about=None, at=NOON)


async def test_a_broken_template_of_the_site_stops_neither_verb_nor_letter(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "contact_reply.en.txt").write_text("Subject: Hello\n\n{{ nothing }}\n")
    await owe(newsroom, args={"body": "canary"})
    with capture_logs() as logged:
        await night(newsroom, mail_templates=str(tmp_path))
    assert [sent.subject for sent in newsroom.post.letters] == ["[7K3F-9QXT] Re: The tram"]
    (line,) = logged
    assert (line["template"], line["error"]) == ("contact_reply", "UndefinedError 'nothing' is undefined")
    assert "canary" not in str(line)


async def test_a_template_of_the_site_is_used(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "contact_reply.fr.txt").write_text("Subject: [{{ reference }}] Bonjour\n\n{{ body }}\n")
    await owe(newsroom, locale="fr-CA")
    await night(newsroom, mail_templates=str(tmp_path))
    (sent,) = newsroom.post.letters
    assert (sent.subject, sent.html, sent.locale) == ("[7K3F-9QXT] Bonjour", None, "fr")


@pytest.mark.parametrize("name", workflow.TEMPLATES)
async def test_only_answers_of_people_are_no_automatic_letters(newsroom: Newsroom, name: str) -> None:
    await owe(newsroom, name)
    await newsroom.night()
    (sent,) = newsroom.post.letters
    assert sent.auto is (name != "contact_reply")
    assert bool(sent.unsubscribe_url) is workflow.TEMPLATES[name].subscribed


async def test_letters_that_one_subscribed_to_can_be_ended_with_one_click(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = Template(frozenset({"title"}), subscribed=True)
    monkeypatch.setitem(workflow.TEMPLATES, "notice", notice)
    (tmp_path / "notice.en.txt").write_text("Subject: New in {{ title }}\n\nEnd it: {{ unsubscribe_url }}\n")
    url = "https://news.example/unsubscribe?token=x"
    with pytest.raises(ValueError, match="unsubscribe_url"):
        await owe(newsroom, "notice", args={"title": "The tram"})
    await owe(newsroom, "notice", args={"title": "The tram", "unsubscribe_url": url})
    await night(newsroom, mail_templates=str(tmp_path))
    (sent,) = newsroom.post.letters
    assert (sent.subject, sent.unsubscribe_url, url in sent.text) == ("New in The tram", url, True)


# --- what becomes of it

OUTCOMES = [
    (None, MailState.SENT, "250 kept", ["mail.sent"], 0),
    (NOBODY, MailState.REFUSED, "550 5.1.1 no such reader here", ["mail.parked"], 0),
    (
        MailRefused("no mail server is configured"),
        MailState.REFUSED,
        "no mail server is configured",
        ["mail.parked"],
        0,
    ),
    (GREYLISTED, MailState.QUEUED, "451 4.7.1 greylisted, come again", [], 1),
    (MailDelayed("the mail server hung up"), MailState.QUEUED, "the mail server hung up", [], 1),
]


@pytest.mark.parametrize(("trouble", "state", "said", "told", "left"), OUTCOMES)
async def test_row_diary_and_queue_after_one_try(
    newsroom: Newsroom, trouble: MailError | None, state: MailState, said: str, told: list[str], left: int
) -> None:
    newsroom.post.trouble = trouble
    await owe(newsroom)
    await newsroom.night()
    row = await letter(newsroom)
    assert (row.state, row.response, row.attempts) == (state, said, 1)
    assert (row.sent_at is None, row.args == {}) == (trouble is not None, trouble is None)
    assert await events(newsroom) == told
    waiting = await jobs(newsroom)
    assert [job.state for job in waiting] == [JobState.QUEUED] * left
    for job in waiting:
        assert timedelta(seconds=4) <= job.run_at - NOON <= timedelta(seconds=6)


async def test_an_address_that_no_mail_can_reach_is_refused_like_by_a_server(newsroom: Newsroom) -> None:
    await owe(newsroom, to="salma@-.example")
    await newsroom.night()
    row = await letter(newsroom)
    assert (row.state, "must be one e-mail address" in row.response) == (MailState.REFUSED, True)
    assert (await events(newsroom), await jobs(newsroom)) == (["mail.parked"], [])


async def test_a_delayed_letter_goes_out_later_as_the_same_one(newsroom: Newsroom) -> None:
    newsroom.post.trouble = GREYLISTED
    mail_id = await owe(newsroom)
    await newsroom.night()
    newsroom.post.trouble = None
    await newsroom.night()
    assert newsroom.post.letters == []
    later(newsroom, 6)
    await newsroom.night()
    assert [sent.message_id for sent in newsroom.post.letters] == [f"<{mail_id}@masthead.invalid>"]
    row = await letter(newsroom)
    assert (row.state, row.attempts, row.response) == (MailState.SENT, 2, "250 kept")


async def parked(newsroom: Newsroom, **facts: Any) -> UUID:
    """A letter after its last try."""
    newsroom.post.trouble = GREYLISTED
    mail_id = await owe(newsroom, **facts)
    for delay in (0, *DELAYS):
        later(newsroom, delay * 1.25)
        await newsroom.night()
    newsroom.post.trouble = None
    return mail_id


async def test_after_the_last_try_the_letter_is_parked(newsroom: Newsroom) -> None:
    await parked(newsroom)
    row = await letter(newsroom)
    assert (row.state, row.attempts) == (MailState.PARKED, len(DELAYS) + 1)
    assert row.response == "451 4.7.1 greylisted, come again"
    assert row.args == ARGS["contact_reply"]
    assert await events(newsroom) == ["mail.parked"]
    (job,) = await jobs(newsroom)
    assert (job.state, job.error) == (JobState.PARKED, "MailDelayed: 451 4.7.1 greylisted, come again")


async def test_a_parked_letter_is_tried_again(newsroom: Newsroom) -> None:
    mail_id = await parked(newsroom)
    await newsroom.db.write(service.retry, mail_id, by=BY, at=newsroom.app.state.clock())
    row = await letter(newsroom)
    assert (row.state, row.attempts, row.response) == (MailState.QUEUED, 0, "")
    assert [job.state for job in await jobs(newsroom)] == [JobState.QUEUED]
    await newsroom.night()
    assert len(newsroom.post.letters) == 1
    assert await events(newsroom) == ["mail.parked", "mail.retried", "mail.sent"]
    assert await jobs(newsroom) == []


async def test_so_it_is_when_its_job_is_put_back(newsroom: Newsroom) -> None:
    await parked(newsroom)
    (job,) = await jobs(newsroom)
    await newsroom.db.write(jobs_service.retry, job.id, at=newsroom.app.state.clock())
    await newsroom.night()
    assert (len(newsroom.post.letters), (await letter(newsroom)).state) == (1, MailState.SENT)


async def test_a_refused_letter_is_tried_again(newsroom: Newsroom) -> None:
    newsroom.post.trouble = NOBODY
    mail_id = await owe(newsroom)
    await newsroom.night()
    newsroom.post.trouble = None
    later(newsroom, 60)
    await newsroom.db.write(service.retry, mail_id, by=BY, at=newsroom.app.state.clock())
    await newsroom.night()
    assert (len(newsroom.post.letters), (await letter(newsroom)).state) == (1, MailState.SENT)


async def test_only_what_is_stuck_is_tried_again(newsroom: Newsroom) -> None:
    mail_id = await owe(newsroom)
    with pytest.raises(NotStuck):
        await newsroom.db.write(service.retry, mail_id, by=BY, at=NOON)
    await newsroom.night()
    with pytest.raises(NotStuck):
        await newsroom.db.write(service.retry, mail_id, by=BY, at=NOON)
    with pytest.raises(LetterNotFound):
        await newsroom.db.write(service.retry, SUBJECT, by=BY, at=NOON)
    assert len(newsroom.post.letters) == 1


# --- at least once, and no more often than that needs


def again(session: Session, mail_id: UUID) -> None:
    jobs_service.enqueue(session, "mail.send", at=NOON, mail_id=str(mail_id))


async def test_a_letter_whose_sending_was_written_down_is_not_sent_again(newsroom: Newsroom) -> None:
    mail_id = await owe(newsroom)
    await newsroom.night()
    await newsroom.db.write(again, mail_id)
    await newsroom.night()
    assert (len(newsroom.post.letters), await events(newsroom), await jobs(newsroom)) == (1, ["mail.sent"], [])


async def test_one_whose_sending_was_not_written_down_goes_again_under_the_same_id(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owe(newsroom)
    with monkeypatch.context() as crash:
        crash.setattr(service, "note", broken)
        await newsroom.night()
    later(newsroom, 6)
    await newsroom.night()
    first, second = newsroom.post.letters
    assert first.message_id == second.message_id
    assert (await letter(newsroom)).state is MailState.SENT


def broken(*_: object, **__: object) -> None:
    raise RuntimeError


async def test_a_letter_that_was_forgotten_meanwhile_does_not_go_out(newsroom: Newsroom) -> None:
    await owe(newsroom)
    await newsroom.db.write(service.forget, {SUBJECT})
    await newsroom.night()
    assert (newsroom.post.letters, await events(newsroom), await jobs(newsroom)) == ([], [], [])


async def test_what_happens_to_a_forgotten_letter_is_written_down_nowhere(newsroom: Newsroom) -> None:
    """It was erased while the mail server had it."""
    mail_id = await owe(newsroom)
    await newsroom.db.write(service.forget, {SUBJECT})
    outcome = workflow.outcome(Receipt("250 ok"), private=False)
    await newsroom.db.write(service.note, mail_id, outcome, at=NOON)
    assert await events(newsroom) == []


async def test_two_tries_that_overlapped_are_written_down_once(newsroom: Newsroom) -> None:
    mail_id = await owe(newsroom)
    outcome = workflow.outcome(Receipt("250 ok"), private=False)
    await newsroom.db.write(service.note, mail_id, outcome, at=NOON)
    await newsroom.db.write(service.note, mail_id, workflow.outcome(NOBODY, private=False), at=NOON)
    row = await letter(newsroom)
    assert (row.state, row.attempts, await events(newsroom)) == (MailState.SENT, 1, ["mail.sent"])


async def test_letters_are_found_by_what_they_are_about_in_one_query(newsroom: Newsroom) -> None:
    first = await owe(newsroom)
    later(newsroom, 1)
    second, other = await owe(newsroom), await owe(newsroom, about=RANDOM_SUBJECT)
    await owe(newsroom, about=None)
    found = await newsroom.db.read(queries.list_about, [SUBJECT, RANDOM_SUBJECT, UUID(int=0)])
    assert {about: [mail.id for mail in mails] for about, mails in found.items()} == {
        **{SUBJECT: [first, second], RANDOM_SUBJECT: [other], UUID(int=0): []},
    }
    assert await newsroom.db.read(queries.list_about, []) == {}


async def test_parked_jobs_of_others_stay(newsroom: Newsroom) -> None:
    mail_id, other = await parked(newsroom), await parked(newsroom, to="another@example.org")
    await newsroom.db.write(service.retry, mail_id, by=BY, at=newsroom.app.state.clock())
    left: list[Job] = await jobs(newsroom)
    assert {job.args["mail_id"]: job.state for job in left} == {
        **{str(mail_id): JobState.QUEUED, str(other): JobState.PARKED},
    }
