"""Front pages, series, the archive, neighbours in the section, related stories: on both databases, over HTTP."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.core.db import Prepared
from app.core.sqlite import SQLite
from app.publications import around, front_queries
from app.publications.front_models import Front, Pin
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 1, 9, tzinfo=UTC)

# title, locale, section, tags, featured – published a day apart, the last is the newest
STORIES = [
    ("Nets", "en", "culture", ["sea", "work"], False),
    ("شباك", "ar", "culture", ["sea"], True),
    ("Tides", "en", "culture", ["sea", "work", "moon"], True),
    ("Budget", "en", "city", ["money", "work"], False),
    ("Pages", "en", "books", ["sea"], True),
    ("مد وجزر", "ar", "culture", ["sea"], False),
    ("Lamps", "en", "culture", [], False),
]


class Magazine:
    """The room, an editor, and the ids of stories and sections by title and slug."""

    def __init__(self, room: Newsroom, desk: Desk) -> None:
        self.room, self.desk = room, desk
        self.ids: dict[str, str] = {}

    async def read(self, path: str) -> Any:
        answer = await self.room.reader.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def put(self, path: str, titles: list[str], match: str = "*") -> Any:
        items = [self.ids[title] for title in titles]
        return await self.desk.put(path, json={"items": items}, headers={"If-Match": match})

    async def unpublish(self, title: str) -> None:
        path = f"{POSTS}/{self.ids[title]}/publication"
        answer = await self.desk.delete(path, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def magazine(newsroom: Newsroom) -> Magazine:
    """Seven stories in three sections, of which books lies below culture."""
    newsroom.set_clock(START)
    made = Magazine(newsroom, await newsroom.staff("editor"))
    for slug, parent in (("culture", None), ("city", None), ("books", "culture")):
        draft = {"slug": slug, "names": {"en": slug.title(), "ar": "قسم"}, "parent": parent}
        made.ids[slug] = (await made.desk.post("/v1/editor/sections", json=draft)).json()["id"]
    for day, (title, locale, section, tags, featured) in enumerate(STORIES):
        newsroom.set_clock(START + timedelta(days=day))
        facts = {"locale": locale, "section": section, "tags": tags, "featured": featured}
        made.ids[title] = (await published(made.desk, title=title, **facts))["id"]
    return made


def titles(items: list[dict[str, Any]]) -> list[str]:
    return [item["title"] for item in items]


def title(link: dict[str, Any] | None) -> str | None:
    return link["title"] if link else None


async def test_a_front_without_pins_shows_what_is_featured_and_then_the_newest(magazine: Magazine) -> None:
    front = await magazine.read("/v1/front")
    assert titles(front["items"]) == ["Pages", "Tides", "Lamps", "Budget", "Nets"]
    assert (front["pinned"], front["featured"]) == (0, 2)
    arabic = await magazine.read("/v1/front?locale=ar")
    assert titles(arabic["items"]) == ["شباك", "مد وجزر"]


async def test_pins_stand_first_in_their_order_and_nothing_stands_twice(magazine: Magazine) -> None:
    answer = await magazine.put("/v1/editor/pins?locale=en", ["Nets", "Pages"], '"0"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"'), answer.text
    front = await magazine.read("/v1/front?locale=en&limit=4")
    assert titles(front["items"]) == ["Nets", "Pages", "Tides", "Lamps"]
    assert (front["pinned"], front["featured"]) == (2, 1)
    assert titles((await magazine.read("/v1/front?locale=en&limit=1"))["items"]) == ["Nets"]
    assert titles((await magazine.read("/v1/front?locale=ar"))["items"]) == ["شباك", "مد وجزر"]
    kept = await magazine.desk.get("/v1/editor/pins?locale=en")
    assert (kept.json(), kept.headers["etag"]) == (answer.json(), '"1"')


async def test_a_section_has_a_front_of_its_own_with_its_subsections(magazine: Magazine) -> None:
    plain = await magazine.read("/v1/sections/culture/front?locale=en")
    assert titles(plain["items"]) == ["Pages", "Tides", "Lamps", "Nets"]
    await magazine.put(f"/v1/editor/sections/{magazine.ids['culture']}/pins?locale=en", ["Budget", "Nets"])
    pinned = await magazine.read("/v1/sections/culture/front?locale=en")
    assert titles(pinned["items"]) == ["Budget", "Nets", "Pages", "Tides", "Lamps"]
    assert titles((await magazine.read("/v1/sections/city/front?locale=en"))["items"]) == ["Budget"]
    assert (await magazine.room.reader.get("/v1/sections/nowhere/front")).status_code == 404


async def test_what_is_not_public_keeps_its_pin_and_shows_nowhere(magazine: Magazine) -> None:
    draft = await opened(magazine.desk, title="Secret harvest", locale="en", section="culture")
    magazine.ids["draft"] = draft["id"]
    await magazine.put("/v1/editor/pins?locale=en", ["draft", "Nets"])
    await magazine.unpublish("Nets")
    answer = await magazine.room.reader.get("/v1/front?locale=en")
    assert titles(answer.json()["items"]) == ["Pages", "Tides", "Lamps", "Budget"]
    assert "Secret" not in answer.text
    await magazine.desk.put(f"{POSTS}/{draft['id']}/publication", headers={"If-Match": "*"})
    assert titles((await magazine.read("/v1/front?locale=en"))["items"])[0] == "Secret harvest"


REFUSED = [
    (["شباك"], 422, "/body/items/0"), (["Nets", "Nets"], 422, "/body/items"), (["culture"], 422, "/body/items/0"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "status", "pointer"), REFUSED)
async def test_what_cannot_be_pinned(magazine: Magazine, named: list[str], status: int, pointer: str) -> None:
    answer = await magazine.put("/v1/editor/pins?locale=en", named)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert (await magazine.desk.get("/v1/editor/pins?locale=en")).json() == {"items": []}


async def test_two_editors_do_not_overwrite_each_other(magazine: Magazine) -> None:
    path = "/v1/editor/pins?locale=en"
    assert (await magazine.desk.put(path, json={"items": []})).status_code == 428
    assert (await magazine.put(path, ["Nets"], '"0"')).status_code == 200
    late = await magazine.put(path, ["Tides"], '"0"')
    assert (late.status_code, late.json()["current"]["etag"]) == (412, '"1"')
    for bad in ("/v1/editor/pins", "/v1/editor/pins?locale=fr", "/v1/front?locale=fr", "/v1/front?section=culture"):
        client = magazine.desk if "editor" in bad else magazine.room.reader
        assert (await client.get(bad)).status_code == 422, bad


async def test_the_diary_says_which_front_changed(magazine: Magazine) -> None:
    await magazine.put("/v1/editor/pins?locale=ar", ["شباك"])
    await magazine.put(f"/v1/editor/sections/{magazine.ids['city']}/pins?locale=en", ["Budget"])
    events = (await magazine.desk.get("/v1/editor/events?names=front.*")).json()["items"]
    assert [(event["name"], event["subject_id"], event["data"]["locale"]) for event in events] == [
        ("front.changed", None, "ar"),
        ("front.changed", magazine.ids["city"], "en"),
    ]


async def test_pins_go_with_their_section(magazine: Magazine) -> None:
    made = (await magazine.desk.post("/v1/editor/sections", json={"slug": "brief", "names": {"en": "Brief"}})).json()
    path = f"/v1/editor/sections/{made['id']}"
    assert (await magazine.put(f"{path}/pins?locale=en", ["Nets"])).status_code == 200
    assert (await magazine.desk.delete(path, headers={"If-Match": "*"})).status_code == 204
    assert (await magazine.desk.get(f"{path}/pins?locale=en")).status_code == 404
    left = await magazine.room.stored(lambda session: [*session.exec(select(Pin)), *session.exec(select(Front))])
    assert left == []


# --- series


async def a_series(magazine: Magazine) -> str:
    names = {"en": "Sea stories", "ar": "قصص البحر"}
    answer = await magazine.desk.post("/v1/editor/series", json={"slug": "sea-stories", "names": names})
    assert answer.status_code == 201, answer.text
    magazine.ids["series"] = answer.json()["id"]
    return f"/v1/editor/series/{answer.json()['id']}"


async def test_parts_of_a_series_and_their_neighbours(magazine: Magazine) -> None:
    path = await a_series(magazine)
    arranged = await magazine.put(f"{path}/parts", ["Pages", "Nets", "Tides"], '"1"')
    assert (arranged.status_code, arranged.headers["etag"]) == (200, '"2"'), arranged.text
    shown = await magazine.read("/v1/series/sea-stories")
    assert (shown["name"], shown["part_count"], titles(shown["parts"])) == (
        "Sea stories",
        3,
        ["Pages", "Nets", "Tides"],
    )
    (place,) = (await magazine.read("/v1/posts/nets"))["series"]
    assert (place["slug"], place["name"], place["position"], place["total"]) == ("sea-stories", "Sea stories", 2, 3)
    assert (title(place["previous"]), title(place["next"])) == ("Pages", "Tides")
    await magazine.unpublish("Pages")
    (place,) = (await magazine.read("/v1/posts/nets"))["series"]
    assert (place["position"], place["total"], place["previous"]) == (1, 2, None)
    assert (await magazine.read("/v1/posts/budget"))["series"] == []


async def test_a_part_brings_its_translations_along(magazine: Magazine) -> None:
    path = await a_series(magazine)
    nets = magazine.ids["Nets"]
    arabic = await published(magazine.desk, title="الشباك", locale="ar", translation_of=nets)
    magazine.ids["الشباك"] = arabic["id"]
    await magazine.put(f"{path}/parts", ["Nets", "شباك"])
    shown = await magazine.read("/v1/series/sea-stories?locale=ar")
    assert (shown["name"], shown["dir"], titles(shown["parts"])) == ("قصص البحر", "rtl", ["الشباك", "شباك"])
    assert titles((await magazine.read("/v1/series/sea-stories"))["parts"]) == ["Nets"]
    (place,) = (await magazine.read(f"/v1/posts/{arabic['slug']}"))["series"]
    assert (place["name"], place["position"], place["total"], title(place["next"])) == ("قصص البحر", 1, 2, "شباك")
    twice = await magazine.put(f"{path}/parts", ["Nets", "الشباك"])
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "same_story")


async def test_series_are_listed_renamed_and_deleted(magazine: Magazine) -> None:
    path = await a_series(magazine)
    await magazine.desk.post("/v1/editor/series", json={"names": {"en": "Harbour walks"}})
    first = await magazine.room.reader.get("/v1/series?limit=1&locale=ar")
    assert [(item["slug"], item["locale"]) for item in first.json()["items"]] == [("harbour-walks", "en")]
    second = (await magazine.room.reader.get(first.links["next"]["url"])).json()
    assert [(item["slug"], item["name"]) for item in second["items"]] == [("sea-stories", "قصص البحر")]
    assert second["next"] is None
    await magazine.put(f"{path}/parts", ["Nets"])
    renamed = await magazine.desk.patch(path, json={"names": {"en": "Tales"}}, headers={"If-Match": '"2"'})
    assert (renamed.status_code, renamed.headers["etag"]) == (200, '"3"'), renamed.text
    assert (await magazine.read("/v1/posts/nets"))["series"][0]["name"] == "Tales"
    used = await magazine.desk.delete(path, headers={"If-Match": "*"})
    assert (used.status_code, [use["title"] for use in used.json()["used_by"]]) == (409, ["Nets"])
    await magazine.put(f"{path}/parts", [])
    assert (await magazine.desk.delete(path, headers={"If-Match": "*"})).status_code == 204
    assert (await magazine.room.reader.get("/v1/series/sea-stories")).status_code == 404


# --- around a story


async def test_neighbours_in_the_section_and_in_the_language(magazine: Magazine) -> None:
    tides = await magazine.read("/v1/posts/tides")
    assert (title(tides["previous"]), title(tides["next"])) == ("Nets", "Budget")
    assert (title(tides["previous_in_section"]), title(tides["next_in_section"])) == ("Nets", "Lamps")
    pages = await magazine.read("/v1/posts/pages")
    assert (pages["previous_in_section"], pages["next_in_section"]) == (None, None)
    await magazine.unpublish("Lamps")
    assert (await magazine.read("/v1/posts/tides"))["next_in_section"] is None


async def test_related_by_shared_tags_then_section_then_time(magazine: Magazine) -> None:
    nets = await magazine.read("/v1/posts/nets")
    # Tides shares two tags; Pages and Budget one each, and Pages stands below the section; Lamps none
    assert titles(nets["related"]) == ["Tides", "Pages", "Budget", "Lamps"]
    lamps = await magazine.read("/v1/posts/lamps")
    assert titles(lamps["related"]) == ["Pages", "Tides", "Nets"]
    await published(magazine.desk, title="Quay", locale="en", section="city", tags=["sea"])
    nets = await magazine.read("/v1/posts/nets")
    assert titles(nets["related"]) == ["Tides", "Pages", "Quay", "Budget"]
    await magazine.unpublish("Tides")
    assert titles((await magazine.read("/v1/posts/nets"))["related"]) == ["Pages", "Quay", "Budget", "Lamps"]


# --- the archive


async def test_months_are_those_of_the_site(magazine: Magazine) -> None:
    magazine.room.set_clock(datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    magazine.desk = await magazine.room.staff("editor")
    magazine.ids["Late"] = (await published(magazine.desk, title="Late", locale="en", section="books"))["id"]
    archive = await magazine.read("/v1/archive")
    assert [(year["year"], year["count"]) for year in archive["years"]] == [(2026, 8)]
    assert [(month["month"], month["count"]) for month in archive["years"][0]["months"]] == [(3, 8)]
    admin = await magazine.room.staff("admin")
    await admin.patch("/v1/editor/site", json={"timezone": "Africa/Cairo"}, headers={"If-Match": "*"})
    archive = await magazine.read("/v1/archive?locale=en&section=culture")
    assert archive["timezone"] == "Africa/Cairo"
    months = archive["years"][0]["months"]
    assert [(month["month"], month["count"]) for month in months] == [(4, 1), (3, 4)]
    for month in months:
        bounds = f"published_after={month['published_after']}&published_before={month['published_before']}"
        listed = await magazine.read(f"/v1/posts?locale=en&section=culture&{bounds}")
        assert len(listed["items"]) == month["count"]


async def test_the_archive_counts_what_the_public_may_see(magazine: Magazine) -> None:
    await opened(magazine.desk, title="Draft", locale="en")
    await magazine.unpublish("Nets")
    assert (await magazine.read("/v1/archive?locale=en"))["years"][0]["count"] == 4
    assert (await magazine.read("/v1/archive?section=culture"))["years"][0]["count"] == 5
    assert (await magazine.read("/v1/archive?section=nowhere"))["years"] == []
    assert (await magazine.room.reader.get("/v1/archive?locale=fr")).status_code == 422


# --- what it costs

QUERIES_NEEDED = [
    ("/v1/front", 3), ("/v1/sections/culture/front", 4), ("/v1/series", 3), ("/v1/series/sea-stories", 4),
    ("/v1/posts/nets", 2), ("/v1/posts?featured=true&section=culture", 1),
]  # fmt: skip


async def test_a_constant_number_of_queries(magazine: Magazine, monkeypatch: pytest.MonkeyPatch) -> None:
    await magazine.put(f"{await a_series(magazine)}/parts", ["Nets", "Tides", "Pages"])
    run: list[Prepared] = []
    fast = magazine.room.db.fast

    async def counted(statement: Prepared, parameters: Any, *shape: Any) -> Any:
        run.append(statement)
        return await fast(statement, parameters, *shape)

    monkeypatch.setattr(magazine.room.db, "fast", counted)
    for path, needed in QUERIES_NEEDED:
        run.clear()
        await magazine.read(path)
        assert len(run) == needed, path


PLANS: list[tuple[Prepared, tuple[Any, ...], set[str]]] = [
    (around.AROUND, (3,), {"ix_publication_section", "ix_publication_newest_in_locale",
                           "ix_publication_term_newest_in_locale", "ix_series_part_group_id"}),
    (front_queries.FRONT, (False,), {"ix_publication_featured_in_locale", "ix_publication_newest_in_locale"}),
    (front_queries.FRONT, (True,), {"ix_publication_featured_in_locale", "ix_publication_term_newest_in_locale"}),
    (front_queries.ALL_SERIES, (True,), {"ix_publication_group_id"}),
    (front_queries.PARTS, (), {"ix_publication_group_id"}),
]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statement", "shape", "indexes"), PLANS)
async def test_no_table_is_read_from_end_to_end(
    newsroom: Newsroom, statement: Prepared, shape: tuple[Any, ...], indexes: set[str]
) -> None:
    """The plan walks indexes; what is scanned are results of subqueries, and the series of a page by their slugs."""
    database = newsroom.db
    assert isinstance(database, SQLite)
    sql, _constants = statement.sql(database.dialect, *shape)
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    with sqlite3.connect(database.path) as connection:
        steps = [row[-1] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, values)]
    connection.close()
    assert {index for index in indexes if any(index in step for step in steps)} == indexes, steps
    assert [
        step for step in steps if re.match(r"SCAN (publication|publication_term|series|series_part|pin)\b", step)
    ] == []
