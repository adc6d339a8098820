"""A renamed term reaches every live story: a few at once, the rest by the night shift."""

import pytest
from sqlmodel import Session, select

from app.jobs.models import Job
from app.posts import publishing
from tests.newsroom import Newsroom
from tests.posts.desk import opened, published

pytestmark = pytest.mark.anyio

SECTIONS = "/v1/editor/sections"


@pytest.mark.parametrize(("stories", "at_once"), [(1, 1), (2, 2), (5, 2)])
async def test_the_newest_follow_at_once_and_the_rest_in_batches(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, stories: int, at_once: int
) -> None:
    monkeypatch.setattr(publishing, "REFRESHED_AT_ONCE", 2)
    editor = await newsroom.staff("editor")
    section = await editor.post(SECTIONS, json={"names": {"en": "Harbour", "ar": "المرفأ"}})
    facts = {"section": section.json()["slug"]}
    slugs = [(await published(editor, title=f"Ferry {number}", **facts))["slug"] for number in range(stories)]
    await opened(editor, title="A draft", **facts)

    async def renamed() -> list[bool]:
        shown = [(await newsroom.reader.get(f"/v1/posts/{slug}")).json()["section"]["name"] for slug in slugs]
        return [name == "Docks" for name in shown]

    change = {"names": {"en": "Docks"}}
    path = f"{SECTIONS}/{section.json()['id']}"
    assert (await editor.patch(path, json=change, headers={"If-Match": "*"})).status_code == 200
    assert await renamed() == [False] * (stories - at_once) + [True] * at_once
    await newsroom.night()
    assert await renamed() == [True] * stories
    assert await newsroom.stored(_no_jobs)


def _no_jobs(session: Session) -> bool:
    return session.exec(select(Job.id)).all() == []
