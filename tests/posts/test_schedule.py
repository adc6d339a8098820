"""What is scheduled comes at its moment and not before, whoever looks first, and the diary tells it once."""

import asyncio
from typing import Any

import pytest

from app.core.clock import wire_time
from tests.comments.talk import NOON
from tests.newsroom import Desk, Newsroom
from tests.posts.clockwork import ANY, desk_view, diary, edit, in_hours, plan, titles, told
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

CANARY = "kingfisher"


async def look_at_list(newsroom: Newsroom, _: Desk, post: dict[str, Any]) -> None:
    assert await titles(newsroom) == [post["title"]]


async def look_at_story(newsroom: Newsroom, _: Desk, post: dict[str, Any]) -> None:
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).status_code == 200


async def look_for_words(newsroom: Newsroom, _: Desk, post: dict[str, Any]) -> None:
    assert await titles(newsroom, f"?q={CANARY}") == [post["title"]]


async def look_at_path(newsroom: Newsroom, _: Desk, post: dict[str, Any]) -> None:
    answer = await newsroom.reader.get("/v1/resolve", params={"path": f"/en/{post['slug']}"})
    assert answer.json()["status"] == 200


async def look_at_tag(newsroom: Newsroom, _: Desk, __: dict[str, Any]) -> None:
    assert (await newsroom.reader.get("/v1/tags/sea")).json()["post_count"] == 1


async def look_at_thread(newsroom: Newsroom, _: Desk, post: dict[str, Any]) -> None:
    answer = await newsroom.reader.get(f"/v1/posts/{post['slug']}/comments")
    assert answer.json()["thread"]["status"] == "open"


async def look_from_desk(_: Newsroom, desk: Desk, post: dict[str, Any]) -> None:
    found = await desk_view(desk, post)
    assert (found["life"], found["live_revision"], found["publish_at"]) == ("published", 1, None)


async def list_from_desk(_: Newsroom, desk: Desk, __: dict[str, Any]) -> None:
    assert (await desk.get(f"{POSTS}?life=scheduled")).json()["items"] == []


async def write_from_desk(_: Newsroom, desk: Desk, post: dict[str, Any]) -> None:
    assert (await edit(desk, post, dek="later"))["life"] == "published"


async def work(newsroom: Newsroom, _: Desk, __: dict[str, Any]) -> None:
    await newsroom.night()


FIRST = (
    *(look_at_list, look_at_story, look_for_words, look_at_path, look_at_tag, look_at_thread),
    *(look_from_desk, list_from_desk, write_from_desk, work),
)


@pytest.mark.parametrize("first", FIRST)
async def test_a_story_is_there_at_its_moment_whoever_asks_first(newsroom: Newsroom, first: Any) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk, tags=["sea"], body=f"A {CANARY} by the quay.")
    found = await plan(desk, post, publish=1)
    assert (found["life"], found["scheduled_revision"], found["publish_at"]) == ("scheduled", 1, wire_time(in_hours(1)))
    newsroom.set_clock(in_hours(2))
    await first(newsroom, desk, post)
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert story["published_at"] == story["updated_at"] == wire_time(in_hours(1))
    for again in FIRST:
        await again(newsroom, desk, post)
    appeared = [line for line in await diary(newsroom, post) if line[0] == "post.published"]
    assert appeared == [("post.published", in_hours(1), "system")]


async def test_nothing_of_it_is_public_before(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    live = await published(desk, title="On the air", slug="on-the-air", tags=["sea"])
    secret = await opened(desk, title=f"{CANARY} one", slug=f"{CANARY}-one", tags=["sea"])
    await plan(desk, secret, publish=1)
    await edit(desk, live, title=f"{CANARY} two", slug=f"{CANARY}-two", body=f"{CANARY} three", tags=["sea", CANARY])
    await plan(desk, live, publish=1)
    newsroom.set_clock(in_hours(0.99))
    for path in (
        *("/v1/posts?include=body", "/v1/posts/on-the-air", f"/v1/posts/{CANARY}-one", f"/v1/posts/{CANARY}-two"),
        *(f"/v1/posts?q={CANARY}", f"/v1/posts?tag={CANARY}", "/v1/posts/on-the-air/comments", "/v1/sections"),
        *(f"/v1/resolve?path=/en/{CANARY}-one", f"/v1/resolve?path=/en/{CANARY}-two", "/v1/pages"),
        *("/v1/posts?count=true", "/v1/posts?sort=-updated_at&locale=en"),
    ):
        assert CANARY not in (await newsroom.reader.get(path)).text, path
    assert (await newsroom.reader.get("/v1/tags/sea")).json()["post_count"] == 1
    assert (await newsroom.reader.get(f"/v1/tags/{CANARY}")).status_code == 404


async def test_a_live_story_keeps_its_version_until_the_new_one_comes(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk, slug="harbour", title="Old")
    await edit(desk, post, slug="port", title="New")
    found = await plan(desk, post, publish=1)
    assert (found["life"], found["live_revision"], found["scheduled_revision"]) == ("published", 1, 2)
    later = await edit(desk, post, slug="quay", title="Not yet")  # pinned is what there was
    assert (later["revision"], later["scheduled_revision"], later["state"]) == (3, 2, "draft")
    assert (await newsroom.reader.get("/v1/posts/harbour")).json()["title"] == "Old"
    newsroom.set_clock(in_hours(1))
    moved = await newsroom.reader.get("/v1/posts/harbour")
    assert (moved.status_code, moved.headers["location"]) == (301, "/v1/posts/port")
    assert (await newsroom.reader.get("/v1/posts/port")).json()["title"] == "New"
    assert (await newsroom.reader.get("/v1/posts/quay")).status_code == 404
    found = await desk_view(desk, post)
    assert (found["state"], found["live_revision"], found["scheduled_revision"]) == ("draft", 2, None)
    assert (await told(newsroom, post))[-3:] == ["edited", "republished", "moved"]


async def test_the_slug_of_what_will_appear_is_held_for_it(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk, slug="harbour")
    await plan(desk, post, publish=1)
    await edit(desk, post, slug="port")
    taken = await desk.post(POSTS, json={"title": "x", "locale": "en", "slug": "harbour"})
    assert taken.status_code == 409
    assert (await desk.delete(f"{POSTS}/{post['id']}/schedule", headers=ANY)).status_code == 200
    free = await desk.post(POSTS, json={"title": "x", "locale": "en", "slug": "harbour"})
    assert free.status_code == 201


async def test_it_ends_by_itself_and_may_come_back(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await plan(desk, post, publish=1, end=2)
    newsroom.set_clock(in_hours(1.5))
    assert await titles(newsroom) == [post["title"]]
    assert (await desk_view(desk, post))["unpublish_at"] == wire_time(in_hours(2))
    newsroom.set_clock(in_hours(2))
    assert await titles(newsroom) == []
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).status_code == 404
    found = await desk_view(desk, post)
    assert (found["life"], found["live_revision"], found["unpublish_at"]) == ("unpublished", None, None)
    newsroom.set_clock(in_hours(3))
    assert (await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)).status_code == 200
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert (story["published_at"], story["updated_at"]) == (wire_time(in_hours(1)), wire_time(in_hours(3)))
    assert [line for line in await diary(newsroom, post) if line[2] == "system"] == [
        ("post.published", in_hours(1), "system"),
        ("post.unpublished", in_hours(2), "system"),
    ]


async def test_all_that_was_missed_is_told_in_its_order(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await plan(desk, post, publish=1, end=2)
    newsroom.set_clock(in_hours(50))
    await asyncio.gather(*(titles(newsroom) for _ in range(20)), newsroom.night())
    assert await told(newsroom, post) == ["created", "scheduled", "published", "unpublished"]
    assert await titles(newsroom) == []


async def test_rescheduling_and_cancelling(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await plan(desk, post, publish=1)
    await plan(desk, post, publish=3)
    newsroom.set_clock(in_hours(2))
    await newsroom.night()
    assert await titles(newsroom) == []
    gone = await desk.delete(f"{POSTS}/{post['id']}/schedule", headers=ANY)
    assert (gone.json()["life"], gone.json()["publish_at"], gone.json()["scheduled_revision"]) == (
        *("unpublished", None, None),
    )
    newsroom.set_clock(in_hours(4))
    await newsroom.night()
    assert await titles(newsroom) == []
    assert await told(newsroom, post) == ["created", "scheduled", "scheduled", "unscheduled"]


async def test_publishing_now_takes_the_place_of_what_was_to_appear(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await plan(desk, post, publish=1, end=2)
    found = (await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)).json()
    assert (found["publish_at"], found["unpublish_at"]) == (None, wire_time(in_hours(2)))
    newsroom.set_clock(in_hours(1.5))
    await newsroom.night()
    assert await titles(newsroom) == [post["title"]]
    newsroom.set_clock(in_hours(2))
    assert await titles(newsroom) == []
    await newsroom.night()
    assert await told(newsroom, post) == ["created", "scheduled", "published", "unscheduled", "unpublished"]


async def test_taking_a_story_back_takes_its_schedule_back(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk)
    await plan(desk, post, publish=1, end=2)
    found = (await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)).json()
    assert (found["life"], found["publish_at"], found["unpublish_at"]) == ("unpublished", None, None)
    newsroom.set_clock(in_hours(1.5))
    await newsroom.night()
    assert await titles(newsroom) == []


# what is sent, the member that is wrong, why
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "publish_at", "nothing_scheduled"),
    ({"publish_at": None, "unpublish_at": None}, "publish_at", "nothing_scheduled"),
    ({"publish_at": wire_time(NOON)}, "publish_at", "past"),
    ({"publish_at": wire_time(in_hours(1)), "unpublish_at": wire_time(in_hours(-1))}, "unpublish_at", "past"),
    ({"publish_at": wire_time(in_hours(2)), "unpublish_at": wire_time(in_hours(2))}, "unpublish_at", "order"),
    ({"unpublish_at": wire_time(in_hours(2))}, "unpublish_at", "not_public"),
    ({"publish_at": "2026-11-22T18:00:00"}, "publish_at", "timezone_aware"),
    ({"publish_at": wire_time(in_hours(2)), "embargoed": "yes"}, "embargoed", "bool_type"),
    ({"publish_at": wire_time(in_hours(2)), "revision": 1}, "revision", "extra_forbidden"),
]


async def test_what_is_refused(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    door = f"{POSTS}/{post['id']}/schedule"
    for sent, member, code in REFUSED:
        answer = await desk.put(door, json=sent, headers=ANY)
        assert answer.status_code == 422, (sent, answer.text)
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/body/{member}", code)]
    good = {"publish_at": wire_time(in_hours(1))}
    assert (await desk.put(door, json=good)).status_code == 428
    assert (await desk.put(door, json=good, headers={"If-Match": '"99"'})).status_code == 412
    assert (await desk.delete(door, headers=ANY)).json()["code"] == "illegal_move"
    empty = await opened(desk, body="")
    answer = await desk.put(f"{POSTS}/{empty['id']}/schedule", json=good, headers=ANY)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert answer.json()["blockers"][0]["code"] == "body_missing"
    stranger = await newsroom.staff("author")
    assert (await stranger.put(door, json=good, headers=ANY)).status_code == 404


async def test_what_is_coming(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    arabic = await opened(desk, title="أصوات الميناء", locale="ar")
    live = await published(desk, title="Live")
    author = await newsroom.staff("author")
    own = await opened(author, title="Own")
    await plan(desk, arabic, publish=3, end=5)
    await plan(desk, live, publish=2, end=4)
    await plan(author, own, publish=1)

    async def coming(who: Desk, query: str = "") -> list[tuple[str, str]]:
        answer = await who.get(f"/v1/editor/schedule{query}")
        assert answer.status_code == 200, answer.text
        return [(item["post"]["title"], item["what"]) for item in answer.json()["items"]]

    whole = [
        *(("Own", "publish"), ("Live", "update"), ("أصوات الميناء", "publish")),
        *(("Live", "unpublish"), ("أصوات الميناء", "unpublish")),
    ]
    assert await coming(desk) == whole
    assert await coming(author) == [("Own", "publish")]
    assert await coming(desk, "?locale=ar") == [whole[2], whole[4]]
    assert await coming(desk, "?section=nowhere") == []
    paged, query = [], "?limit=2"
    while query:
        page = await desk.get(f"/v1/editor/schedule{query}")
        paged += [(item["post"]["title"], item["what"]) for item in page.json()["items"]]
        query = f"?limit=2&cursor={page.json()['next']}" if page.json()["next"] else ""
    assert paged == whole
    assert (await desk.get("/v1/editor/schedule?from=x")).status_code == 422
    newsroom.set_clock(in_hours(3))
    assert await coming(desk) == whole[3:]


async def test_an_embargo_is_for_partners_until_its_time(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk, title="أصوات الميناء", locale="ar", body="قبل **الفجر**.")
    other = await opened(desk, title="No embargo")
    await plan(desk, post, publish=1, embargoed=True)
    await plan(desk, other, publish=1)
    await edit(desk, post, title="تغيّر لاحقًا")
    listed = (await desk.get("/v1/editor/embargoes")).json()["items"]
    assert [(item["id"], item["title"], item["embargo_until"]) for item in listed] == [
        (post["id"], "أصوات الميناء", wire_time(in_hours(1)))
    ]
    answer = await desk.get(f"/v1/editor/embargoes/{post['id']}")
    story = answer.json()
    assert (story["title"], story["dir"], story["published_at"]) == ("أصوات الميناء", "rtl", wire_time(in_hours(1)))
    assert "<strong>الفجر</strong>" in story["body_html"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["etag"]
    assert (await desk.get(f"/v1/editor/embargoes/{other['id']}")).status_code == 404
    author = await newsroom.staff("author")
    assert (await author.get(f"/v1/editor/embargoes/{post['id']}")).status_code == 403
    newsroom.set_clock(in_hours(1))
    assert (await desk.get("/v1/editor/embargoes")).json()["items"] == []
    assert (await desk.get(f"/v1/editor/embargoes/{post['id']}")).status_code == 404
    public = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert public["title"] == "أصوات الميناء"
    assert "embargo_until" not in public


async def test_one_of_many_who_schedule_publish_and_edit_wins(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    door, match = f"{POSTS}/{post['id']}", {"If-Match": post["etag"]}
    calls = []
    for number in range(50):
        moment = {"publish_at": wire_time(in_hours(1 + number))}
        method, path, body = (
            ("PUT", f"{door}/schedule", moment),
            ("PUT", f"{door}/publication", None),
            ("PATCH", door, {"dek": str(number)}),
        )[number % 3]
        calls.append(desk.request(method, path, json=body, headers=match))
    statuses = sorted([answer.status_code for answer in await asyncio.gather(*calls)])
    assert statuses == [200] + [412] * 49
