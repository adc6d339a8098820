"""Who is told by letter: the newsroom of messages and of what follows, senders of their arrival; never a relay."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.contact import notices, workflow
from app.contact.models import MessageKind, MessageState
from app.core.actor import system
from app.core.http.limits import Limiter
from app.mail.models import MailState
from app.site.policies import ContactPolicy, ProofOfWork, SiteSettings
from app.staff import service as staff_service
from app.staff.models import User
from tests.contact.answers import DAY, Message, follow_up, letters_to, mails, put, row, send
from tests.contact.letters import ARABIC, LETTER, NOON, URL, everything, sender, set_site, shown
from tests.contact.seals import published, seal
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

TIP = LETTER | {"kind": "tip", "email": None}
DESK, CITY, BOSS, RASIL = "desk@news.example", "city@news.example", "boss@news.example", "مكتب@news.example"


async def settle(newsroom: Newsroom, **contact: Any) -> None:
    """The contact policy from now on, and one admin."""
    await set_site(newsroom, SiteSettings(contact=ContactPolicy(**contact)))
    await newsroom.user("admin", email=BOSS)


async def told(newsroom: Newsroom, template: str) -> list[str]:
    return sorted(mail.recipient for mail in await mails(newsroom, template))


# --- the newsroom is told


@pytest.mark.parametrize(
    ("recipients", "kind", "addresses"),
    [
        ({}, "message", [BOSS]),
        ({"message": (DESK,)}, "message", [DESK]),
        ({"message": (DESK, CITY, RASIL)}, "message", [CITY, DESK, RASIL]),
        ({"message": (DESK, "Desk@News.example")}, "message", ["Desk@News.example"]),
        ({"message": (DESK,)}, "correction", [BOSS]),
        ({"message": (DESK,), "correction": (CITY,)}, "correction", [CITY]),
        ({"correction": ()}, "correction", [BOSS]),
        ({"tip": (CITY,)}, "tip", [CITY]),
        ({"message": (DESK,)}, "tip", [BOSS]),
    ],
)
async def test_who_is_told_of_a_message(
    newsroom: Newsroom, recipients: dict[str, tuple[str, ...]], kind: str, addresses: list[str]
) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom, recipients=recipients)
    await send(newsroom, kind=kind)
    await newsroom.night()
    assert await told(newsroom, "contact_tip" if kind == "tip" else "contact_received") == addresses
    assert sorted(letter.to for letter in newsroom.post.letters if letter.to != LETTER["email"]) == addresses


async def test_admins_whose_account_is_closed_are_not_told(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    gone = await newsroom.user("admin", email="gone@news.example")
    await newsroom.user("editor", email="editor@news.example")

    def leave(session: Session) -> None:
        staff_service.disable_user(session, session.get_one(User, gone.id), by=system("tests"), at=NOON)

    await newsroom.db.write(leave)
    await send(newsroom)
    await newsroom.night()
    assert await told(newsroom, "contact_received") == [BOSS]


@pytest.mark.parametrize(("letter", "locale", "label"), [(LETTER, "en", "Correction"), (ARABIC, "ar", "تصويب")])
async def test_the_newsroom_reads_the_message_in_its_letter(
    newsroom: Newsroom, letter: dict[str, str], locale: str, label: str
) -> None:
    newsroom.set_clock(NOON)
    policy = ContactPolicy(recipients={"correction": (DESK,)})
    await set_site(newsroom, SiteSettings(default_locale=locale, contact=policy))
    message = await send(newsroom, letter, kind="correction")
    await newsroom.night()
    (sent,) = letters_to(newsroom, DESK)
    assert (sent.locale, sent.auto) == (locale, True)
    assert f"[{message.reference}] {label}: {letter['subject']}" == sent.subject
    for part in (f"{letter['name']} <{letter['email']}>", letter["body"], message.reference):
        assert part in sent.text


@pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
async def test_the_letter_about_a_tip_says_only_that_there_is_one(newsroom: Newsroom, sealed: bool) -> None:
    newsroom.set_clock(NOON + timedelta(minutes=37))
    await settle(newsroom)
    envelope = seal(*await published(newsroom, at=NOON - DAY))
    message = await send(newsroom, {"kind": "tip", "sealed": envelope} if sealed else TIP)
    await newsroom.night()
    (sent,) = newsroom.post.letters
    for secret in (
        LETTER["name"],
        LETTER["subject"],
        LETTER["body"],
        message.reference,
        str(message.id),
        envelope[:40],
    ):
        assert secret not in repr((sent.subject, sent.text, sent.html, sent.message_id, sent.in_reply_to))
    rows = await everything(newsroom)
    (mail,) = rows["mail"]
    assert (mail["private"], mail["state"], mail["args"]) == (True, "sent", {})
    events = [event for event in rows["event"] if event["private"]]
    assert "12, 37" not in repr((mail, rows["job"], rows["contact_submission"], events))


@pytest.mark.parametrize("state", MessageState)
async def test_of_spam_nobody_is_told(newsroom: Newsroom, state: MessageState) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    message = await send(newsroom)
    await put(newsroom, message, state=state)
    await newsroom.night()
    silent = state in (MessageState.SPAM, MessageState.PURGED)
    assert bool(await told(newsroom, "contact_received")) is not silent


async def test_of_what_a_robot_sent_nobody_hears(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    message = await send(newsroom, homepage="https://cheap.example")
    await follow_up(newsroom, message)
    await newsroom.night()
    assert newsroom.post.letters == []


@pytest.mark.parametrize("kind", ["message", "tip"])
async def test_a_job_that_runs_again_tells_nobody_twice(newsroom: Newsroom, kind: str) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom, recipients={kind: (DESK, CITY)})
    message = await send(newsroom, kind=kind)
    await follow_up(newsroom, message)
    for verb in (notices.tell_recipients, notices.tell_of_follow_up) * 2:
        await newsroom.db.write(verb, message.id, at=NOON)
    await newsroom.night()
    limiter = Limiter(newsroom.app.state.keys)
    await newsroom.db.write(notices.acknowledge, message.id, limiter=limiter, at=NOON + DAY)
    expected = {"contact_tip": 4} if kind == "tip" else {"contact_received": 2, "contact_followed_up": 2}
    counted = {name: len(await told(newsroom, name)) for name in expected}
    assert (counted, len(await told(newsroom, "contact_acknowledged"))) == (expected, int(kind == "message"))


async def test_no_letters_go_where_they_came_back_from(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom, recipients={"message": (DESK, CITY)})
    await send(newsroom)
    await newsroom.night()

    def bounce(session: Session) -> None:
        for mail in came_back:
            session.merge(mail).state = MailState.BOUNCED

    came_back = [mail for mail in await mails(newsroom) if mail.recipient in (CITY, LETTER["email"])]
    await newsroom.db.write(bounce)
    newsroom.set_clock(NOON + 2 * DAY)
    await send(newsroom, body="Another question")
    await newsroom.night()
    assert [letter.to for letter in newsroom.post.letters].count(DESK) == 2
    assert [letter.to for letter in newsroom.post.letters].count(CITY) == 1
    assert [letter.to for letter in newsroom.post.letters].count(LETTER["email"]) == 1


# --- … and of what the sender adds

FOLLOWERS = [
    ("nobody", BOSS),
    ("moderator", "helper@news.example"),
    ("closed account", BOSS),
    ("now an author", BOSS),
]


@pytest.mark.parametrize(("assignee", "address"), FOLLOWERS)
async def test_who_is_told_of_a_follow_up(newsroom: Newsroom, assignee: str, address: str) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    message = await send(newsroom)
    await newsroom.night()
    if assignee != "nobody":
        helper = await newsroom.user("moderator", email="helper@news.example")
        await put(newsroom, message, assignee_id=helper.id, state=MessageState.WAITING)
        changes = {"closed account": {"disabled_at": NOON}, "now an author": {"role": "author"}}.get(assignee, {})
        await newsroom.db.write(lambda session: session.get_one(User, helper.id).sqlmodel_update(changes))
    newsroom.post.letters.clear()
    await follow_up(newsroom, message, "وأين المحطة؟")
    await newsroom.night()
    (sent,) = newsroom.post.letters
    assert (sent.to, message.reference in sent.subject, "وأين المحطة؟" in sent.text) == (address, True, True)
    assert f"{LETTER['name']} <{LETTER['email']}>" in sent.text


async def test_each_turn_is_told_once_also_to_a_new_assignee(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    message = await send(newsroom)
    for body in ("Canal one", "Canal two"):
        await follow_up(newsroom, message, body)
    await newsroom.night()
    helper = await newsroom.user("moderator", email="helper@news.example")
    await put(newsroom, message, assignee_id=helper.id)
    await follow_up(newsroom, message, "Canal three")
    await newsroom.night()
    turns = [(letter.to, letter.text) for letter in newsroom.post.letters if "Canal" in letter.text]
    assert [(to, "one" in text, "two" in text, "three" in text) for to, text in sorted(turns)] == [
        (BOSS, True, False, False),
        (BOSS, False, True, False),
        ("helper@news.example", False, False, True),
    ]


# --- the sender is told


@pytest.mark.parametrize(
    ("letter", "facts", "count"),
    [
        (LETTER, {}, 1),
        (ARABIC, {}, 1),
        (LETTER, {"state": MessageState.OPEN}, 1),
        (LETTER, {"state": MessageState.WAITING}, 0),
        (LETTER, {"state": MessageState.CLOSED}, 0),
        (LETTER, {"state": MessageState.SPAM}, 0),
        (LETTER, {"state": MessageState.PURGED}, 0),
        (LETTER, {"flags": ["links"]}, 0),
        (LETTER, {"flags": ["check_missing"]}, 0),
        (LETTER, {"flags": ["too_fast"]}, 0),
        (LETTER, {"email": None}, 0),
        (LETTER, {"network": None}, 1),
        (TIP, {}, 0),
    ],
)
async def test_who_gets_a_receipt(
    newsroom: Newsroom, letter: dict[str, str], facts: dict[str, Any], count: int
) -> None:
    newsroom.set_clock(NOON)
    message = await send(newsroom, letter)
    await put(newsroom, message, **facts)
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == count


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("noreply@shop.example", 0),
        ("No-Reply@shop.example", 0),
        ("do_not.reply@shop.example", 0),
        ("noreply+7@shop.example", 0),
        ("MAILER-DAEMON@shop.example", 0),
        ("postmaster@shop.example", 0),
        ("bounces+list@shop.example", 0),
        ("reply@shop.example", 1),
        ("norah.replys@shop.example", 1),
        ("قارئ@shop.example", 1),
    ],
)
async def test_machines_get_no_receipt(newsroom: Newsroom, address: str, count: int) -> None:
    newsroom.set_clock(NOON)
    await send(newsroom, email=address)
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == count


async def test_a_site_can_do_without_receipts(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom, acknowledge=False)
    await send(newsroom)
    await newsroom.night()
    assert [letter.to for letter in newsroom.post.letters] == [BOSS]


@pytest.mark.parametrize("letter", [LETTER, ARABIC], ids=["en", "ar"])
async def test_a_receipt_carries_no_word_of_the_sender(newsroom: Newsroom, letter: dict[str, str]) -> None:
    """The address was typed: it may be another's, and must not be reached with a stranger's text."""
    newsroom.set_clock(NOON)
    message = await send(newsroom, letter)
    await newsroom.night()
    (sent,) = letters_to(newsroom, letter["email"])
    assert (sent.locale, sent.auto, message.reference in sent.text) == (letter.get("locale", "en"), True, True)
    for words in (letter["name"], letter["subject"], letter["body"], message.receipt):
        assert words not in f"{sent.subject} {sent.text} {sent.html}"


SPELLINGS = [
    "reader@example.org",
    "READER@Example.ORG",
    "r.eader@example.org",
    "reader+1@example.org",
    "r.ea.der+x@example.org",
]


async def test_one_receipt_a_day_for_a_box_however_it_is_spelled(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    for number, spelling in enumerate(SPELLINGS):
        await send(newsroom, email=spelling, body=f"Question {number}")
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == 1
    newsroom.set_clock(NOON + DAY)
    await send(newsroom, email="other@example.org", body="Question")
    await send(newsroom, email=SPELLINGS[3], body="Question again")
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == 3


async def write_from(newsroom: Newsroom, network: int, number: int) -> None:
    """A letter that is like no other, so that nothing but the limits speaks against a receipt."""
    async with sender(newsroom, f"198.51.{network}.7") as reader:
        own = {"email": f"reader{network}-{number}@example.org", "body": f"Question {network} {number}"}
        letter = LETTER | own | {"render_token": shown(newsroom)}
        answer = await reader.post(URL, json=letter)
        assert answer.status_code == 202, answer.text


async def test_five_receipts_an_hour_for_a_network(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await set_site(newsroom, SiteSettings(proof_of_work=ProofOfWork.NEVER))
    for number in range(7):
        await write_from(newsroom, 1, number)
    await write_from(newsroom, 2, 0)
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == 5 + 1


async def test_a_hundred_receipts_an_hour_for_the_site(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert notices.PER_SITE.rate == "100/hour"
    monkeypatch.setattr(notices, "PER_SITE", type(notices.PER_SITE)("few", "3/hour"))
    newsroom.set_clock(NOON)
    for network in range(5):
        await write_from(newsroom, network, 0)
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == 3
    newsroom.set_clock(NOON + timedelta(hours=1))
    await write_from(newsroom, 9, 0)
    await newsroom.night()
    assert len(await told(newsroom, "contact_acknowledged")) == 4


@pytest.mark.parametrize(
    ("spelling", "box"),
    [
        ("reader@example.org", "reader@example.org"),
        ("Rea.Der+tram+2@Example.ORG", "reader@example.org"),
        ("+tag@example.org", "@example.org"),
        ("قارئ.أول@example.org", "قارئأول@example.org"),
    ],
)
def test_spellings_of_one_box(spelling: str, box: str) -> None:
    assert workflow.mailbox_of(spelling) == box


def test_every_kind_has_its_label_in_both_languages() -> None:
    assert {kind: set(labels) for kind, labels in notices.LABELS.items()} == {
        kind: {"en", "ar"} for kind in MessageKind
    }


async def test_what_was_erased_meanwhile_is_written_about_no_more(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await settle(newsroom)
    message: Message = await send(newsroom)
    await follow_up(newsroom, message)
    editor = await newsroom.staff("editor")
    assert (await editor.delete(message.url)).status_code == 204
    await newsroom.night()
    assert (newsroom.post.letters, (await row(newsroom, message)).state) == ([], "purged")
