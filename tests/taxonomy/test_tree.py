"""The tree of sections: parents, loops, depth, ancestors."""

import asyncio
from typing import Any
from unicodedata import normalize
from uuid import UUID

import httpx
import pytest

from app.taxonomy import queries
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

URL = "/v1/editor/sections"
DECOMPOSED = normalize("NFD", "آثار")


async def plant(desk: httpx.AsyncClient, **parents: str | None) -> dict[str, str]:
    """Sections by slug with their parents, in order; returns their ids."""
    ids = {}
    for slug, parent in parents.items():
        body: dict[str, Any] = {"names": {"en": slug}, "slug": slug, "parent": parent}
        answer = await desk.post(URL, json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["parent"] == parent
        ids[slug] = answer.json()["id"]
    return ids


async def move(desk: httpx.AsyncClient, section_id: str, parent: str | None) -> httpx.Response:
    return await desk.patch(f"{URL}/{section_id}", json={"parent": parent}, headers={"If-Match": "*"})


@pytest.mark.parametrize(
    ("section", "parent", "status"),
    [
        ("city", "city", 409),
        ("city", "docks", 409),
        ("city", "cranes", 409),
        ("docks", "cranes", 409),
        ("cranes", "city", 200),
        ("docks", None, 200),
        ("docks", "sport", 200),
        ("sport", "cranes", 200),
    ],
)
async def test_no_section_stands_below_itself(
    newsroom: Newsroom, section: str, parent: str | None, status: int
) -> None:
    editor = await newsroom.staff("editor")
    ids = await plant(editor, city=None, docks="city", cranes="docks", sport=None)
    answer = await move(editor, ids[section], parent)
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "section_loop"
    else:
        assert answer.json()["parent"] == parent
        assert (await editor.get(f"{URL}/{ids[section]}")).json()["parent"] == parent


async def test_ten_levels_are_enough(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    ids = await plant(editor, **{f"l{n}": f"l{n - 1}" if n > 1 else None for n in range(1, 11)}, top=None, low="top")
    too_deep = [
        await editor.post(URL, json={"names": {"en": "eleventh"}, "parent": "l10"}),
        await move(editor, ids["top"], "l9"),
        await move(editor, ids["l1"], "top"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in too_deep] == [(409, "section_too_deep")] * 3
    assert (await move(editor, ids["top"], "l8")).status_code == 200


async def test_two_moves_at_once_make_no_ring(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    ids = await plant(editor, city=None, sport=None)
    answers = await asyncio.gather(move(editor, ids["city"], "sport"), move(editor, ids["sport"], "city"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_lists_name_parents(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    await plant(editor, city=None, docks="city", cranes="docks")
    items = (await editor.get(URL)).json()["items"]
    assert {item["slug"]: item["parent"] for item in items} == {"city": None, "docks": "city", "cranes": "docks"}


async def test_an_arabic_parent_is_found_in_any_normal_form(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    await plant(editor, آثار=None)
    answer = await editor.post(URL, json={"names": {"ar": "متاحف"}, "parent": DECOMPOSED})
    assert (answer.status_code, answer.json()["parent"]) == (201, "آثار")


async def test_ancestors_go_from_the_section_to_the_top(newsroom: Newsroom) -> None:
    ids = await plant(await newsroom.staff("editor"), city=None, docks="city", cranes="docks", sport=None)
    path = await newsroom.stored(lambda session: queries.ancestors(session, UUID(ids["cranes"])))
    assert [str(section_id) for section_id in path] == [ids["cranes"], ids["docks"], ids["city"]]
