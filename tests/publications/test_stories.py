"""Lists of stories, one story, and the number of queries that each costs."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.db import Prepared
from app.core.sqlite import SQLite
from app.publications import queries
from app.publications.schemas import StoryQuery
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, published

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 1, 9, tzinfo=UTC)

# title, locale, section, tags, author, featured – published an hour apart, the last is the newest
STORIES = [
    ("Harbour at dawn", "en", "culture", ["sea"], "layla", False),
    ("أصوات الميناء", "ar", "culture", ["sea"], "layla", False),
    ("Budget night", "en", "city", ["money"], "omar", True),
    ("ليلة الميزانية", "ar", "city", ["money"], "omar", False),
    ("Books by the quay", "en", "books", ["sea", "reading"], "omar", False),
    ("Café society", "en", None, [], "layla", True),
]
T = [story[0] for story in STORIES]


@pytest.fixture
async def magazine(newsroom: Newsroom) -> Newsroom:
    """Six stories in three sections, of which books lies below culture."""
    newsroom.set_clock(START)
    desk = await newsroom.staff("editor")
    for slug, parent in (("culture", None), ("city", None), ("books", "culture")):
        made = {"slug": slug, "names": {"en": slug.title()}, "parent": parent}
        assert (await desk.post("/v1/editor/sections", json=made)).status_code == 201
    for slug in ("layla", "omar"):
        await desk.post("/v1/editor/authors", json={"slug": slug, "names": {"en": slug.title(), "ar": "كاتب"}})
    for hour, (title, locale, section, tags, author, featured) in enumerate(STORIES):
        newsroom.set_clock(START + timedelta(hours=hour))
        grant = {"section": section, "tags": tags, "authors": [author], "featured": featured, "locale": locale}
        await published(desk, title=title, body=f"Body of {title}", **grant)
    return newsroom


async def titles(room: Newsroom, **params: Any) -> list[str]:
    answer = await room.reader.get("/v1/posts", params=params)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def hour(number: float) -> str:
    return (START + timedelta(hours=number)).isoformat()


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1, 0]),
    ({"sort": "published_at"}, [0, 1, 2, 3, 4, 5]),
    ({"sort": "-updated_at"}, [5, 4, 3, 2, 1, 0]),
    ({"locale": "ar"}, [3, 1]),
    ({"locale": "ar,en"}, [5, 4, 3, 2, 1, 0]),
    ({"section": "culture"}, [4, 1, 0]),
    ({"section": "books"}, [4]),
    ({"section": "books,city"}, [4, 3, 2]),
    ({"section": "nowhere"}, []),
    ({"section": "culture", "locale": "en"}, [4, 0]),
    ({"section": "culture", "sort": "published_at"}, [0, 1, 4]),
    ({"section": "culture", "sort": "-updated_at"}, [4, 1, 0]),
    ({"tag": "sea"}, [4, 1, 0]),
    ({"tag": "sea", "author": "layla"}, [1, 0]),
    ({"tag": "sea,money", "author": "omar", "locale": "en"}, [4, 2]),
    ({"featured": "true"}, [5, 2]),
    ({"featured": "false", "locale": "en"}, [4, 0]),
    ({"published_after": hour(4)}, [5, 4]),
    ({"published_before": hour(2)}, [1, 0]),
    ({"published_after": hour(2), "published_before": hour(4)}, [3, 2]),
    ({"updated_after": hour(5)}, [5]),
    ({"q": "harbour"}, [0]),
    ({"q": "cafe"}, [5]),
    ({"q": "الميزانيه"}, [3]),
    ({"q": "body quay"}, [4]),
    ({"q": "%"}, []),
    ({"q": "budget", "sort": "published_at", "featured": "true"}, [2]),
]


async def test_filters_and_sorts(magazine: Newsroom) -> None:
    for params, expected in FILTERS:
        found = await titles(magazine, **params)
        wanted = [T[number] for number in expected]
        assert found == wanted, params
        counted = (await magazine.reader.get("/v1/posts", params={**params, "count": "true", "limit": 1})).json()
        assert counted["total"] == len(expected), params


WALKS: list[dict[str, str]] = [
    {}, {"locale": "en"}, {"section": "culture"}, {"sort": "published_at"}, {"q": "body"}, {"sort": "-comments"},
    {"tag": "sea", "author": "layla"},
]  # fmt: skip


@pytest.mark.parametrize("params", WALKS)
async def test_paging_walks_every_story_once(magazine: Newsroom, params: dict[str, str]) -> None:
    whole = await titles(magazine, **params)
    found: list[str] = []
    url: str | None = "/v1/posts"
    asked: dict[str, Any] | None = {**params, "limit": 1}
    while url:
        answer = await magazine.reader.get(url, params=asked)
        found += [item["title"] for item in answer.json()["items"]]
        url, asked = answer.links.get("next", {}).get("url"), None
    assert found == whole


async def test_a_story_published_while_paging_moves_nothing(magazine: Newsroom) -> None:
    first = (await magazine.reader.get("/v1/posts?limit=3")).json()
    magazine.set_clock(START + timedelta(hours=9))
    await published(await magazine.staff("editor"), title="Just in")
    second = await titles(magazine, limit=3, cursor=first["next"])
    assert second == [T[2], T[1], T[0]]


BAD: list[tuple[str, str]] = [
    ("limit=0", "/query/limit"), ("limit=101", "/query/limit"), ("limit=x", "/query/limit"),
    ("cursor=AAAA", "/query/cursor"), ("cursor=%D8%A3", "/query/cursor"), ("sort=title", "/query/sort"),
    ("locale=tlh", "/query/locale"), ("locale=", "/query/locale"), ("section=a,,b", "/query/section"),
    ("featured=perhaps", "/query/featured"), ("ids=7", "/query/ids/0"),
    ("published_after=2026", "/query/published_after"),
    ("published_after=2026-01-01T00:00:00", "/query/published_after"),
    ("published_before=1767225600", "/query/published_before"),
    ("fields=body", "/query/fields"), ("fields=password_hash", "/query/fields"), ("include=secrets", "/query/include"),
    ("include=body&limit=51", "/query/include"), ("state=draft", "/query/state"),
    ("locale=en&locale=ar", "/query/locale"), ("q=", "/query/q"), ("status=draft", "/query/status"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "pointer"), BAD)
async def test_bad_queries_name_the_parameter(newsroom: Newsroom, query: str, pointer: str) -> None:
    answer = await newsroom.reader.get(f"/v1/posts?{query}")
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_members_to_pick_and_to_add(magazine: Newsroom) -> None:
    picked = (await magazine.reader.get("/v1/posts?limit=1&fields=title,section")).json()["items"][0]
    assert set(picked) == {"id", "title", "section"}
    whole = (await magazine.reader.get("/v1/posts?limit=1&include=body")).json()["items"][0]
    assert whole["body_html"] == "<p>Body of Café society</p>"
    ids = [item["id"] for item in (await magazine.reader.get("/v1/posts?locale=ar")).json()["items"]]
    assert await titles(magazine, ids=",".join(ids)) == [T[3], T[1]]


async def test_neighbours_stay_in_kind_and_language(magazine: Newsroom) -> None:
    story = (await magazine.reader.get("/v1/posts/budget-night")).json()
    assert (story["previous"]["title"], story["next"]["title"]) == (T[0], T[4])
    first = (await magazine.reader.get("/v1/posts/harbour-at-dawn")).json()
    last = (await magazine.reader.get("/v1/posts/café-society")).json()
    assert (first["previous"], last["next"]) == (None, None)
    assert [item["title"] for item in first["related"]] == [T[4]]
    assert (await magazine.reader.get("/v1/pages/budget-night")).status_code == 404


@pytest.mark.parametrize("said", [None, "open"])
async def test_a_page_has_no_thread(newsroom: Newsroom, said: str | None) -> None:
    desk = await newsroom.staff("editor")
    page = await published(desk, kind="page", slug="imprint", comments=said)
    story = await published(desk, slug="harbour", comments=said)
    answer = await newsroom.reader.get("/v1/pages/imprint")
    assert answer.json()["comments"] == {"status": "hidden", "count": 0}
    assert "thread-" not in answer.headers["surrogate-key"] + answer.headers["cache-tag"]
    token = (await desk.post(f"{POSTS}/{page['id']}/previews")).json()["token"]
    assert (await newsroom.reader.get(f"/v1/previews/{token}")).json()["comments"]["status"] == "hidden"
    assert (await newsroom.reader.get("/v1/posts/imprint/comments")).status_code == 404
    article = await newsroom.reader.get("/v1/posts/harbour")
    assert article.json()["comments"]["status"] == "open"
    assert f"thread-{story['id']}" in article.headers["surrogate-key"].split()


async def test_slugs_compare_after_nfc(magazine: Newsroom) -> None:
    desk = await magazine.staff("editor")
    await published(desk, title="Café noir", slug="café-noir", locale="en")
    decomposed = "cafe\u0301-noir"
    assert (await magazine.reader.get(f"/v1/posts/{decomposed}")).status_code == 200


async def test_conditional_reads(magazine: Newsroom) -> None:
    for path in ("/v1/posts", "/v1/posts/budget-night", "/v1/pages", "/v1/resolve?path=/en/budget-night"):
        first = await magazine.reader.get(path)
        again = await magazine.reader.get(path, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert first.headers["cache-control"].startswith("public")
        assert "no-store" in (await magazine.reader.get(path, headers={"Authorization": "x"})).headers["cache-control"]
    assert "post-" in first.headers["surrogate-key"] or "posts" in first.headers["surrogate-key"]


QUERIES_NEEDED = [
    ("/v1/posts?limit=2", 1), ("/v1/posts?limit=6", 1), ("/v1/posts?section=culture", 1),
    ("/v1/posts/budget-night", 2), ("/v1/posts/café-society", 2), ("/v1/resolve?path=/en/budget-night", 1),
    ("/v1/posts?limit=6&locale=en", 2),
]  # fmt: skip


@pytest.mark.parametrize(("path", "queries_needed"), QUERIES_NEEDED)
async def test_a_constant_number_of_queries(
    magazine: Newsroom, monkeypatch: pytest.MonkeyPatch, path: str, queries_needed: int
) -> None:
    run: list[Prepared] = []
    fast = magazine.db.fast

    async def counted(statement: Prepared, parameters: Any, *shape: Any) -> Any:
        run.append(statement)
        return await fast(statement, parameters, *shape)

    monkeypatch.setattr(magazine.db, "fast", counted)
    assert (await magazine.reader.get(path)).status_code == 200
    assert len(run) == queries_needed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("params", "index"),
    [({}, "ix_publication_newest"), ({"locale": ("en",)}, "ix_publication_newest_in_locale"),
     ({"sort": "-updated_at"}, "ix_publication_updated"), ({"sort": "-comments"}, "ix_publication_commented"),
     ({"section": ("culture",)}, "ix_publication_term_newest"),
     ({"tag": ("sea",), "locale": ("en",)}, "ix_publication_term_newest_in_locale"),
     ({"featured": True}, "ix_publication_featured")],
)  # fmt: skip
async def test_every_list_walks_its_index(newsroom: Newsroom, params: dict[str, Any], index: str) -> None:
    """The plan must read the list's order from an index: a sort would read every story."""
    shape = queries.shape_of(StoryQuery(**params), 0)
    database = newsroom.db
    assert isinstance(database, SQLite)
    sql, _constants = queries.LIST.sql(database.dialect, shape)
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    with sqlite3.connect(database.path) as connection:
        steps = "\n".join(row[-1] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, values))
    connection.close()
    assert index in steps, steps
    assert "TEMP B-TREE" not in steps, steps
