"""A tag that only drafts name is nothing that readers may know: it is as if it were not there."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.newsroom import Desk, Newsroom
from tests.pieces import NOON
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

NAME, SLUG = "Minister X bribery probe", "minister-x-bribery-probe"
TAGS = "/v1/editor/tags"
ANY = {"If-Match": "*"}


async def answers(newsroom: Newsroom, slug: str) -> list[tuple[int, str | None, Any]]:
    """What readers are told when they ask for a tag by every way there is."""
    paths = [f"/v1/tags/{slug}", f"/v1/tags/{slug}?locale=ar", f"/v1/posts?tag={slug}&count=true"]
    paths += [f"/v1/posts?tag={slug}&sort={sort}&locale=en" for sort in ("published_at", "-updated_at", "-comments")]
    found = []
    for path in paths:
        answer = await newsroom.reader.get(path)
        told = {**answer.json(), "instance": None}
        found.append((answer.status_code, answer.headers.get("Surrogate-Key"), told))
    return found


Seen = tuple[list[str], int, int]


async def seen(newsroom: Newsroom) -> Seen:
    """The list of tags, its total, and the status of the tag itself."""
    page = (await newsroom.reader.get("/v1/tags?count=true")).json()
    one = await newsroom.reader.get(f"/v1/tags/{SLUG}")
    return [item["slug"] for item in page["items"]], page["total"], one.status_code


HIDDEN: Seen = ([], 0, 404)
SHOWN: Seen = ([SLUG], 1, 200)


async def tag_of(desk: Desk) -> dict[str, Any]:
    (tag,) = (await desk.get(TAGS)).json()["items"]
    return dict(tag)


async def events(newsroom: Newsroom) -> list[tuple[str, Any, Any]]:
    told = select(Event).where(col(Event.name).startswith("tag.")).order_by(col(Event.at), col(Event.id))
    happened = await newsroom.stored(lambda session: session.exec(told).all())
    return [(event.name, event.data["slug"], event.data["previous_slug"]) for event in happened]


async def test_it_is_answered_like_one_that_is_unknown(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("contributor")
    post = await opened(desk, title="Secret", tags=[NAME])
    assert await answers(newsroom, SLUG) == await answers(newsroom, "no-such-tag")
    assert await seen(newsroom) == HIDDEN
    trashed = await desk.delete(f"{POSTS}/{post['id']}", headers=ANY)
    assert trashed.is_success
    assert await seen(newsroom) == HIDDEN
    assert ((await tag_of(desk))["slug"], (await tag_of(desk))["public"]) == (SLUG, False)


async def test_pages_pass_over_it(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for slug in ("a", "c", "z"):
        await desk.post(TAGS, json={"names": {"en": slug}, "slug": slug})
    await opened(desk, tags=["b", "d", "e"])
    first = await newsroom.reader.get("/v1/tags?limit=2")
    second = await newsroom.reader.get(first.links["next"]["url"])
    assert [[item["slug"] for item in answer.json()["items"]] for answer in (first, second)] == [["a", "c"], ["z"]]
    assert second.json()["next"] is None


async def test_a_story_that_comes_out_brings_its_tags(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk, tags=[NAME])
    assert await seen(newsroom) == SHOWN
    tag = await desk.get(f"{TAGS}/{(await tag_of(desk))['id']}")
    assert (tag.json()["public"], tag.headers["ETag"]) == (True, '"1"')
    await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert await seen(newsroom) == SHOWN
    await published(desk, title="Another", tags=[NAME])
    assert await events(newsroom) == [("tag.named", SLUG, None), ("tag.created", SLUG, None)]


async def test_an_edit_of_a_live_story_brings_nothing_before_it_is_published(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk)
    await desk.patch(f"{POSTS}/{post['id']}", json={"tags": [NAME]}, headers=ANY)
    assert await seen(newsroom) == HIDDEN
    await desk.put(f"{POSTS}/{post['id']}/publication?dry_run=true", headers=ANY)
    assert await seen(newsroom) == HIDDEN
    await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert await seen(newsroom) == SHOWN


async def test_a_scheduled_story_brings_its_tags_at_its_minute(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    newsroom.set_clock(NOON)
    post = await opened(desk, tags=[NAME])
    minute = NOON + timedelta(hours=1)
    planned = await desk.put(f"{POSTS}/{post['id']}/schedule", json={"publish_at": minute.isoformat()}, headers=ANY)
    assert planned.is_success
    newsroom.set_clock(minute - timedelta(seconds=1))
    assert await seen(newsroom) == HIDDEN
    newsroom.set_clock(minute)
    assert await seen(newsroom) == SHOWN


@pytest.mark.parametrize("patch", [{}, {"names": {"ar": "تحقيق"}}, {"slug": "probe"}])
async def test_an_editor_who_changes_it_shows_it(newsroom: Newsroom, patch: dict[str, Any]) -> None:
    desk = await newsroom.staff("editor")
    await opened(desk, tags=[NAME])
    tag_id, slug = (await tag_of(desk))["id"], patch.get("slug", SLUG)
    changed = await desk.patch(f"{TAGS}/{tag_id}", json=patch, headers=ANY)
    assert (changed.json()["public"], changed.headers["ETag"]) == (True, '"2"')
    assert (await newsroom.reader.get(f"/v1/tags/{slug}")).status_code == 200
    assert (await events(newsroom))[1:] == [("tag.changed", slug, None)]


async def test_what_an_editor_makes_is_public(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    made = await desk.post(TAGS, json={"names": {"en": NAME}})
    assert made.json()["public"] is True
    assert await seen(newsroom) == SHOWN
    await opened(desk, tags=[NAME])
    assert await seen(newsroom) == SHOWN


@pytest.mark.parametrize(("verb", "told"), [(opened, None), (published, SLUG)])
async def test_its_end_is_told_by_its_slug_only_where_it_was_known(newsroom: Newsroom, verb: Any, told: Any) -> None:
    desk = await newsroom.staff("editor")
    post = await verb(desk, tags=[NAME])
    await desk.patch(f"{POSTS}/{post['id']}", json={"tags": []}, headers=ANY)
    if verb is published:
        await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    gone = await desk.delete(f"{TAGS}/{(await tag_of(desk))['id']}", headers=ANY)
    assert gone.status_code == 204, gone.text
    assert (await events(newsroom))[-1] == ("tag.deleted", told, None)


async def test_stories_that_come_out_at_once_share_their_tags(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    names = ["Cranes", "Docks", "سفن"]
    posts = [await opened(desk, title=f"Story {n}", tags=names[::step]) for n, step in enumerate((1, -1, 1, -1))]
    done = await asyncio.gather(
        *(desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": post["etag"]}) for post in posts)
    )
    assert [answer.status_code for answer in done] == [200] * 4
    assert [item["post_count"] for item in (await newsroom.reader.get("/v1/tags")).json()["items"]] == [4] * 3
    assert [name for name, *_ in await events(newsroom)].count("tag.created") == 3
