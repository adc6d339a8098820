"""The thread as readers see it: pages, branches, tombstones, counts, in a constant number of queries."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.comments import threads
from app.comments.models import Comment, Status
from app.core.actor import system
from app.core.db import Database
from app.events.service import record
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Slug
from tests.comments import talk
from tests.comments.talk import NOON, THREAD, decide, one, open_thread, plant, plant_tree, say, set_policy, shown
from tests.make import live_story
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

Tree = dict[str, Any]
TREE: Tree = {
    f"{top}": {f"{top}.{reply}": {f"{top}.{reply}.{deep}": {} for deep in range(3)} for reply in range(5)}
    for top in range(4)
}


async def read(newsroom: Newsroom, path: str = THREAD, **parameters: Any) -> dict[str, Any]:
    answer = await newsroom.reader.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def text_of(item: dict[str, Any]) -> str:
    return str(item.get("body_html", "†")).removeprefix("<p>").removesuffix("</p>")


async def walk(newsroom: Newsroom, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await read(newsroom, path, **parameters, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        assert page["items"]
        cursor = {"cursor": page["next"]}


async def whole(newsroom: Newsroom, items: list[dict[str, Any]]) -> Tree:
    """The tree below these items, all cursors followed."""
    tree: Tree = {}
    for item in items:
        below = list(item["replies"]["items"])
        if item["replies"]["next"] is not None:
            path = f"/v1/comments/{item['id']}/replies"
            rest = await read(newsroom, path, cursor=item["replies"]["next"], limit=2)
            below += rest["items"]
            while rest["next"] is not None:
                rest = await read(newsroom, path, cursor=rest["next"], limit=2)
                below += rest["items"]
        assert text_of(item) not in tree
        tree[text_of(item)] = await whole(newsroom, below)
    return tree


SHAPES = [(1, 3), (2, 0), (2, 2), (3, 1), (3, 5), (6, 20)]


@pytest.mark.parametrize(("depth", "replies"), SHAPES)
async def test_following_the_cursors_gives_the_whole_thread(newsroom: Newsroom, depth: int, replies: int) -> None:
    await plant_tree(newsroom, await open_thread(newsroom), TREE)
    items = await walk(newsroom, THREAD, limit=3, depth=depth, replies=replies)
    assert await whole(newsroom, items) == TREE
    assert all(item["reply_count"] == 20 for item in items)


def levels(item: dict[str, Any]) -> int:
    return 1 + max((levels(below) for below in item["replies"]["items"]), default=0)


@pytest.mark.parametrize(("depth", "replies"), SHAPES)
async def test_depth_and_replies_bound_an_answer(newsroom: Newsroom, depth: int, replies: int) -> None:
    await plant_tree(newsroom, await open_thread(newsroom), TREE)
    items = (await read(newsroom, depth=depth, replies=replies))["items"]
    assert max(map(levels, items)) == min(depth if replies else 1, 3)
    assert all(len(item["replies"]["items"]) == (min(replies, 5) if depth > 1 else 0) for item in items)
    assert [item["replies"]["next"] is None for item in items] == [depth > 1 and replies >= 5] * 4


async def test_one_answer_is_bounded_whatever_is_asked(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.comments.threads.MOST_COMMENTS", 60)
    await plant_tree(newsroom, await open_thread(newsroom), TREE)
    items = (await read(newsroom, depth=6, replies=20))["items"]
    # four at the top; of the answers those of the first two, which cannot be more than twenty each
    assert json.dumps(items).count('"number"') == 4 + 2 * 20
    assert await whole(newsroom, items) == TREE


async def test_sorts_and_their_pages(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = [await plant(newsroom, post_id, f"{number}") for number in range(7)]
    votes = {planted[1]: 3, planted[4]: 3, planted[2]: 9}

    def vote(session: Any) -> None:
        for comment_id, count in votes.items():
            session.get(Comment, comment_id).recommendations = count

    await newsroom.db.write(vote)
    found = {
        sort: [text_of(item) for item in await walk(newsroom, THREAD, sort=sort, limit=2)]
        for sort in ("oldest", "newest", "top")
    }
    assert found == {
        "oldest": ["0", "1", "2", "3", "4", "5", "6"],
        "newest": ["6", "5", "4", "3", "2", "1", "0"],
        "top": ["2", "4", "1", "6", "5", "3", "0"],
    }


@pytest.mark.parametrize(("sort", "seen"), [("oldest", "01234NEW"), ("newest", "43210")])
async def test_pages_are_stable_when_someone_writes_meanwhile(newsroom: Newsroom, sort: str, seen: str) -> None:
    post_id = await open_thread(newsroom)
    for number in range(5):
        await plant(newsroom, post_id, f"{number}")
    first = await read(newsroom, sort=sort, limit=2)
    await plant(newsroom, post_id, "NEW")
    rest = await read(newsroom, sort=sort, limit=10, cursor=first["next"])
    assert "".join(text_of(item) for item in first["items"] + rest["items"]) == seen


async def test_the_next_page_is_linked(newsroom: Newsroom) -> None:
    slug = "أصوات-الميناء"
    post_id = await open_thread(newsroom, slug, locale="ar")
    for number in range(3):
        await plant(newsroom, post_id, f"{number}", locale="ar")
    answer = await newsroom.reader.get(f"/v1/posts/{slug}/comments", params={"limit": 2, "sort": "newest"})
    link = answer.headers["link"]
    assert link.isascii()
    following = await newsroom.reader.get(link.partition(">")[0].removeprefix("<"))
    assert [text_of(item) for item in following.json()["items"]] == ["0"]
    assert "link" not in following.headers


async def test_a_cursor_belongs_to_its_list(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"a": {"a1": {}, "a2": {}}, "b": {"b1": {}, "b2": {}}})
    await open_thread(newsroom, "elsewhere")
    page = await read(newsroom, limit=1, replies=1)
    thread, branch = page["next"], page["items"][0]["replies"]["next"]
    wrong = [
        (THREAD, {"cursor": thread, "sort": "newest"}),
        (THREAD, {"cursor": thread, "locale": "en"}),
        (THREAD, {"cursor": branch}),
        (THREAD, {"cursor": "AAAA"}),
        ("/v1/posts/elsewhere/comments", {"cursor": thread}),
        (f"/v1/comments/{planted['b']}/replies", {"cursor": branch}),
        (f"/v1/comments/{planted['a']}/replies", {"cursor": thread}),
        (f"/v1/comments/{planted['a']}/replies", {"cursor": branch, "locale": "en"}),
    ]
    for path, parameters in wrong:
        answer = await newsroom.reader.get(path, params=parameters)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/cursor"), parameters
    assert (await read(newsroom, limit=5, cursor=thread))["items"][0]["number"] == 4


PARAMETERS = [
    {"depth": "0"},
    {"depth": "7"},
    {"replies": "-1"},
    {"replies": "21"},
    {"limit": "0"},
    {"limit": "101"},
    {"sort": "best"},
    {"locale": "fr"},
    {"page": "2"},
]


@pytest.mark.parametrize("parameters", PARAMETERS)
async def test_other_parameters_are_refused(newsroom: Newsroom, parameters: dict[str, str]) -> None:
    planted = await plant(newsroom, await open_thread(newsroom), "A.")
    for path in (THREAD, f"/v1/comments/{planted}/replies"):
        answer = await newsroom.reader.get(path, params=parameters)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_languages_are_filtered_at_every_level(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    english = await plant(newsroom, post_id, "English.")
    arabic = await plant(newsroom, post_id, "عربي.", locale="ar")
    for number in range(3):
        await plant(newsroom, post_id, f"رد {number}", locale="ar", parent_id=arabic)
        await plant(newsroom, post_id, f"Answer {number}", parent_id=arabic)
    await plant(newsroom, post_id, "رد", locale="ar", parent_id=english)
    items = await walk(newsroom, THREAD, locale="ar", replies=2)
    assert await whole(newsroom, items) == {"عربي.": {"رد 0": {}, "رد 1": {}, "رد 2": {}}}
    (alone,) = await walk(newsroom, THREAD, locale="en")
    assert alone["replies"] == {"items": [], "next": None}
    assert alone["reply_count"] == 1


async def test_the_members_of_a_comment(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    parent = await plant(newsroom, post_id, "Parent.")
    child = await plant(newsroom, post_id, "نعم، وأكثر.", parent_id=parent, author_email="secret@example.org")
    (item,) = (await read(newsroom))["items"]
    (reply,) = item["replies"]["items"]
    assert reply == {
        "id": str(child),
        "number": 2,
        "parent_id": str(parent),
        "depth": 2,
        "author": {"name": "Basma", "staff": False, "verified": False},
        "body_html": "<p>نعم، وأكثر.</p>",
        "locale": "en",
        "dir": "rtl",
        "created_at": "2026-11-22T12:00:00Z",
        "edited_at": None,
        "status": "published",
        "recommendations": 0,
        "reply_count": 0,
        "replies": {"items": [], "next": None},
    }
    assert "secret" not in json.dumps(await read(newsroom))


async def test_only_what_is_published_is_seen(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    for status in Status:
        await plant(newsroom, post_id, f"{status.value}-canary", status=status)
    page = await read(newsroom)
    assert [text_of(item) for item in page["items"]] == ["published-canary"]
    assert page["thread"] == {"status": "open", "count": 1, "closes_at": None, "pinned": None}


async def test_tombstones_keep_the_answers_reachable(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"middle": {"leaf": {}}, "other": {}}})
    desk = await newsroom.staff("moderator")
    await decide(desk, planted["root"], "reject", reason="abusive")
    await decide(desk, planted["middle"], "delete")
    (root,) = (await read(newsroom))["items"]
    assert set(root) == {"id", "number", "parent_id", "status", "created_at", "replies"}
    assert (root["status"], root["id"]) == ("deleted", str(planted["root"]))
    middle, other = root["replies"]["items"]
    assert (set(middle), middle["status"]) == (set(root), "deleted")
    assert [text_of(item) for item in middle["replies"]["items"]] == ["leaf"]
    assert text_of(other) == "other"
    assert "Basma" not in json.dumps({**root, "replies": [middle["status"]]})

    await decide(desk, planted["leaf"], "spam")
    (root,) = (await read(newsroom))["items"]
    assert [text_of(item) for item in root["replies"]["items"]] == ["other"]
    await decide(desk, planted["other"], "unpublish")
    assert (await read(newsroom))["items"] == []
    await decide(desk, planted["leaf"], "restore")
    assert await whole(newsroom, (await read(newsroom))["items"]) == {"†": {"†": {"leaf": {}}}}


async def test_a_deleted_row_goes_when_nothing_hangs_on_it(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"middle": {"leaf": {}}}})
    waiting = await plant(newsroom, post_id, "waiting", parent_id=planted["leaf"], status=Status.PENDING)
    desk = await newsroom.staff("editor")
    for name in ("root", "middle", "leaf"):
        await decide(desk, planted[name], "delete")
    assert (await read(newsroom))["items"] == []
    root = await one(newsroom, planted["root"])
    assert root is not None
    personal = (root.body, root.body_html, root.body_hash, root.author_name, root.author_email, root.network)
    assert personal == (None,) * 6
    assert (root.search_text, "Basma" in root.document) == ("", False)
    await decide(desk, waiting, "delete")
    assert await talk.stored(newsroom) == []


async def test_a_single_comment_names_its_story(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom, title="أصوات الميناء", locale="ar")
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    found = await newsroom.reader.get(f"/v1/comments/{planted['root']}")
    assert found.json()["post"] == {
        "id": str(post_id),
        "slug": "harbour",
        "title": "أصوات الميناء",
        "url": "https://news.example/ar/harbour",
    }
    assert [text_of(item) for item in found.json()["replies"]["items"]] == ["leaf"]
    (item,) = (await read(newsroom))["items"]
    assert {**found.json(), "post": None} == {**item, "post": None}


async def test_what_everyone_may_read_can_be_cached(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant(newsroom, post_id, "root")
    for path in (THREAD, f"/v1/comments/{planted}", f"/v1/comments/{planted}/replies"):
        answer = await newsroom.reader.get(path)
        assert answer.headers["surrogate-key"] == f"thread-{post_id} post-{post_id}"
        assert answer.headers["cache-control"].startswith("public")
        again = await newsroom.reader.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await newsroom.reader.head(path)).headers["etag"] == answer.headers["etag"]
    await plant(newsroom, post_id, "another")
    assert (await newsroom.reader.get(THREAD, headers={"If-None-Match": answer.headers["etag"]})).status_code == 200


async def test_what_is_not_public_has_no_comments(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    held = await plant(newsroom, post_id, "held", status=Status.PENDING)
    paths = [f"/v1/comments/{planted['root']}", f"/v1/comments/{planted['root']}/replies"]
    missing = [f"/v1/comments/{held}", f"/v1/comments/{held}/replies", f"/v1/comments/{uuid4()}", "/v1/comments/x"]
    missing += [f"/v1/comments/{planted['root'].hex}", f"/v1/comments/{planted['root'].hex}/replies"]
    missing += [f"/v1/comments/{uuid4()}/replies", "/v1/comments/x/replies", "/v1/posts/nowhere/comments"]
    assert {(await newsroom.reader.get(path)).status_code for path in paths} == {200}
    assert {(await newsroom.reader.get(path)).status_code for path in missing} == {404}
    await newsroom.db.write(publications_service.take_back, post_id, at=NOON)
    assert {(await newsroom.reader.get(path)).status_code for path in [THREAD, *paths]} == {404}
    counts = await newsroom.reader.post("/v1/comments/counts", json={"slugs": ["harbour"]})
    assert counts.json() == {"counts": {"harbour": 0}}


async def test_a_hidden_thread_shows_nothing(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom, comments=CommentsMode.HIDDEN)
    planted = await plant(newsroom, post_id, "root")
    page = await read(newsroom)
    assert (page["items"], page["next"], page["thread"]["status"]) == ([], None, "hidden")
    for path in (f"/v1/comments/{planted}", f"/v1/comments/{planted}/replies"):
        assert (await newsroom.reader.get(path)).status_code == 404


CLOSING = [
    (None, timedelta(days=6), "open", "2026-11-23T12:00:00Z"),
    (None, timedelta(days=7), "closed", "2026-11-22T12:00:00Z"),
    (CommentsMode.OPEN, timedelta(days=9), "open", None),
    (CommentsMode.CLOSED, timedelta(0), "closed", None),
]


@pytest.mark.parametrize(("said", "age", "status", "closes_at"), CLOSING)
async def test_when_a_thread_closes(
    newsroom: Newsroom, said: CommentsMode | None, age: timedelta, status: str, closes_at: str | None
) -> None:
    await open_thread(newsroom, comments=said, published_at=NOON - age)
    await set_policy(newsroom, close_after_days=7)
    assert (await read(newsroom))["thread"] == {
        **{"status": status, "count": 0, "closes_at": closes_at},
        "pinned": None,
    }


async def test_an_old_slug_works_in_place(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await plant(newsroom, post_id, "root")

    def hold(session: Any, slug: str, *, public: bool) -> None:
        publications_service.claim_slug(session, slug, post_id)
        if public:
            session.get(Slug, slug).was_public = True

    await newsroom.db.write(hold, "old-harbour", public=True)
    await newsroom.db.write(hold, "never-public", public=False)
    assert len((await read(newsroom, "/v1/posts/old-harbour/comments"))["items"]) == 1
    draft = {"body": "Hello.", "author_name": "Salma"}
    assert (await newsroom.reader.post("/v1/posts/old-harbour/comments", json=draft)).status_code == 202
    assert (await newsroom.reader.get("/v1/posts/never-public/comments")).status_code == 404


async def translated(newsroom: Newsroom) -> tuple[UUID, UUID]:
    english = await open_thread(newsroom, "harbour")
    arabic = await open_thread(newsroom, "المرفأ", locale="ar", group_id=english)
    return english, arabic


async def counts_everywhere(newsroom: Newsroom, slugs: list[str]) -> dict[str, set[int]]:
    """The count of each story at every place that shows it."""
    answer = await newsroom.reader.post("/v1/comments/counts", json={"slugs": slugs})
    listed = {item["slug"]: item["comment_count"] for item in (await read(newsroom, "/v1/posts"))["items"]}
    found = {}
    for slug in slugs:
        story = await read(newsroom, f"/v1/posts/{slug}")
        thread = await read(newsroom, f"/v1/posts/{slug}/comments")
        places = (thread["thread"]["count"], story["comment_count"], story["comments"]["count"], listed[slug])
        found[slug] = {answer.json()["counts"][slug], *places}
    return found


async def test_threads_of_translations_apart_and_together(newsroom: Newsroom) -> None:
    english, arabic = await translated(newsroom)
    slugs = ["harbour", "المرفأ"]
    await plant(newsroom, english, "One.")
    await plant(newsroom, arabic, "واحد.", locale="ar")
    await plant(newsroom, arabic, "اثنان.", locale="ar")
    assert await counts_everywhere(newsroom, slugs) == {"harbour": {1}, "المرفأ": {2}}
    assert [text_of(item) for item in (await read(newsroom))["items"]] == ["One."]

    await set_policy(newsroom, "postmoderate", thread_scope="group")
    parent = (await read(newsroom))["items"][0]["id"]
    answer = await say(newsroom, "رد.", slug=slugs[1], author_name="سلمى", parent_id=parent)
    assert (answer.status_code, answer.json()["comment"]["locale"]) == (201, "ar")
    assert await counts_everywhere(newsroom, slugs) == {"harbour": {4}, "المرفأ": {4}}
    for slug in slugs:
        items = await walk(newsroom, f"/v1/posts/{slug}/comments", limit=1)
        assert await whole(newsroom, items) == {"One.": {"رد.": {}}, "واحد.": {}, "اثنان.": {}}
        newest = await walk(newsroom, f"/v1/posts/{slug}/comments", limit=2, sort="newest")
        assert [item["number"] for item in newest] == [3, 2, 1]


@pytest.mark.parametrize(("scope", "status"), [("group", 201), ("language", 202)])
async def test_a_form_of_one_translation_serves_where_the_thread_is_shared(
    newsroom: Newsroom, scope: str, status: int
) -> None:
    await translated(newsroom)
    await set_policy(newsroom, "postmoderate", thread_scope=scope)
    answer = await say(newsroom, "رد.", slug="المرفأ", author_name="سلمى", render_token=shown(newsroom, "harbour"))
    assert answer.status_code == status, answer.text
    assert answer.json()["hold_reasons"] == ([] if status == 201 else ["check_missing"])


async def test_counts_follow_when_threads_are_joined_and_parted(newsroom: Newsroom) -> None:
    english, arabic = await translated(newsroom)
    alone = await open_thread(newsroom, "alone")
    await plant(newsroom, english, "One.")
    await plant(newsroom, arabic, "واحد.", locale="ar")
    await plant(newsroom, alone, "Alone.")
    desk, slugs = await newsroom.staff("admin"), ["harbour", "المرفأ", "alone"]

    async def change(scope: str) -> None:
        etag = (await desk.get("/v1/editor/site")).headers["etag"]
        change = {"comments": {"thread_scope": scope}}
        answer = await desk.patch("/v1/editor/site", json=change, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text

    await change("group")
    assert await counts_everywhere(newsroom, slugs) == {"harbour": {2}, "المرفأ": {2}, "alone": {1}}

    def publish_french(session: Any) -> None:
        post_id = live_story(session, slug="port", locale="fr", group_id=english, published_at=NOON)
        record(session, "post.published", post_id, by=system("tests"), at=NOON)

    await newsroom.db.write(publish_french)
    assert await counts_everywhere(newsroom, [*slugs, "port"]) == {
        "harbour": {2},
        "المرفأ": {2},
        "alone": {1},
        "port": {2},
    }
    await change("language")
    assert await counts_everywhere(newsroom, [*slugs, "port"]) == {
        "harbour": {1},
        "المرفأ": {1},
        "alone": {1},
        "port": {0},
    }


async def test_counts_are_equal_at_every_place_through_a_whole_life(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}, "other": {}})
    held = await plant(newsroom, post_id, "held", status=Status.PENDING)
    desk = await newsroom.staff("moderator")
    steps: list[tuple[UUID, str, dict[str, str], int]] = [
        (held, "approve", {}, 4),
        (planted["root"], "spam", {}, 3),
        (planted["leaf"], "unpublish", {}, 2),
        (planted["root"], "restore", {}, 3),
        (planted["other"], "reject", {"reason": "off_topic"}, 2),
        (planted["other"], "restore", {}, 3),
        (planted["root"], "delete", {}, 2),
        (planted["leaf"], "approve", {}, 3),
        (planted["leaf"], "delete", {}, 2),
    ]
    for comment_id, action, more, count in steps:
        assert "status" in await decide(desk, comment_id, action, **more)
        assert await counts_everywhere(newsroom, ["harbour"]) == {"harbour": {count}}, action
    assert len(await talk.stored(newsroom)) == 2


COUNTS: list[tuple[Any, int]] = [
    ({"slugs": []}, 200),
    ({"slugs": ["s"] * 100}, 200),
    ({"slugs": ["s"] * 101}, 422),
    ({"slugs": [7]}, 422),
    ({"slugs": "s"}, 422),
    ({}, 422),
    ({"slugs": [], "more": 1}, 422),
]


@pytest.mark.parametrize(("body", "status"), COUNTS)
async def test_what_can_be_counted(newsroom: Newsroom, body: Any, status: int) -> None:
    assert (await newsroom.reader.post("/v1/comments/counts", json=body)).status_code == status


async def test_counts_of_many(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom, "caf\u00e9")
    await plant(newsroom, post_id, "A.")
    answer = await newsroom.reader.post(
        "/v1/comments/counts", json={"slugs": ["cafe\u0301", "caf\u00e9", "nowhere", "a\0"]}
    )
    assert answer.json() == {"counts": {"cafe\u0301": 1, "caf\u00e9": 1, "nowhere": 0, "a\0": 0}}


@pytest.mark.parametrize("parameters", [{}, {"depth": 6, "replies": 20, "limit": 30}, {"sort": "top", "depth": 1}])
async def test_the_number_of_queries_does_not_grow(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, Any]
) -> None:
    for slug, tops in {"small": 1, "large": 8, "larger": 12}.items():
        tree: Tree = {f"{top}": {f"{top}-{n}": {f"{top}-{n}-": {}} for n in range(4)} for top in range(tops)}
        await plant_tree(newsroom, await open_thread(newsroom, slug), tree)
    counted: list[int] = []
    fast: Callable[..., Any] = type(newsroom.db).fast

    async def counting(self: Database, *args: Any) -> Any:
        counted[-1] += 1
        return await fast(self, *args)

    monkeypatch.setattr(type(newsroom.db), "fast", counting)
    for slug in ("small", "large", "larger"):
        counted.append(0)
        await read(newsroom, f"/v1/posts/{slug}/comments", **parameters)
    assert counted[0] == 2
    assert counted[1] == counted[2] <= 1 + parameters.get("depth", 3)


@pytest.mark.parametrize("sort", ["oldest", "newest", "top"])
@pytest.mark.parametrize(
    ("tree", "bounds"),
    [
        (TREE, {}),
        (TREE, {"replies": 2}),
        (TREE, {"depth": 2}),
        (TREE, {"depth": 6, "replies": 1}),
        ({"0": {"0.0": {}}, "1": {"1.2": {}}, "2": {"2.3.1": {}}, "3": {}, "4": {}}, {"limit": 4}),
    ],
)
async def test_a_small_thread_reads_like_a_large_one(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, sort: str, tree: Tree, bounds: dict[str, int]
) -> None:
    post_id, desk = await open_thread(newsroom), await newsroom.staff("moderator")
    planted = await plant_tree(newsroom, post_id, tree)
    for body in ("0", "1.2", "2.3.1"):
        await decide(desk, planted[body], "delete")
    at_hand, whole = [], threads._whole

    async def watched(*asked: Any) -> Any:
        at_hand.append(await whole(*asked))
        return at_hand[-1]

    monkeypatch.setattr(threads, "_whole", watched)
    parameters: dict[str, Any] = {"sort": sort, "limit": 100, **bounds}
    at_once = await read(newsroom, **parameters)
    assert at_hand[0]

    async def never(*_: Any) -> None:
        return None

    monkeypatch.setattr(threads, "_whole", never)
    assert at_once == await read(newsroom, **parameters)
    assert at_once["items"]
