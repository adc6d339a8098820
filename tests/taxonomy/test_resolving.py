"""What the posts' floor asks of terms: tags by slug or name, sections and bylines by slug."""

import asyncio
from collections.abc import Sequence
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlmodel import Session, col, func, select

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid
from app.events.models import Event
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS
from app.taxonomy import queries, service
from app.taxonomy.models import Author, Section, Tag
from tests.newsroom import Newsroom
from tests.pieces import NOON

pytestmark = pytest.mark.anyio


def someone(role: Role = Role.CONTRIBUTOR) -> Actor:
    return Actor(None, "Someone", "user", role=role.value, permissions=PERMISSIONS[role])


async def tags(newsroom: Newsroom, *items: str, by: Actor | None = None, **facts: Any) -> list[str]:
    def name(session: Session) -> list[str]:
        said = {"open_tags": True, "locale": "ar", **facts}
        return [tag.slug for tag in service.tags_for(session, items, by=by or someone(), at=NOON, **said)]

    return await newsroom.db.write(name)


async def count_tags(newsroom: Newsroom) -> int:
    return await newsroom.stored(lambda session: session.exec(select(func.count(col(Tag.id)))).one())


@pytest.mark.parametrize(
    ("items", "slugs", "made"),
    [
        ((), [], 0),
        (("harbour",), ["harbour"], 0),
        (("Harbour",), ["harbour"], 0),
        (("  HARBOUR! ",), ["harbour"], 0),
        (("الميناء",), ["الميناء"], 0),
        (("المينَاء",), ["الميناء"], 0),
        (("سفن قديمة", "harbour"), ["سفن-قديمة", "harbour"], 1),
        (("سفن قديمة", "سفن-قديمة", "سُفن قديمة"), ["سفن-قديمة"] * 3, 1),
    ],
)
async def test_an_item_is_a_slug_or_a_name(
    newsroom: Newsroom, items: Sequence[str], slugs: list[str], made: int
) -> None:
    await tags(newsroom, "Harbour", "الميناء")
    assert await tags(newsroom, *items) == slugs
    assert await count_tags(newsroom) == 2 + made


# the language of the story, what it names → the slugs of its tags; العين is a town, عين an eye
CALLED: list[tuple[str, list[str], list[str]]] = [
    ("ar", ["طعام"], ["food"]),
    ("ar", ["طعام", "food"], ["food"]),
    ("ar", ["العين"], ["العين"]),
    ("en", ["FOOD AND DRINK"], ["food"]),
    ("en", ["طعام"], ["طعام"]),
    ("en", ["Food and"], ["food-and"]),
]


@pytest.mark.parametrize(("locale", "named", "slugs"), CALLED)
async def test_a_tag_is_found_by_its_name_in_the_language_of_the_story(
    newsroom: Newsroom, locale: str, named: list[str], slugs: list[str]
) -> None:
    desk = await newsroom.staff("editor")
    for slug, names in (("food", {"en": "Food and drink", "ar": "طعام"}), ("eye", {"ar": "عين"})):
        made = await desk.post("/v1/editor/tags", json={"slug": slug, "names": names})
        assert made.status_code == 201, made.text
    draft = {"title": "x", "locale": locale, "tags": named}
    post = await desk.post("/v1/editor/posts", json=draft)
    assert post.status_code == 201, post.text
    assert [tag if isinstance(tag, str) else tag["slug"] for tag in post.json()["tags"]] == slugs


async def test_a_named_tag_has_its_name_in_the_language_of_the_story(newsroom: Newsroom) -> None:
    await tags(newsroom, "سُفنٌ قديمة")
    tag = await newsroom.stored(lambda session: session.exec(select(Tag)).one())
    assert (tag.names, tag.slug) == ({"ar": "سُفنٌ قديمة"}, "سفن-قديمة")
    event = await newsroom.stored(lambda session: session.exec(select(Event)).one())
    assert (event.name, event.subject_id, event.data["slug"]) == ("tag.named", tag.id, tag.slug)


@pytest.mark.parametrize(
    ("role", "open_tags", "item", "error"),
    [
        (Role.CONTRIBUTOR, True, "Cranes", None),
        (Role.MODERATOR, True, "Cranes", Forbidden),
        (Role.EDITOR, False, "Cranes", Invalid),
        (Role.CONTRIBUTOR, False, "Harbour", None),
        (Role.MODERATOR, False, "Harbour", None),
        (Role.EDITOR, True, "?!", Invalid),
    ],
)
async def test_who_may_name_a_new_tag(
    newsroom: Newsroom, role: Role, open_tags: bool, item: str, error: type[Exception] | None
) -> None:
    await tags(newsroom, "Harbour")
    if error is None:
        assert len(await tags(newsroom, "Harbour", item, by=someone(role), open_tags=open_tags)) == 2
        return
    with pytest.raises(error, match="/body/tags/1"):
        await tags(newsroom, "Harbour", item, by=someone(role), open_tags=open_tags)
    assert await count_tags(newsroom) == 1


@pytest.mark.parametrize("role", ["contributor", "editor"])
async def test_a_site_without_open_tags_says_where_new_ones_are_made(newsroom: Newsroom, role: str) -> None:
    admin, writer = await newsroom.staff("admin"), await newsroom.staff(role)
    await admin.patch("/v1/editor/site", json={"open_tags": False}, headers={"If-Match": "*"})
    draft = {"title": "At the quay", "locale": "en", "tags": ["Cranes"]}
    refused = await writer.post("/v1/editor/posts", json=draft)
    detail = "is no tag of this site; new ones are made in the list of tags"
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"pointer": "/body/tags/0", "code": "unknown_tag", "detail": detail}],
    )
    await admin.post("/v1/editor/tags", json={"names": {"en": "Cranes"}})
    assert (await writer.post("/v1/editor/posts", json=draft)).status_code == 201


async def test_writers_who_name_the_same_tags_at_once_share_them(newsroom: Newsroom) -> None:
    names = ["Cranes", "سفن", "Docks"]
    made = await asyncio.gather(
        tags(newsroom, *names), tags(newsroom, *reversed(names)), tags(newsroom, *names), tags(newsroom, "Docks")
    )
    assert list(made) == [["cranes", "سفن", "docks"], ["docks", "سفن", "cranes"], ["cranes", "سفن", "docks"], ["docks"]]
    assert await count_tags(newsroom) == 3


async def test_old_slugs_match_after_the_site_began_to_transliterate(newsroom: Newsroom) -> None:
    await tags(newsroom, "الميناء")
    admin = await newsroom.staff("admin")
    await admin.patch("/v1/editor/site", json={"slugs": "transliterated"}, headers={"If-Match": "*"})
    assert await tags(newsroom, "الميناء") == ["الميناء"]
    (made,) = await tags(newsroom, "سفن")
    assert made.isascii()
    assert await tags(newsroom, "سفن") == [made]


async def test_terms_are_found_by_slug_and_id(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    section, _author = [
        (await editor.post(f"/v1/editor/{kind}", json={"names": {"ar": "آثار"}})).json()
        for kind in ("sections", "authors")
    ]
    decomposed = normalize("NFD", "آثار")

    def look(session: Session) -> None:
        found = queries.find_section(session, decomposed)
        assert found is not None
        assert str(found.id) == section["id"]
        assert queries.find_section(session, "nowhere") is None
        assert list(queries.find_authors(session, [decomposed, "nobody"])) == [decomposed]
        assert list(queries.get_terms(session, Section, [found.id, uuid4()])) == [found.id]
        assert queries.get_terms(session, Author, [found.id]) == {}

    await newsroom.stored(look)
