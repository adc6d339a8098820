"""The inbox teaches the word filter: spam and not spam, but never a tip; what is erased unteaches."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.abuse.memory_models import BayesWord, TrainedText
from app.contact import retention
from tests.contact.letters import INBOX, LETTER, NOON, post, stored
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

BODY = "casino bonus jackpot Zarqawi"


async def counted(newsroom: Newsroom) -> dict[str, tuple[int, int]]:
    """Every word that is counted, and the texts under the empty word."""
    rows = await newsroom.stored(lambda session: session.exec(select(BayesWord)).all())
    return {row.word: (row.ham, row.spam) for row in rows}


async def move(desk: Desk, number: int, state: str, newsroom: Newsroom) -> None:
    """The desk moves the message that came as this one."""
    rows = {row.email: row for row in await stored(newsroom)}
    message = rows[f"reader{number}@example.org"]
    answer = await desk.patch(
        f"{INBOX}/{message.id}", json={"state": state}, headers={"Content-Type": "application/merge-patch+json"}
    )
    assert answer.status_code == 200, answer.text


async def arrive(newsroom: Newsroom, number: int, body: str = BODY) -> None:
    newsroom.set_clock(NOON + number * timedelta(minutes=1))
    answer = await post(newsroom, LETTER, email=f"reader{number}@example.org", body=body)
    assert answer.status_code == 202, answer.text


async def test_spam_and_back_teach_and_opening_does_not(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("moderator")
    await arrive(newsroom, 1)
    await move(desk, 1, "spam", newsroom)
    assert (await counted(newsroom))["casino"] == (0, 1)
    await move(desk, 1, "new", newsroom)
    assert (await counted(newsroom))["casino"] == (1, 0)
    await move(desk, 1, "open", newsroom)
    assert (await counted(newsroom))[""] == (1, 0)


async def test_of_a_tip_nothing_is_learnt(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("moderator")
    newsroom.set_clock(NOON)
    assert (await post(newsroom, {"kind": "tip", "body": BODY})).status_code == 202
    (tip,) = await stored(newsroom)
    header = {"Content-Type": "application/merge-patch+json"}
    assert (await desk.patch(f"{INBOX}/{tip.id}", json={"state": "spam"}, headers=header)).status_code == 200
    assert await counted(newsroom) == {}


async def test_what_is_erased_unteaches_and_old_spam_leaves_only_common_words(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for number in range(1, 5):
        await arrive(newsroom, number, f"casino bonus Own{number} offer {number * 7919} today")
        await move(desk, number, "spam", newsroom)
    erased = await desk.post(f"{INBOX}/erasures", json={"email": "reader1@example.org"})
    assert erased.status_code == 200, erased.text
    words = await counted(newsroom)
    assert "own1" not in words
    assert words["casino"] == (0, 3)
    await newsroom.db.write(retention.purge, at=NOON + timedelta(days=31))
    words = await counted(newsroom)
    assert words["casino"] == (0, 3)
    assert {word for word in words if word.startswith("own") or word.isdigit()} == set()
    assert await newsroom.stored(lambda session: session.exec(select(TrainedText)).all()) == []
