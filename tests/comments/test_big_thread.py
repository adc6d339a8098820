"""Ten thousand comments: as few queries as for a small thread, pages in step while people write, no sorting."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlmodel import Session

from app.comments import prepared
from app.comments.models import Comment, CommentCounter, Status
from app.core.db import Database
from app.core.ids import new_id
from app.publications import service as publications_service
from tests.comments.talk import NOON, THREAD, decide, open_thread, plant, plant_tree
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

TOPS, BUSY = 2_000, 1_000
# below each at the top three in a row, and one more; below the first a thousand instead
MANY = BUSY + 1 + (TOPS - 1) * 5 + 4


class Seeding:
    """Rows of a thread in the order of their numbers."""

    def __init__(self, post_id: UUID) -> None:
        self.post_id = post_id
        self.rows: list[dict[str, Any]] = []

    def add(self, parent: UUID | None, depth: int, descendants: int) -> UUID:
        """One more comment."""
        id_, number = new_id(), len(self.rows) + 1
        document = {"id": str(id_), "number": number, "parent_id": parent and str(parent), "depth": depth}
        self.rows.append(
            {
                **{"id": id_, "number": number, "post_id": self.post_id, "parent_id": parent, "depth": depth},
                **{"status": Status.PUBLISHED, "visible": True, "descendants": descendants, "locale": "ar"},
                **{"document": json.dumps(document)[1:-1], "recommendations": number * 7 % 11, "created_at": NOON},
                **{
                    "hold_reasons": [],
                    "evidence": [],
                    "revision": 1,
                    "version": 1,
                    "search_text": "",
                    "notify": "none",
                },
            }
        )
        return id_


def seed(session: Session, post_id: UUID) -> int:
    """Ten thousand comments at once; how many they are."""
    rows = Seeding(post_id)
    for top in range(TOPS):
        root = rows.add(None, 1, 4 if top else BUSY + 4)
        for _ in range(0 if top else BUSY):
            rows.add(root, 2, 0)
        middle = rows.add(root, 2, 2)
        rows.add(rows.add(middle, 3, 1), 4, 0)
        rows.add(root, 2, 0)
    session.execute(insert(Comment), rows.rows)
    session.add(CommentCounter(number=len(rows.rows)))
    publications_service.set_comment_count(session, post_id, len(rows.rows))
    return len(rows.rows)


async def seeded(newsroom: Newsroom) -> UUID:
    post_id = await open_thread(newsroom)
    assert await newsroom.db.write(seed, post_id) == MANY > 10_000
    return post_id


async def page_of(newsroom: Newsroom, path: str = THREAD, **parameters: Any) -> dict[str, Any]:
    answer = await newsroom.reader.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
def queries(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list with one more item for each query of a hot read."""
    asked: list[int] = []
    fast: Callable[..., Any] = type(newsroom.db).fast

    async def counting(self: Database, *args: Any) -> Any:
        asked.append(1)
        return await fast(self, *args)

    monkeypatch.setattr(type(newsroom.db), "fast", counting)
    return asked


async def test_a_big_thread_takes_no_more_queries_than_a_small_one(newsroom: Newsroom, queries: list[int]) -> None:
    await seeded(newsroom)
    small = await open_thread(newsroom, "small")
    await plant_tree(newsroom, small, {"a": {"b": {"c": {"d": {}}}}})
    asked: dict[str, int] = {}

    async def count(name: str, path: str = THREAD, **parameters: Any) -> dict[str, Any]:
        queries.clear()
        page = await page_of(newsroom, path, **parameters)
        asked[name] = len(queries)
        return page

    await count("small", "/v1/posts/small/comments")
    first = await count("first")
    assert (first["thread"]["count"], len(first["items"])) == (MANY, 20)
    cursor = (await page_of(newsroom, sort="newest", limit=100, depth=1))["next"]
    for _ in range(15):
        cursor = (await page_of(newsroom, sort="newest", limit=100, depth=1, cursor=cursor))["next"]
    deep = await count("deep", sort="newest", cursor=cursor)
    assert len(deep["items"]) == 20
    assert asked == {"small": 2, "first": 4, "deep": 4}
    newest = await page_of(newsroom, sort="newest", limit=1)
    desk = await newsroom.staff("moderator")
    await desk.put(f"/v1/editor/comments/{newest['items'][0]['id']}/pin")
    assert (await count("pinned"))["thread"]["pinned"]["id"] == newest["items"][0]["id"]
    assert asked["pinned"] == 5


@pytest.mark.parametrize("sort", ["oldest", "newest"])
async def test_pages_stay_in_step_while_people_write_and_moderators_delete(newsroom: Newsroom, sort: str) -> None:
    post_id = await seeded(newsroom)
    desk = await newsroom.staff("moderator")
    seen: list[int] = []
    cursor: dict[str, str] = {}
    written = 0
    while True:
        page = await page_of(newsroom, sort=sort, limit=100, depth=1, **cursor)
        seen += [item["number"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
        if len(seen) % 500 == 0:
            written += 1
            await plant(newsroom, post_id, f"تعليق {written}", locale="ar")
            await decide(desk, page["items"][0]["id"], "spam")
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=sort == "newest")
    assert sum(number <= MANY for number in seen) == TOPS
    # what came in meanwhile stands at the end of the one order, and before the beginning of the other
    assert (written > 2, len(seen) - TOPS) == (True, written if sort == "oldest" else 0)


async def test_a_busy_branch_and_what_is_fetched_anew(newsroom: Newsroom, queries: list[int]) -> None:
    await seeded(newsroom)
    first = await newsroom.reader.get(THREAD)
    busy = first.json()["items"][0]
    assert (busy["reply_count"], len(busy["replies"]["items"])) == (BUSY + 4, 3)
    seen, cursor = [item["number"] for item in busy["replies"]["items"]], busy["replies"]["next"]
    while cursor is not None:
        queries.clear()
        page = await page_of(newsroom, f"/v1/comments/{busy['id']}/replies", limit=100, cursor=cursor)
        assert len(queries) <= 4
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]
    assert (len(seen), seen) == (BUSY + 2, sorted(set(seen)))

    again = {"If-None-Match": first.headers["etag"]}
    unchanged = await newsroom.reader.get(THREAD, headers=again)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    key = (await newsroom.reader.post("/v1/readers")).json()["reader_key"]
    await newsroom.reader.put(f"/v1/comments/{busy['id']}/recommendation", headers={"Reader-Key": key})
    changed = await newsroom.reader.get(THREAD, headers=again)
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)


def plan(session: Session, sort: str, post_id: UUID) -> str:
    """How the database would read a page from the middle."""
    bind = session.get_bind()
    spelled = type(bind.dialect)(paramstyle="named")  # type: ignore[call-arg]
    read = str(prepared.TOP_LEVEL.build(sort, False, False).compile(dialect=spelled))
    for name, value in (
        ("post", f"'{post_id.hex}'"),
        ("votes", "5"),
        ("after", f"{MANY // 2}"),
        ("limit", "21"),
        ("param_1", "0"),
    ):
        read = read.replace(f":{name}", value)
    explain = "EXPLAIN QUERY PLAN " if bind.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(row[-1]) for row in session.connection().exec_driver_sql(explain + read))


async def test_no_page_is_sorted_and_none_is_counted_through(newsroom: Newsroom) -> None:
    post_id = await seeded(newsroom)
    if newsroom.db.name == "postgresql":

        def analyse(session: Session) -> None:
            session.execute(text("ANALYZE comment"))

        await newsroom.db.write(analyse)
    for sort in ("oldest", "newest", "top"):
        read = await newsroom.stored(partial(plan, sort=sort, post_id=post_id))
        assert "ix_comment_" in read
        assert not any(word in read for word in ("Sort", "Seq Scan", "TEMP B-TREE", "SCAN comment")), read

    votes: list[tuple[int, int]] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = await page_of(newsroom, sort="top", limit=100, depth=1, **cursor)
        votes += [(item["recommendations"], item["number"]) for item in page["items"]]
        cursor = {"cursor": page["next"]}
    assert (votes, len(set(votes))) == (sorted(votes, reverse=True), 300)
