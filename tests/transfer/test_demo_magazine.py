"""The demonstration magazine: there at once, and nobody outside hears of it."""

import pytest

from app.core.clock import now
from app.transfer import demo_magazine
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def test_no_letter_goes_to_people_who_do_not_exist(newsroom: Newsroom) -> None:
    await newsroom.db.write(demo_magazine.load, at=now())
    await newsroom.night()
    inbox = await (await newsroom.staff("editor")).get("/v1/editor/contact")
    assert len(inbox.json()["items"]) > 3
    assert newsroom.post.letters == []
