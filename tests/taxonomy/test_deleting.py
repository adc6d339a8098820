"""Only what nothing refers to can be deleted; the answer says what does."""

from uuid import UUID

import httpx
import pytest
from sqlmodel import Session

from tests.newsroom import Newsroom
from tests.pieces import add_dossier

pytestmark = pytest.mark.anyio

KINDS = ("sections", "tags", "authors")


async def add(desk: httpx.AsyncClient, kind: str, **members: object) -> UUID:
    answer = await desk.post(f"/v1/editor/{kind}", json={"names": {"en": "Harbour", "ar": "الميناء"}, **members})
    return UUID(answer.json()["id"])


async def delete(desk: httpx.AsyncClient, kind: str, term_id: UUID, match: str = "*") -> httpx.Response:
    return await desk.delete(f"/v1/editor/{kind}/{term_id}", headers={"If-Match": match})


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_dossier_carries_stays(newsroom: Newsroom, kind: str) -> None:
    editor = await newsroom.staff("editor")
    term_id, other = await add(editor, kind), await add(editor, kind)
    post_id = await newsroom.db.write(add_dossier, "أصوات الميناء", terms=[term_id])
    answer = await delete(editor, kind, term_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert answer.json()["used_by"] == [{"kind": "article", "id": str(post_id), "title": "أصوات الميناء"}]
    assert (await delete(editor, kind, other)).status_code == 204
    assert [(await editor.get(f"/v1/editor/{kind}/{id_}")).status_code for id_ in (term_id, other)] == [200, 404]


async def test_a_section_in_the_history_of_a_dossier_stays(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    section_id = await add(editor, "sections")
    await newsroom.db.write(add_dossier, "An old story", section_id=section_id)
    answer = await delete(editor, "sections", section_id)
    assert (answer.status_code, [use["title"] for use in answer.json()["used_by"]]) == (409, ["An old story"])


async def test_a_section_above_others_stays(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    section_id = await add(editor, "sections")
    child = await add(editor, "sections", parent="harbour")
    answer = await delete(editor, "sections", section_id)
    assert answer.status_code == 409
    assert answer.json()["used_by"] == [{"kind": "section", "id": str(child), "title": "Harbour"}]
    assert (await delete(editor, "sections", child)).status_code == 204
    assert (await delete(editor, "sections", section_id)).status_code == 204


async def test_twenty_uses_are_named(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    tag_id = await add(editor, "tags")

    def add_many(session: Session) -> None:
        for number in range(21):
            add_dossier(session, f"Story {number}", terms=[tag_id])

    await newsroom.db.write(add_many)
    assert len((await delete(editor, "tags", tag_id)).json()["used_by"]) == 20


async def test_a_stale_version_is_told_before_the_use(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    tag_id = await add(editor, "tags")
    await newsroom.db.write(add_dossier, "A story", terms=[tag_id])
    assert (await delete(editor, "tags", tag_id, '"5"')).status_code == 412


async def test_a_deleted_slug_is_free_again(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    await delete(editor, "tags", await add(editor, "tags", slug="port"))
    again = await editor.post("/v1/editor/tags", json={"names": {"ar": "مرفأ"}, "slug": "port"})
    assert again.status_code == 201
