"""Sections, tags and bylines behind the fence: what all three kinds share."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

EDITOR = "/v1/editor/"
KINDS = ("sections", "tags", "authors")
HARBOUR = {"names": {"en": "Harbour", "ar": "الميناء"}}


async def add(desk: httpx.AsyncClient, kind: str, name: str = "Harbour", **members: Any) -> dict[str, Any]:
    answer = await desk.post(EDITOR + kind, json={"names": {"en": name}, **members})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def change(desk: httpx.AsyncClient, kind: str, term_id: str, etag: str = "*", **members: Any) -> httpx.Response:
    return await desk.patch(f"{EDITOR}{kind}/{term_id}", json=members, headers={"If-Match": etag})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("contributor", True, False),
        ("author", True, False),
        ("moderator", False, False),
        ("editor", True, True),
        ("admin", True, True),
    ],
)
async def test_who_may(newsroom: Newsroom, kind: str, role: str, reads: bool, writes: bool) -> None:
    term = await add(await newsroom.staff("editor"), kind)
    desk = await newsroom.staff(role)
    tree, one = EDITOR + kind, f"{EDITOR}{kind}/{term['id']}"
    assert [(await desk.get(url)).status_code for url in (tree, one)] == [200 if reads else 403] * 2
    answers = [
        await desk.post(tree, json=HARBOUR),
        await desk.patch(one, json={}, headers={"If-Match": "*"}),
        await desk.delete(one, headers={"If-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == ([201, 200, 204] if writes else [403] * 3)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_term_has_names_and_a_slug_in_its_own_script(newsroom: Newsroom, kind: str) -> None:
    editor = await newsroom.staff("editor")
    body = {"names": {"ar": "  صُحُفٌ   قديمة "}, "descriptions": {"ar": "عن الورق"}}
    answer = await editor.post(EDITOR + kind, json=body)
    term = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"{EDITOR}{kind}/{term['id']}"
    assert (term["slug"], term["names"], term["descriptions"]) == (
        "صحف-قديمة",
        {"ar": "صُحُفٌ قديمة"},
        {"ar": "عن الورق"},
    )
    shown = await editor.get(answer.headers["Location"])
    assert (shown.json(), shown.headers["ETag"]) == (term, '"1"')


@pytest.mark.parametrize(
    ("first", "second", "slug"),
    [
        ({"names": {"en": "Harbour", "ar": "الميناء"}}, {"names": {"en": "harbour!"}}, "harbour-2"),
        ({"names": {"ar": "الميناء"}}, {"names": {"ar": "المينَاء"}}, "الميناء-2"),
        ({"names": {"en": "Docks"}, "slug": "harbour"}, {"names": {"en": "Harbour"}}, "harbour-2"),
        ({"names": {"en": "?!"}}, {"names": {"en": "…"}}, "untitled-2"),
        ({"names": {"en": "x" * 120}}, {"names": {"en": "x" * 120}}, "x" * 118 + "-2"),
    ],
)
async def test_a_made_slug_gets_a_number(
    newsroom: Newsroom, first: dict[str, Any], second: dict[str, Any], slug: str
) -> None:
    editor = await newsroom.staff("editor")
    assert (await editor.post(EDITOR + "tags", json=first)).status_code == 201
    assert (await editor.post(EDITOR + "tags", json=second)).json()["slug"] == slug


@pytest.mark.parametrize("kind", KINDS)
async def test_a_slug_asked_for_is_given_once(newsroom: Newsroom, kind: str) -> None:
    editor = await newsroom.staff("editor")
    await add(editor, kind, slug="port")
    other = await add(editor, kind, slug="docks")
    taken = await editor.post(EDITOR + kind, json=HARBOUR | {"slug": "port"})
    renamed = await change(editor, kind, other["id"], slug="port")
    for answer in (taken, renamed):
        assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    assert (await change(editor, kind, other["id"], slug="docks")).status_code == 200


async def test_kinds_do_not_share_slugs(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    assert [(await add(editor, kind))["slug"] for kind in KINDS] == ["harbour"] * 3


async def test_a_repeated_request_makes_one_term(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    key = {"Idempotency-Key": "one-harbour"}
    first, again = [await editor.post(EDITOR + "tags", json=HARBOUR, headers=key) for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert len((await editor.get(EDITOR + "tags")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("kind", "sent", "pointer"),
    [
        ("tags", {}, "/body/names"),
        ("tags", {"names": {}}, "/body/names"),
        ("tags", {"names": {"fr": "Port"}}, "/body/names/fr"),
        ("tags", {"names": {"en": "Port", "xx": "?"}}, "/body/names/xx"),
        ("tags", {"names": {"en": " \u202e "}}, "/body/names/en"),
        ("tags", {"names": {"en": None}}, "/body/names/en"),
        ("tags", {"names": {"en": "x" * 121}}, "/body/names/en"),
        ("tags", {"names": {"en": "two\nlines"}}, "/body/names/en"),
        ("tags", HARBOUR | {"descriptions": {"xx": "?"}}, "/body/descriptions/xx"),
        ("tags", HARBOUR | {"slug": "Not A Slug"}, "/body/slug"),
        ("tags", HARBOUR | {"slug": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}, "/body/slug"),
        ("tags", HARBOUR | {"id": "9d4f6b1e-0c1a-4f57-8a52-3f6f1c2b7d10"}, "/body/id"),
        ("tags", HARBOUR | {"parent": None}, "/body/parent"),
        ("sections", HARBOUR | {"parent": "nowhere"}, "/body/parent"),
        ("sections", HARBOUR | {"position": -1}, "/body/position"),
        ("sections", HARBOUR | {"position": "1"}, "/body/position"),
        ("authors", HARBOUR | {"user_id": "9d4f6b1e-0c1a-4f57-8a52-3f6f1c2b7d10"}, "/body/user_id"),
        ("authors", HARBOUR | {"user_id": "me"}, "/body/user_id"),
    ],
)
async def test_what_is_refused_is_named(newsroom: Newsroom, kind: str, sent: dict[str, Any], pointer: str) -> None:
    answer = await (await newsroom.staff("editor")).post(EDITOR + kind, json=sent)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"names": None}, "/body/names"),
        ({"names": {"en": None, "ar": None}}, "/body/names"),
        ({"names": {"fr": "Port"}}, "/body/names/fr"),
        ({"slug": None}, "/body/slug"),
        ({"descriptions": {"xx": "?"}}, "/body/descriptions/xx"),
        ({"version": 2}, "/body/version"),
    ],
)
async def test_a_change_is_checked_too(newsroom: Newsroom, sent: dict[str, Any], pointer: str) -> None:
    editor = await newsroom.staff("editor")
    term = (await editor.post(EDITOR + "tags", json=HARBOUR)).json()
    answer = await editor.patch(f"{EDITOR}tags/{term['id']}", json=sent)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("sent", "shows"),
    [
        ({"names": {"ar": "المرفأ"}}, {"names": {"en": "Harbour", "ar": "المرفأ"}, "slug": "harbour"}),
        ({"names": {"ar": None}}, {"names": {"en": "Harbour"}}),
        ({"names": {"fr": None}}, {"names": {"en": "Harbour", "ar": "الميناء"}}),
        ({"descriptions": {"ar": "عند البحر"}}, {"descriptions": {"en": "By the sea", "ar": "عند البحر"}}),
        ({"descriptions": {"en": None}}, {"descriptions": {}}),
        ({"descriptions": None}, {"descriptions": {}}),
        ({"slug": "المرفأ"}, {"slug": "المرفأ", "names": {"en": "Harbour", "ar": "الميناء"}}),
        ({}, {"descriptions": {"en": "By the sea"}}),
    ],
)
async def test_a_change_merges(newsroom: Newsroom, sent: dict[str, Any], shows: dict[str, Any]) -> None:
    editor = await newsroom.staff("editor")
    term = (await editor.post(EDITOR + "authors", json=HARBOUR | {"descriptions": {"en": "By the sea"}})).json()
    answer = await change(editor, "authors", term["id"], '"1"', **sent)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json() | shows == answer.json()


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"If-Match": '"2"'}, 412), ({"If-Match": 'W/"1"'}, 0), ({"If-Match": "*"}, 0)]
)
async def test_a_change_names_its_version(
    newsroom: Newsroom, method: str, headers: dict[str, str], status: int
) -> None:
    editor = await newsroom.staff("editor")
    term = await add(editor, "tags")
    body = {"slug": "port"} if method == "PATCH" else None
    answer = await editor.request(method, f"{EDITOR}tags/{term['id']}", headers=headers, json=body)
    assert answer.status_code == (status or {"PATCH": 200, "DELETE": 204}[method])
    if status == 412:
        current = answer.json()["current"]
        assert (current["etag"], current["revision"], current["updated_by"]) == ('"1"', 1, str(editor.user_id))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("term_id", ["9d4f6b1e-0c1a-4f57-8a52-3f6f1c2b7d10", "harbour", "1"])
async def test_an_unknown_term_is_404_before_the_body_is_read(newsroom: Newsroom, method: str, term_id: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.request(
        method, f"{EDITOR}authors/{term_id}", content=b"{", headers={"Content-Type": "text/x"}
    )
    assert answer.status_code == 404


async def test_lists_are_sorted_and_paged_by_slug(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    for name in ("Docks", "Cranes", "Boats", "Anchors", "الميناء"):
        await add(editor, "tags", name)
    seen, url = [], EDITOR + "tags?limit=2"
    while url:
        answer = await editor.get(url)
        seen.append([item["slug"] for item in answer.json()["items"]])
        url = answer.links["next"]["url"] if answer.json()["next"] else ""
    assert seen == [["anchors", "boats"], ["cranes", "docks"], ["الميناء"]]


@pytest.mark.parametrize(
    ("q", "slugs"),
    [
        ("harb", ["harbour-city"]),
        ("CITY", ["cafe", "harbour-city"]),
        ("city harbour", ["harbour-city"]),
        ("café", ["cafe"]),
        ("المَدِينَةُ", ["harbour-city"]),
        ("مدينه", ["harbour-city"]),
        ("arbour", []),
        ("%", []),
        ("?!", []),
    ],
)
async def test_a_filter_folds_words(newsroom: Newsroom, q: str, slugs: list[str]) -> None:
    editor = await newsroom.staff("editor")
    await editor.post(EDITOR + "tags", json={"names": {"en": "Harbour city", "ar": "مدينة الميناء"}})
    await editor.post(EDITOR + "tags", json={"names": {"en": "Café in the city"}, "slug": "cafe"})
    answer = await editor.get(EDITOR + "tags", params={"q": q})
    assert [item["slug"] for item in answer.json()["items"]] == slugs


async def test_a_filter_knows_the_newest_names(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    term = await add(editor, "sections", "Harbour")
    await change(editor, "sections", term["id"], names={"en": "Waterfront"}, slug="waterfront")
    found = [
        len((await editor.get(EDITOR + "sections", params={"q": q})).json()["items"]) for q in ("water", "harbour")
    ]
    assert found == [1, 0]


@pytest.mark.parametrize(
    "query", ["q=", "limit=0", "cursor=x", "sort=slug", "cursor=AAAAAAAAWyJhIl0", "q=x&cursor={cursor}"]
)
async def test_lists_refuse_what_they_do_not_know(newsroom: Newsroom, query: str) -> None:
    editor = await newsroom.staff("editor")
    for name in ("Docks", "Cranes"):
        await add(editor, "tags", name)
    cursor = (await editor.get(EDITOR + "tags?limit=1")).json()["next"]
    answer = await editor.get(f"{EDITOR}tags?{query.format(cursor=cursor)}")
    assert answer.status_code == 422


async def test_events_name_slugs_and_no_texts(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    term = await add(editor, "sections")
    await change(editor, "sections", term["id"], slug="port")
    await change(editor, "sections", term["id"], names={"ar": "المرفأ"})
    await editor.delete(f"{EDITOR}sections/{term['id']}", headers={"If-Match": "*"})
    events = await newsroom.stored(
        lambda session: session.exec(
            select(Event).where(col(Event.name).startswith("section.")).order_by(col(Event.id))
        ).all()
    )
    assert {str(event.subject_id) for event in events} == {term["id"]}
    assert [(event.name, event.data) for event in events] == [
        ("section.created", {"slug": "harbour", "previous_slug": None}),
        ("section.changed", {"slug": "port", "previous_slug": "harbour"}),
        ("section.changed", {"slug": "port", "previous_slug": None}),
        ("section.deleted", {"slug": "port", "previous_slug": None}),
    ]


async def test_a_byline_is_linked_to_an_account_and_let_go(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    byline = await add(editor, "authors", "Amina Test", user_id=str(editor.user_id))
    assert byline["user_id"] == str(editor.user_id)
    kept = await change(editor, "authors", byline["id"], names={"ar": "أمينة"})
    assert kept.json()["user_id"] == str(editor.user_id)
    freed = await change(editor, "authors", byline["id"], user_id=None)
    assert freed.json()["user_id"] is None
    assert (await change(editor, "authors", byline["id"], user_id=str(uuid4()))).status_code == 422


async def test_editors_with_one_idea_at_once_get_two_slugs(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    made = await asyncio.gather(*(add(editor, "tags") for _ in range(4)))
    assert sorted(term["slug"] for term in made) == ["harbour", "harbour-2", "harbour-3", "harbour-4"]


async def test_one_of_two_who_ask_for_a_slug_at_once_is_refused(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    asked = HARBOUR | {"slug": "port"}
    answers = await asyncio.gather(*(editor.post(EDITOR + "authors", json=asked) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_site_that_transliterates(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await admin.patch("/v1/editor/site", json={"slugs": "transliterated"}, headers={"If-Match": "*"})
    slug = (await admin.post(EDITOR + "tags", json={"names": {"ar": "الميناء"}})).json()["slug"]
    assert slug.isascii()
    assert slug != "untitled"
