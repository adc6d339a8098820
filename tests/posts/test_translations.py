"""One story in several languages: linked, told apart, and no language ever writes another."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, select
from sqlmodel import Session

from app.core.columns import table_of
from app.posts.models import Post
from app.tables import metadata
from tests.counting import counted_queries
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANY = {"If-Match": "*"}
ENGLISH: dict[str, Any] = {
    "title": "Voices of the harbour",
    "dek": "A morning",
    "body": "Before *dawn*.",
    "tags": ["Harbour"],
    "section": "culture",
    "authors": ["layla"],
    "cover_alt": "Nets",
    "featured": True,
    "comments": "open",
    "seo": {"title": "Harbour", "canonical_url": "https://elsewhere.example/a"},
}


async def terms(desk: Desk) -> None:
    await desk.post("/v1/editor/sections", json={"names": {"en": "Culture", "ar": "ثقافة"}, "slug": "culture"})
    await desk.post("/v1/editor/authors", json={"names": {"en": "Layla", "ar": "ليلى"}, "slug": "layla"})


async def translated(desk: Desk, post: dict[str, Any], **wish: Any) -> dict[str, Any]:
    answer = await desk.post(f"{POSTS}/{post['id']}/translations", json={"locale": "ar", **wish})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}


async def publish(desk: Desk, post: dict[str, Any]) -> None:
    answer = await desk.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert answer.status_code == 200, answer.text


async def edit(desk: Desk, post: dict[str, Any], **change: Any) -> None:
    answer = await desk.patch(f"{POSTS}/{post['id']}", json=change, headers=ANY)
    assert answer.status_code == 200, answer.text


async def stale(desk: Desk, post: dict[str, Any]) -> int | None:
    (item,) = (await desk.get(POSTS, params={"ids": post["id"]})).json()["items"]
    one = (await desk.get(f"{POSTS}/{post['id']}")).json()
    assert one["stale_since_revision"] == item["stale_since_revision"]
    return one["stale_since_revision"]  # type: ignore[no-any-return]


async def test_a_translation_begins_with_the_original(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await terms(desk)
    post = await published(desk, **ENGLISH)
    answer = await desk.post(
        f"{POSTS}/{post['id']}/translations",
        json={"locale": "ar", "title": "أصوات الميناء"},
        headers={"Idempotency-Key": "ar-1"},
    )
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{POSTS}/{made['id']}")
    assert answer.headers["etag"] == (await desk.get(f"{POSTS}/{made['id']}")).headers["etag"]
    same = ("kind", "dek", "body", "body_html", "tags", "section", "authors", "cover_alt", "featured", "comments")
    assert {name: made[name] for name in same} == {name: post[name] for name in same}
    assert (made["title"], made["slug"], made["dir"]) == ("أصوات الميناء", "أصوات-الميناء", "rtl")
    assert (made["state"], made["life"], made["revision"]) == ("draft", "unpublished", 1)
    assert made["seo"] == {"title": "Harbour"}  # the original's canonical address is not the translation's
    assert (made["translation_of"], made["stale_since_revision"]) == (post["id"], None)
    again = await desk.post(
        f"{POSTS}/{post['id']}/translations",
        json={"locale": "ar", "title": "أصوات الميناء"},
        headers={"Idempotency-Key": "ar-1"},
    )
    assert again.json() == made


async def test_or_with_nothing_but_a_title(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    post = await opened(desk, title="About us", body="We print.", kind="page")
    made = await translated(desk, post, copy=False)
    assert (made["kind"], made["title"], made["slug"], made["body"]) == ("page", "About us", "about-us-2", "")


REFUSED = [
    ({"locale": "en"}, 422, "same_locale"),
    ({"locale": "fr"}, 422, "unknown_locale"),
    ({"locale": "arabic"}, 422, "value_error"),
    ({"locale": "ar", "slug": "x"}, 422, "extra_forbidden"),
    ({"locale": "ar", "copy": "yes"}, 422, "bool_type"),
    ({"locale": "ar", "copy_content": True}, 422, "extra_forbidden"),
    ({"locale": "ar", "title": " "}, 422, "string_too_short"),
    ({}, 422, "missing"),
]


@pytest.mark.parametrize(("wish", "status", "code"), REFUSED)
async def test_what_is_refused(newsroom: Newsroom, wish: dict[str, Any], status: int, code: str) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    answer = await desk.post(f"{POSTS}/{post['id']}/translations", json=wish)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


async def test_a_language_is_there_once_whoever_asks(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    admin = await newsroom.staff("admin")
    assert (await admin.patch("/v1/editor/site", json={"locales": ["en", "ar", "fr"]}, headers=ANY)).is_success
    post = await opened(desk)
    french = await translated(desk, post, locale="fr")
    asked = [f"{POSTS}/{one['id']}/translations" for one in (post, french) for _ in range(5)]
    answers = await asyncio.gather(*(desk.post(url, json={"locale": "ar"}) for url in asked))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"translation_exists"}
    listed = (await desk.get(f"{POSTS}/{french['id']}/translations")).json()["items"]
    assert [item["locale"] for item in listed] == ["ar", "en", "fr"]


async def test_a_translation_lags_behind_what_is_published_since(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    arabic = await translated(desk, post)
    url = f"{POSTS}/{arabic['id']}/translated-revision"
    await publish(desk, post)
    assert await stale(desk, arabic) is None
    for title in ("two", "three"):
        await edit(desk, post, title=title)
        assert await stale(desk, arabic) is None  # what is not published need not be translated
    await publish(desk, post)
    assert await stale(desk, arabic) == 3
    await edit(desk, post, title="four")
    await publish(desk, post)
    assert await stale(desk, arabic) == 3
    await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert await stale(desk, arabic) == 3

    done = await desk.put(url, json={"revision": 3})
    assert (done.status_code, done.json()["stale_since_revision"]) == (200, 4)
    assert done.headers["etag"] == arabic["etag"]
    assert (await desk.put(url)).json()["stale_since_revision"] is None
    assert (await desk.put(url, json={"revision": 5})).status_code == 422
    assert (await desk.put(url, json={}, headers={"If-Match": '"99"'})).status_code == 412
    refused = await desk.put(f"{POSTS}/{post['id']}/translated-revision")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_translation")
    assert await stale(desk, post) is None


async def test_one_that_was_opened_as_a_translation_lags_too(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    arabic = await opened(desk, title="أصوات", locale="ar", translation_of=post["id"])
    await edit(desk, post, title="two")
    await publish(desk, post)
    assert await stale(desk, arabic) == 2


async def test_a_translation_outlives_its_original(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    arabic = await translated(desk, post)

    def purge(session: Session) -> None:
        for name in ("post_term", "slug", "revision"):
            session.execute(metadata.tables[name].delete().where(metadata.tables[name].c.post_id == UUID(post["id"])))
        session.execute(table_of(Post).delete().where(table_of(Post).c.id == UUID(post["id"])))

    await newsroom.db.write(purge)
    one = (await desk.get(f"{POSTS}/{arabic['id']}")).json()
    assert (one["translation_of"], one["stale_since_revision"]) == (None, None)
    assert (await desk.put(f"{POSTS}/{arabic['id']}/translated-revision")).json()["code"] == "no_translation"
    await publish(desk, arabic)
    assert (await newsroom.reader.get(f"/v1/posts/{arabic['slug']}")).json()["translations"] == []


async def test_everyone_sees_the_languages_that_are_theirs(newsroom: Newsroom) -> None:
    editor, author = await newsroom.staff("editor"), await newsroom.staff("author")
    post = await opened(author)
    arabic = await translated(editor, post, title="أصوات الميناء")
    await edit(editor, post, title="two")
    await publish(editor, post)
    listed = (await editor.get(f"{POSTS}/{post['id']}/translations")).json()
    assert listed == {
        "items": [
            {"id": arabic["id"], "locale": "ar", "slug": "أصوات-الميناء", "title": "أصوات الميناء", "state": "draft",
             "life": "unpublished", "translation_of": post["id"], "stale_since_revision": 2},
            {"id": post["id"], "locale": "en", "slug": "voices-of-the-harbour", "title": "two", "state": "approved",
             "life": "published", "translation_of": None, "stale_since_revision": None},
        ],
        "next": None,
    }  # fmt: skip
    own = (await author.get(f"{POSTS}/{post['id']}/translations")).json()["items"]
    assert [item["locale"] for item in own] == ["en"]
    assert (await author.get(f"{POSTS}/{arabic['id']}/translations")).status_code == 404


async def test_lists_ask_the_same_number_of_queries(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    counts = []
    for number in range(3):
        post = await opened(desk, title=f"Story {number}")
        await translated(desk, post)
        with counted_queries() as queries:
            await desk.get(POSTS)
        counts.append(len(queries))
    assert len(set(counts)) == 1


async def test_hreflang_is_what_the_public_has_now(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk)
    arabic = await translated(desk, post, title="أصوات الميناء")
    english = {"hreflang": "en", "url": "https://news.example/en/voices-of-the-harbour"}
    default = {**english, "hreflang": "x-default"}

    async def told(slug: str) -> tuple[list[dict[str, str]], list[str]]:
        story = (await newsroom.reader.get(f"/v1/posts/{slug}")).json()
        return story["hreflang"], [item["locale"] for item in story["translations"]]

    assert await told(post["slug"]) == ([english, default], [])
    await publish(desk, arabic)
    story = (await newsroom.reader.get(f"/v1/posts/{arabic['slug']}")).json()
    both = [{"hreflang": "ar", "url": story["url"]}, english, default]
    assert await told(post["slug"]) == (both, ["ar"])
    assert await told(arabic["slug"]) == (both, ["en"])
    await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert await told(arabic["slug"]) == (both[:1], [])


# --- no language ever writes another

# tables whose rows are of one dossier, and by which column; what is the whole newsroom's is named here and left out
OF_THE_POST = {"post": "id", "publication": "id"}


def of_the_post() -> dict[str, Table]:
    return {name: table for name, table in metadata.tables.items() if name in OF_THE_POST or "post_id" in table.columns}


def rows_of(session: Session, post_id: str) -> dict[str, list[Any]]:
    """Every row of a dossier, in every table that has rows of one."""
    found = {}
    for name, table in of_the_post().items():
        mine = table.c[OF_THE_POST.get(name, "post_id")] == UUID(post_id)
        found[name] = sorted(repr(tuple(row)) for row in session.execute(select(table).where(mine)))
    return found


VERBS: list[tuple[str, str, str, dict[str, Any] | None]] = [
    ("edit", "PATCH", "", {"title": "t2", "slug": "s2", "dek": "d", "body": "b", "tags": ["new"], "featured": False}),
    ("autosave", "PATCH", "?autosave=true", {"body": "c"}),
    ("publish", "PUT", "/publication", None),
    ("publish again under another slug", "PATCH", "", {"slug": "s3", "section": None, "authors": []}),
    ("republish", "PUT", "/publication", None),
    ("share", "POST", "/previews", {}),
    ("correct", "POST", "/corrections", {"kind": "correction", "text": "Built in 1931."}),
    ("plan an update", "PUT", "/schedule", {"publish_at": "2126-01-01T00:00:00Z"}),
    ("take the plan back", "DELETE", "/schedule", None),
    ("edit what is live", "PATCH", "", {"dek": "e"}),
    ("submit", "POST", "/transitions", {"action": "submit"}),
    ("recall", "POST", "/transitions", {"action": "recall"}),
    ("bring back", "POST", "/revisions/1/restoration", None),
    ("sit down to write", "PUT", "/lock", None),
    ("withdraw", "PUT", "/withdrawal", {"reason": "names a child", "notice": "Gone."}),
    ("reinstate", "DELETE", "/withdrawal", None),
    ("publish what was withdrawn", "PUT", "/publication", None),
    ("unpublish", "DELETE", "/publication", None),
    ("trash", "DELETE", "", None),
    ("restore", "POST", "/restoration", None),
    ("publish once more", "PUT", "/publication", None),
]


@pytest.mark.parametrize("which", ["original", "translation"])
async def test_no_language_writes_another(newsroom: Newsroom, which: str) -> None:
    desk = await newsroom.staff("editor")
    await terms(desk)
    post = await published(desk, **ENGLISH)
    arabic = await translated(desk, post, title="أصوات الميناء")
    await publish(desk, arabic)
    for one in (post, arabic):
        await desk.post(f"{POSTS}/{one['id']}/comments", json={"body": f"شكرا {one['id']}"})
        await desk.post(f"{POSTS}/{one['id']}/previews", json={})
    mine, other = (post, arabic) if which == "original" else (arabic, post)
    before = await newsroom.stored(lambda session: rows_of(session, other["id"]))
    filled = {name for name, rows in before.items() if rows}
    assert filled >= {"post", "revision", "publication", "publication_term", "post_term", "slug", "public_path",
                      "preview", "comment"}  # fmt: skip
    own = await newsroom.stored(lambda session: rows_of(session, mine["id"]))
    for verb, method, path, body in VERBS:
        answer = await desk.request(method, f"{POSTS}/{mine['id']}{path}", json=body, headers=ANY)
        assert answer.is_success, f"{verb}: {answer.text}"
        now = await newsroom.stored(lambda session: rows_of(session, mine["id"]))
        assert now != own, verb
        own = now
        assert await newsroom.stored(lambda session: rows_of(session, other["id"])) == before, verb
    if which == "translation":
        assert (await desk.put(f"{POSTS}/{arabic['id']}/translated-revision", json={"revision": 1})).is_success
        assert await newsroom.stored(lambda session: rows_of(session, post["id"])) == before
