"""What a guest's comment costs the database: a constant number of statements, however much the stack remembers."""

import pytest

from app.abuse.memory_models import Target
from app.abuse.sanctions import impose
from app.core.actor import system
from app.core.ids import new_id
from tests.comments.talk import NOON, open_thread, plant, reader_key, say, set_policy
from tests.comments.test_memory import train
from tests.counting import counted_queries
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def cost(newsroom: Newsroom, body: str) -> int:
    with counted_queries() as statements:
        assert (await say(newsroom, body, author_email="salma@example.org")).status_code == 201
    return len(statements)


async def test_the_cost_of_a_comment_does_not_grow(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    _, header = await reader_key(newsroom)
    newsroom.reader.headers.update(header)
    await say(newsroom, "The first of the day makes its key.")
    before = await cost(newsroom, "A sentence about the harbour and its boats")
    await train(newsroom, 20)
    for number in range(30):
        await plant(newsroom, post_id, f"Somebody said {number} things about the fog")
        await newsroom.db.write(
            impose,
            Target.READER,
            f"hash {number}",
            comment_id=new_id(),
            reason="",
            notice="no",
            ends_at=NOON.replace(year=2027),
            by=system("tests"),
            at=NOON,
        )
    assert await cost(newsroom, "Another remark, on trams this time and on their bells") == before
    assert before < 40
