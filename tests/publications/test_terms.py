"""Sections, tags and bylines as readers see them, with counts of what is live now."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from unicodedata import normalize
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session

from tests.newsroom import Newsroom
from tests.pieces import NOON, add_live

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
MEMBERS = {"id", "slug", "locale", "dir", "name", "description", "post_count"}


async def add(desk: httpx.AsyncClient, kind: str, names: Mapping[str, str], slug: str, **members: Any) -> UUID:
    answer = await desk.post(f"/v1/editor/{kind}", json={"names": dict(names), "slug": slug, **members})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def slugs_and_counts(newsroom: Newsroom, url: str) -> dict[str, int]:
    answer = await newsroom.reader.get(url)
    assert answer.status_code == 200, answer.text
    return {item["slug"]: item["post_count"] for item in answer.json()["items"]}


@pytest.mark.parametrize("kind", ["tags", "authors"])
@pytest.mark.parametrize(
    ("query", "counts"), [("", {"cranes": 0, "docks": 3}), ("?locale=ar", {"cranes": 0, "docks": 1})]
)
async def test_counts_are_what_is_live_now(newsroom: Newsroom, kind: str, query: str, counts: dict[str, int]) -> None:
    editor = await newsroom.staff("editor")
    docks = await add(editor, kind, {"en": "Docks"}, "docks")
    cranes = await add(editor, kind, {"en": "Cranes"}, "cranes")

    def publish(session: Session) -> None:
        add_live(session, terms=[docks])
        add_live(session, terms=[docks], since=timedelta())
        add_live(session, terms=[docks], locale="ar", until=HOUR)
        for terms in ([docks], [docks, cranes]):
            add_live(session, terms=terms, since=HOUR)
            add_live(session, terms=terms, since=-2 * HOUR, until=-HOUR)
            add_live(session, terms=terms, locale="ar", until=timedelta())
            add_live(session, terms=terms, since=HOUR, until=2 * HOUR)

    await newsroom.db.write(publish)
    newsroom.set_clock(NOON)
    assert await slugs_and_counts(newsroom, f"/v1/{kind}{query}") == counts
    one = (await newsroom.reader.get(f"/v1/{kind}/docks{query}")).json()
    assert one["post_count"] == counts["docks"]


async def test_a_count_moves_with_the_clock(newsroom: Newsroom) -> None:
    tag = await add(await newsroom.staff("editor"), "tags", {"en": "Docks"}, "docks")
    await newsroom.db.write(add_live, terms=[tag], since=HOUR, until=3 * HOUR)
    seen = []
    for hours in (0, 1, 2, 3):
        newsroom.set_clock(NOON + hours * HOUR)
        seen.append((await slugs_and_counts(newsroom, "/v1/tags"))["docks"])
    assert seen == [0, 1, 1, 0]


async def test_sections_are_a_tree(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    city = await add(editor, "sections", {"en": "City", "ar": "المدينة"}, "city", position=2)
    docks = await add(editor, "sections", {"en": "Docks", "ar": "الأرصفة"}, "docks", parent="city", position=1)
    await add(editor, "sections", {"en": "Alleys"}, "alleys", parent="city", position=1)
    await add(editor, "sections", {"en": "Zoo"}, "zoo", parent="city")
    await add(editor, "sections", {"en": "Sport"}, "sport", position=1)
    await newsroom.db.write(add_live, terms=[city, docks])
    newsroom.set_clock(NOON)
    answer = await newsroom.reader.get("/v1/sections?locale=ar")
    assert answer.json()["next"] is None
    assert [item["slug"] for item in answer.json()["items"]] == ["sport", "city"]
    top = answer.json()["items"][1]
    assert set(top) == MEMBERS | {"parent", "children"}
    assert (top["name"], top["dir"], top["parent"], top["post_count"]) == ("المدينة", "rtl", None, 0)
    assert [child["slug"] for child in top["children"]] == ["zoo", "alleys", "docks"]
    assert top["children"][2]["parent"] == {"slug": "city", "name": "المدينة"}
    one = await newsroom.reader.get("/v1/sections/city?locale=en")
    assert (one.json()["post_count"], one.json()["children"][2]["post_count"]) == (1, 1)
    below = await newsroom.reader.get("/v1/sections/docks")
    assert (below.json()["parent"], below.json()["children"]) == ({"slug": "city", "name": "City"}, [])
    keys = below.headers["Surrogate-Key"].split()
    assert {"site", "posts", f"section-{docks}"} <= set(keys)


@pytest.mark.parametrize("kind", ["sections", "tags", "authors"])
@pytest.mark.parametrize(
    ("names", "query", "shown"),
    [
        ({"en": "Docks", "ar": "الأرصفة"}, "", ("Docks", "en", "ltr")),
        ({"en": "Docks", "ar": "الأرصفة"}, "?locale=ar", ("الأرصفة", "ar", "rtl")),
        ({"ar": "الأرصفة"}, "?locale=en", ("الأرصفة", "ar", "rtl")),
        ({"en": "Docks"}, "?locale=ar", ("Docks", "en", "ltr")),
        ({"en": "CNN", "ar": "CNN"}, "?locale=ar", ("CNN", "ar", "rtl")),
    ],
)
async def test_names_come_in_the_language_asked_for(
    newsroom: Newsroom, kind: str, names: dict[str, str], query: str, shown: tuple[str, str, str]
) -> None:
    await add(await newsroom.staff("editor"), kind, names, "docks", descriptions={"en": "By the sea"})
    term = (await newsroom.reader.get(f"/v1/{kind}/docks{query}")).json()
    assert (term["name"], term["locale"], term["dir"], term["description"]) == (*shown, "By the sea")
    assert (await newsroom.reader.get(f"/v1/{kind}{query}")).json()["items"] == [term]


@pytest.mark.parametrize("kind", ["tags", "authors"])
async def test_pages_by_slug(newsroom: Newsroom, kind: str) -> None:
    editor = await newsroom.staff("editor")
    for slug in ("docks", "boats", "الميناء", "anchors", "cranes"):
        await add(editor, kind, {"ar": slug}, slug)
    seen, url = [], f"/v1/{kind}?locale=ar&count=true&limit=2"
    while url:
        answer = await newsroom.reader.get(url)
        page = answer.json()
        seen.append([item["slug"] for item in page["items"]])
        assert page["total"] == 5
        assert set(page["items"][0]) == MEMBERS
        url = answer.links["next"]["url"] if page["next"] else ""
    assert seen == [["anchors", "boats"], ["cranes", "docks"], ["الميناء"]]


@pytest.mark.parametrize(
    ("url", "status", "pointer"),
    [
        ("/v1/sections?locale=fr", 422, "/query/locale"),
        ("/v1/sections/docks?locale=fr", 422, "/query/locale"),
        ("/v1/tags?locale=english!", 422, "/query/locale"),
        ("/v1/tags/docks?locale=", 422, "/query/locale"),
        ("/v1/authors?cursor=x", 422, "/query/cursor"),
        ("/v1/authors?limit=101", 422, "/query/limit"),
        ("/v1/sections?limit=5", 422, "/query/limit"),
        ("/v1/tags?q=x", 422, "/query/q"),
        ("/v1/sections/nowhere", 404, None),
        ("/v1/tags/nothing", 404, None),
        ("/v1/authors/nobody", 404, None),
        ("/v1/tags/", 404, None),
    ],
)
async def test_what_is_refused(newsroom: Newsroom, url: str, status: int, pointer: str | None) -> None:
    answer = await newsroom.reader.get(url)
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])


async def test_a_cursor_is_of_its_list_only(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    for slug in ("docks", "cranes"):
        await add(editor, "tags", {"en": slug}, slug)
    cursor = (await newsroom.reader.get("/v1/tags?limit=1")).json()["next"]
    answers = [
        await newsroom.reader.get(f"/v1/{path}cursor={cursor}") for path in ("tags?", "authors?", "tags?locale=ar&")
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 422]


async def test_slugs_compare_in_nfc_and_answers_are_conditional(newsroom: Newsroom) -> None:
    await add(await newsroom.staff("editor"), "tags", {"ar": "آثار"}, "آثار")
    answer = await newsroom.reader.get("/v1/tags/" + normalize("NFD", "آثار"))
    assert (answer.status_code, answer.json()["slug"]) == (200, "آثار")
    again = await newsroom.reader.get("/v1/tags/آثار", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert (await newsroom.reader.head("/v1/tags/آثار")).status_code == 200
