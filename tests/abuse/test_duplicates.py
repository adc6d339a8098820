"""Near copies: known again on the whole site for a day, at a cost that does not grow with what was written."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, func, select

from app.abuse import queries
from app.abuse.models import Trace
from app.abuse.sketch import likeness, sketch_of
from app.comments.models import Status
from app.core import statements
from app.core.folding import fold
from app.core.ids import new_id
from app.core.keys import Keys
from app.core.render_tokens import FormKind
from tests.abuse.work import Crowd
from tests.comments.talk import NOON, SLUG, THREAD, bearer, decide, open_thread, say, set_policy, shown, stored
from tests.counting import counted_statements
from tests.newsroom import Newsroom

KEYS = Keys(b"k" * 32)
MOST_STATEMENTS = 36  # of a comment, from the key of the day to its commit
LETTER = "Dear neighbours, the quay will be closed from Monday on and nobody was asked about it before"
NEAR = "Dear friends, the quay will be closed from Monday on and nobody was asked about it before!"
ARABIC = "أيها الجيران الكرام سيُغلق الرصيف ابتداء من يوم الاثنين ولم يسألنا أحد عن رأينا قبل ذلك"
NEAR_ARABIC = "ايها الجيران الاعزاء سيغلق الرصيف ابتداءً من يوم الإثنين ولم يسألنا احد عن رأينا قبل ذلك"
OTHER = "The ferry was late again this morning and the captain told us nothing about it at all"


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [(LETTER, NEAR, True), (ARABIC, NEAR_ARABIC, True), (LETTER, OTHER, False), (LETTER, ARABIC, False)],
)
def test_sketches(one: str, other: str, near: bool) -> None:
    first, second = (sketch_of(fold(body), KEYS) for body in (one, other))
    assert first is not None
    assert second is not None
    assert (likeness(first, second) >= 0.5) is near
    assert likeness(first, first) == 1


def test_a_sketch_says_nothing_without_the_key() -> None:
    assert sketch_of(fold(LETTER), KEYS) != sketch_of(fold(LETTER), Keys(b"o" * 32))
    assert sketch_of("three words only", KEYS) is None


async def publish(newsroom: Newsroom) -> Crowd:
    """Two stories on a site that publishes at once."""
    await open_thread(newsroom)
    await open_thread(newsroom, "elsewhere")
    await set_policy(newsroom, "postmoderate")
    return Crowd(newsroom)


async def told(newsroom: Newsroom, crowd: Crowd, number: int, body: str, slug: str = SLUG) -> tuple[int, list[str]]:
    """What a reader from a network of their own is told."""
    draft = {"body": body, "author_name": "Salma", "render_token": shown(newsroom, slug)}
    answer = await crowd.reader(number).post(f"/v1/posts/{slug}/comments", json=draft)
    return answer.status_code, answer.json()["hold_reasons"]


@pytest.mark.anyio
@pytest.mark.parametrize(("first", "second"), [(LETTER, NEAR), (ARABIC, NEAR_ARABIC)], ids=["en", "ar"])
async def test_a_near_copy_waits_on_the_whole_site_for_a_day(newsroom: Newsroom, first: str, second: str) -> None:
    crowd = await publish(newsroom)
    assert await told(newsroom, crowd, 1, first) == (201, [])
    assert await told(newsroom, crowd, 2, second, "elsewhere") == (202, ["content"])
    assert (await stored(newsroom))[-1].evidence == [
        {"phase": "duplicates", "verdict": "hold", "detail": "near copies in 24 hours: 1"}
    ]
    assert await told(newsroom, crowd, 3, OTHER) == (201, [])
    newsroom.set_clock(NOON + timedelta(days=1, seconds=1))
    assert await told(newsroom, crowd, 4, second) == (201, [])


@pytest.mark.anyio
async def test_a_flood_of_copies_is_spam(newsroom: Newsroom) -> None:
    crowd = await publish(newsroom)
    for number in range(12):
        await told(newsroom, crowd, number, f"{LETTER} {number}", "elsewhere")
    found = [comment.status for comment in await stored(newsroom)]
    assert found == [Status.PUBLISHED] + [Status.PENDING] * 9 + [Status.SPAM] * 2
    assert (await stored(newsroom))[2].hold_reasons == ["flood"]


@pytest.mark.anyio
async def test_short_thanks_and_quotes_are_no_copies(newsroom: Newsroom) -> None:
    crowd = await publish(newsroom)
    assert await told(newsroom, crowd, 1, "Thank you for this.") == (201, [])
    assert await told(newsroom, crowd, 2, "Thank you for this!", "elsewhere") == (201, [])
    assert await told(newsroom, crowd, 3, LETTER) == (201, [])
    assert await told(newsroom, crowd, 4, f"> {LETTER}\n\nWho told you so? I heard nothing of it.") == (201, [])
    assert await told(newsroom, crowd, 5, f"> {LETTER}", "elsewhere") == (202, ["content"])


@pytest.mark.anyio
async def test_an_edit_is_no_copy_of_itself_but_may_be_of_another(newsroom: Newsroom) -> None:
    await publish(newsroom)
    other = await say(newsroom, OTHER)
    mine = await say(newsroom, LETTER)
    address = f"/v1/comments/{mine.json()['comment']['id']}"
    assert other.status_code == 201
    assert (await newsroom.reader.patch(address, json={"body": NEAR}, headers=bearer(mine))).status_code == 200
    copied = await newsroom.reader.patch(address, json={"body": f"{OTHER}!"}, headers=bearer(mine))
    assert (copied.status_code, copied.json()["hold_reasons"]) == (202, ["content"])


async def traces(newsroom: Newsroom) -> int:
    return await newsroom.stored(lambda session: session.exec(select(func.count()).select_from(Trace)).one())


@pytest.mark.anyio
async def test_the_trace_goes_with_the_text_and_after_a_day(newsroom: Newsroom) -> None:
    await publish(newsroom)
    mine = await say(newsroom, LETTER)
    await newsroom.reader.delete(f"/v1/comments/{mine.json()['comment']['id']}", headers=bearer(mine))
    assert await traces(newsroom) == 0
    theirs = await say(newsroom, LETTER)
    await decide(await newsroom.staff("moderator"), theirs.json()["comment"]["id"], "reject", reason="off_topic")
    await newsroom.night()  # the first night sets the rhythm
    assert await traces(newsroom) == 1
    newsroom.set_clock(NOON + timedelta(days=1))
    await newsroom.night()
    assert await traces(newsroom) == 0


@pytest.mark.anyio
async def test_looking_for_copies_walks_the_indexes(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says how; PostgreSQL decides by the size of the table and is asked with 5,000 traces."""
    own = sketch_of(fold(LETTER), KEYS)
    assert own is not None

    def plan(session: Session) -> str:
        session.execute(
            text(
                "INSERT INTO abuse_trace (id, form, seen_at, first_band, second_band, third_band, fourth_band)"
                " VALUES (:id, 'comment', :at, :n, :n, :n, :n)"
            ),
            [{"id": new_id().hex, "at": "2026-11-22 11:00:00+00:00", "n": number} for number in range(5_000)],
        )
        explain = "EXPLAIN QUERY PLAN " if newsroom.db.name == "sqlite" else "EXPLAIN "
        if newsroom.db.name == "postgresql":
            session.execute(text("ANALYZE abuse_trace"))
        caught: list[tuple[str, Any]] = []
        run = statements._run

        def catch(held: Any, sql: str, values: Any, fetch: Any) -> Any:
            caught.append((sql, values))
            return run(held, sql, values, fetch)

        monkeypatch.setattr(statements, "_run", catch)
        queries.count_copies(session, own, FormKind.COMMENT, new_id(), at=NOON)
        (statement, parameters) = caught[0]
        rows = session.connection().exec_driver_sql(explain + statement, parameters).all()
        return " ".join(str(row[-1]) for row in rows)

    seen = await newsroom.db.read(plan)
    bands = ("first", "second", "third", "fourth")
    assert all(f"ix_abuse_trace_{band}" in seen for band in bands), seen


@pytest.mark.anyio
async def test_a_comment_costs_the_same_few_statements_whatever_was_written_before(newsroom: Newsroom) -> None:
    crowd = await publish(newsroom)
    counts = []
    for number, body in enumerate((OTHER, LETTER, NEAR, ARABIC, NEAR_ARABIC, "Fine.")):
        draft = {"body": body, "author_name": "Salma", "render_token": shown(newsroom)}
        with counted_statements() as seen:
            await crowd.reader(number).post(THREAD, json=draft)
        counts.append(len([line for line in seen if not line.startswith("BEGIN")]))
    # published, held for its text, held as a copy; the first of the day makes the key of the day
    assert len(set(counts[1:])) <= 3, counts
    assert max(counts) <= MOST_STATEMENTS, counts
