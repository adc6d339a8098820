"""Spam goes after a month, and nothing else does."""

from datetime import timedelta

import pytest

from app.comments import retention, tasks
from app.comments.models import Status
from app.jobs import service as jobs
from tests.comments.talk import NOON, decide, events, open_thread, plant, set_policy, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

MONTH = timedelta(days=30)
MOMENT = timedelta(microseconds=1)


async def test_spam_goes_a_month_after_it_was_called_so(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    post_id = await open_thread(newsroom)
    await set_policy(newsroom)
    written = {"written_at": NOON - 2 * MONTH}
    spam = [await plant(newsroom, post_id, f"كازينو {number}", **written) for number in range(5)]
    for status in Status:
        if status not in (Status.SPAM, Status.ERASED, Status.DELETED):
            await plant(newsroom, post_id, f"Old and {status}", status=status, **written)
    desk = await newsroom.staff("moderator")
    for comment_id in spam:
        await decide(desk, comment_id, "spam")
    before = len(await stored(newsroom))
    newsroom.set_clock(NOON + MONTH - MOMENT)
    await newsroom.db.write(retention.purge_spam, at=NOON + MONTH - MOMENT)
    assert len(await stored(newsroom)) == before
    later = NOON + MONTH + timedelta(days=1)
    newsroom.set_clock(later)
    await newsroom.db.write(jobs.enqueue, tasks.PURGE_SPAM.name, at=later)
    await newsroom.night()
    rows = await stored(newsroom)
    assert (len(rows), {row.status for row in rows}) == (
        before - 5,
        set(Status) - {Status.SPAM, Status.ERASED, Status.DELETED},
    )
    assert (await events(newsroom)).count("comment.deleted") == 5
