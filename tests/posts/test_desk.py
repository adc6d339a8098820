"""A dossier's life on the desk, through the editor's doors."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.core.clock import now
from app.posts.models import Revision
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio


async def test_an_arabic_story_from_draft_to_reader(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    answer = await desk.post(
        POSTS,
        json={"title": "أَصْوَاتُ الميناء", "locale": "ar", "dek": "صباحٌ", "body": "يبدأ اليوم **قبل الفجر**."},
    )
    post = answer.json()
    assert answer.headers["location"] == f"{POSTS}/{post['id']}"
    assert (post["slug"], post["dir"], post["state"], post["life"]) == ("أصوات-الميناء", "rtl", "draft", "unpublished")
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).status_code == 404

    live = await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": answer.headers["etag"]})
    assert (live.json()["life"], live.json()["state"], live.json()["live_revision"]) == ("published", "approved", 1)
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert story["body_html"] == "<p>يبدأ اليوم <strong>قبل الفجر</strong>.</p>"
    assert story["body_text"] == "يبدأ اليوم قبل الفجر."
    assert (story["dir"], story["title"]) == ("rtl", "أَصْوَاتُ الميناء")
    assert story["comments"] == {"status": "open", "count": 0}
    assert story["url"].startswith("https://news.example/ar/%D8%A3")
    assert story["json_ld"]["@type"] == "NewsArticle"


async def test_editing_a_live_story_changes_nothing_in_public(newsroom: Newsroom) -> None:
    """Every content member is edited with a canary; no byte of any public answer moves before it is published again."""
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "Culture"}, "slug": "culture"})
    await desk.post("/v1/editor/authors", json={"names": {"en": "Layla Haddad"}, "slug": "layla-haddad"})
    post = await published(desk, comments="open")
    story = f"/v1/posts/{post['slug']}"
    reads = ("/v1/posts", story, f"{story}/comments", "/v1/posts?q=canary", "/v1/posts?section=culture",
             "/v1/resolve?path=/en/voices-of-the-harbour", "/v1/sections", "/v1/tags")  # fmt: skip
    before = [(await newsroom.reader.get(path)).content for path in reads]
    edits: dict[str, Any] = {
        "title": "canary title", "slug": "canary-slug", "dek": "canary", "excerpt": "canary", "body": "<p>canary</p>",
        "body_format": "html", "section": "culture", "authors": ["layla-haddad"], "cover_alt": "canary",
        "featured": True, "comments": "closed", "seo": {"title": "canary"},
    }  # fmt: skip
    for member, value in edits.items():
        answer = await desk.patch(f"{POSTS}/{post['id']}", json={member: value}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
    after = [(await newsroom.reader.get(path)).content for path in reads]
    assert after == before
    assert (await newsroom.reader.get("/v1/posts/canary-slug")).status_code == 404

    await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": "*"})
    shown = (await newsroom.reader.get("/v1/posts/canary-slug")).json()
    assert (shown["title"], shown["featured"], shown["section"]) == (
        "canary title",
        True,
        {"slug": "culture", "name": "Culture"},
    )
    assert (shown["comments"]["status"], shown["seo"]["title"]) == ("closed", "canary")


async def test_return_to_the_public_keeps_the_date(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    began = now()
    newsroom.set_clock(began)
    post = await published(desk)
    newsroom.set_clock(began + timedelta(minutes=1))
    await desk.delete(f"{POSTS}/{post['id']}/publication", headers={"If-Match": "*"})
    newsroom.set_clock(began + timedelta(minutes=2))
    again = await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": "*"})
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert again.json()["published_at"] == story["published_at"] == post["published_at"]
    assert story["updated_at"] > story["published_at"]


ILLEGAL = [
    ("unpublished", "DELETE", "/publication", "edit submit preview translate publish schedule trash"),
    ("unpublished", "DELETE", "/schedule", "edit submit preview translate publish schedule trash"),
    (
        *("published", "DELETE", ""),
        "edit request_changes recall preview translate publish unpublish schedule correct withdraw",
    ),
    (
        *("published", "DELETE", "/schedule"),
        "edit request_changes recall preview translate publish unpublish schedule correct withdraw",
    ),
    ("trashed", "PATCH", "", "restore"),
    ("trashed", "PUT", "/publication", "restore"),
    ("trashed", "DELETE", "", "restore"),
    ("unpublished", "POST", "/restoration", "edit submit preview translate publish schedule trash"),
]


@pytest.mark.parametrize(("life", "method", "path", "allowed"), ILLEGAL)
async def test_illegal_moves(newsroom: Newsroom, life: str, method: str, path: str, allowed: str) -> None:
    desk = await newsroom.staff("editor")
    post = await (published(desk) if life == "published" else opened(desk))
    if life == "trashed":
        await desk.delete(f"{POSTS}/{post['id']}", headers={"If-Match": "*"})
    body = {"title": "x"} if method == "PATCH" else None
    answer = await desk.request(method, f"{POSTS}/{post['id']}{path}", json=body, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert answer.json()["allowed"] == allowed.split() == (await desk.get(f"{POSTS}/{post['id']}")).json()["allowed"]


async def test_a_refusal_lists_what_this_person_may_do(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("contributor")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}"
    first, second = [await desk.post(f"{url}/transitions", json={"action": "submit"}) for _ in range(2)]
    assert first.json()["allowed"] == ["edit", "recall", "preview", "translate", "trash"]
    assert (second.status_code, second.json()["allowed"]) == (409, first.json()["allowed"])
    refused = await desk.post(f"{url}/restoration")
    assert (refused.status_code, refused.json()["allowed"]) == (409, first.json()["allowed"])


async def test_a_schedule_is_taken_back_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for post in (await opened(desk), await published(desk, title="Live")):
        url = f"{POSTS}/{post['id']}"
        wish = {"publish_at": (now() + timedelta(days=1)).isoformat()}
        planned = await desk.put(f"{url}/schedule", json=wish, headers={"If-Match": "*"})
        assert "unschedule" in planned.json()["allowed"]
        first, second = [await desk.delete(f"{url}/schedule", headers={"If-Match": "*"}) for _ in range(2)]
        assert (first.status_code, first.json()["publish_at"]) == (200, None)
        assert (second.status_code, second.json()["code"]) == (409, "illegal_move")
        assert second.json()["allowed"] == first.json()["allowed"]
        assert "unschedule" not in first.json()["allowed"]


async def test_versions_guard_every_write(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}"
    for method, path in (("PATCH", ""), ("DELETE", ""), ("PUT", "/publication"), ("DELETE", "/publication")):
        body = {"title": "x"} if method == "PATCH" else None
        assert (await desk.request(method, url + path, json=body)).status_code == 428
        stale = await desk.request(method, url + path, json=body, headers={"If-Match": '"99"'})
        assert stale.status_code == 412
        current = stale.json()["current"]
        assert (current["etag"], current["revision"], current["updated_by"]) == (post["etag"], 1, str(desk.user_id))
    for spelling in ("W/{}", '"7", {}', "{}"):
        sent = spelling.format(post["etag"])
        answer = await desk.patch(url, json={"dek": spelling}, headers={"If-Match": sent})
        assert answer.status_code == 200
        assert answer.headers["etag"] == (await desk.get(url)).headers["etag"] != post["etag"]
        post["etag"] = answer.headers["etag"]


SLUGS = [
    ("the title is used", {}, "voices-of-the-harbour"),
    ("asked for", {"slug": "harbour"}, "harbour"),
    ("Arabic asked for", {"slug": "الميناء"}, "الميناء"),
    ("an emoji has no letters", {"title": "🎉"}, "untitled"),
]


@pytest.mark.parametrize(("why", "facts", "slug"), SLUGS)
async def test_slugs(newsroom: Newsroom, why: str, facts: dict[str, Any], slug: str) -> None:
    desk = await newsroom.staff("author")
    assert (await opened(desk, **facts))["slug"] == slug
    again = await desk.post(POSTS, json={"title": "Voices of the harbour", "locale": "ar", **facts})
    if "slug" in facts:
        assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    else:
        assert again.json()["slug"] == f"{slug}-2"


async def test_old_addresses_lead_to_the_newest(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk, slug="first")
    for slug in ("second", "الثالث"):
        await desk.patch(f"{POSTS}/{post['id']}", json={"slug": slug}, headers={"If-Match": "*"})
        await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": "*"})
    for old in ("first", "second"):
        moved = await newsroom.reader.get(f"/v1/posts/{old}")
        assert (moved.status_code, moved.headers["location"]) == (
            301,
            "/v1/posts/%D8%A7%D9%84%D8%AB%D8%A7%D9%84%D8%AB",
        )
        led = (await newsroom.reader.get("/v1/resolve", params={"path": f"/en/{old}"})).json()
        assert (led["status"], led["slug"], led["type"]) == (301, "الثالث", "article")
        assert (await newsroom.reader.get(f"/v1/posts/{old}/comments")).status_code == 200
        taken = await desk.post(POSTS, json={"title": "x", "locale": "en", "slug": old})
        assert taken.json()["code"] == "slug_taken"
    straight = (await newsroom.reader.get("/v1/resolve", params={"path": "/en/الثالث"})).json()
    assert straight["status"] == 200
    back = await desk.patch(f"{POSTS}/{post['id']}", json={"slug": "first"}, headers={"If-Match": "*"})
    assert back.status_code == 200
    await desk.put(f"{POSTS}/{post['id']}/publication", headers={"If-Match": "*"})
    assert (await newsroom.reader.get("/v1/posts/first")).status_code == 200
    assert (await newsroom.reader.get("/v1/posts/second")).headers["location"] == "/v1/posts/first"


async def test_a_draft_slug_never_shows(newsroom: Newsroom) -> None:
    """The new slug of an edited live story is not public, and is free again when the editor changes her mind."""
    desk = await newsroom.staff("editor")
    post = await published(desk, slug="live")
    url = f"{POSTS}/{post['id']}"
    await desk.patch(url, json={"slug": "secret-plan"}, headers={"If-Match": "*"})
    assert (await newsroom.reader.get("/v1/posts/secret-plan")).status_code == 404
    await desk.patch(url, json={"slug": "other"}, headers={"If-Match": "*"})
    assert (await opened(desk, slug="secret-plan"))["slug"] == "secret-plan"
    gone = await desk.put(f"{url}/publication", json={"revision": 2}, headers={"If-Match": "*"})
    assert (gone.status_code, gone.json()["code"]) == (409, "slug_taken")
    assert (await newsroom.reader.get("/v1/posts/live")).status_code == 200


BAD = [
    ({"title": ""}, "/body/title"),
    ({"title": "x" * 301}, "/body/title"),
    ({"title": "line\nbreak"}, "/body/title"),
    ({"title": None}, "/body/title"),
    ({"title": 7}, "/body/title"),
    ({"locale": "tlh"}, "/body/locale"),
    ({"locale": "not a locale"}, "/body/locale"),
    ({"kind": "video"}, "/body/kind"),
    ({"slug": "Not A Slug"}, "/body/slug"),
    ({"slug": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}, "/body/slug"),
    ({"body": "\u0000"}, "/body/body"),
    ({"body_format": "pdf"}, "/body/body_format"),
    ({"section": "nowhere"}, "/body/section"),
    ({"authors": ["nobody"]}, "/body/authors/0"),
    ({"tags": ["ok", ""]}, "/body/tags/1"),
    ({"cover": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}, "/body/cover"),
    ({"featured": "yes"}, "/body/featured"),
    ({"comments": "maybe"}, "/body/comments"),
    ({"seo": {"canonical_url": "javascript:alert(1)"}}, "/body/seo/canonical_url"),
    ({"seo": {"robots": "none"}}, "/body/seo/robots"),
    ({"translation_of": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}, "/body/translation_of"),
    ({"id": "x"}, "/body/id"),
    ({"state": "approved"}, "/body/state"),
    ({"published_at": "2020-01-01T00:00:00Z"}, "/body/published_at"),
]


@pytest.mark.parametrize(("facts", "pointer"), BAD)
async def test_bad_input_names_the_member_and_stores_nothing(
    newsroom: Newsroom, facts: dict[str, Any], pointer: str
) -> None:
    desk = await newsroom.staff("editor")
    answer = await desk.post(POSTS, json={"title": "Good", "locale": "en", "body": "text", **facts})
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await desk.get(POSTS)).json()["items"] == []


async def test_removed_markup_is_reported(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    body = '<p onclick="x()">مرحبا</p><script>alert(1)</script>'
    post = await opened(desk, body=body, body_format="html")
    assert post["body_html"].strip() == "<p>مرحبا</p>"
    assert len(post["warnings"]) == 2
    rendered = await desk.post("/v1/editor/renderings", json={"body": body, "body_format": "html", "locale": "ar"})
    assert rendered.json() == {"body_html": post["body_html"], "warnings": post["warnings"]}


async def test_languages_that_the_site_does_not_have(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    for answer, pointer in (
        (await desk.get(f"{POSTS}?locale=en,fr"), "/query/locale"),
        (await desk.post("/v1/editor/renderings", json={"body": "Bonjour", "locale": "fr"}), "/body/locale"),
    ):
        assert answer.status_code == 422, answer.text
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, "unknown_locale")]


async def test_translations(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    english = await published(desk, slug="harbour")
    arabic = await published(desk, title="الميناء", locale="ar", translation_of=english["id"])
    assert (english["translation_of"], arabic["translation_of"]) == (None, english["id"])
    twice = await desk.post(POSTS, json={"title": "x", "locale": "ar", "translation_of": arabic["id"]})
    assert (twice.status_code, twice.json()["code"]) == (409, "translation_exists")
    story = (await newsroom.reader.get("/v1/posts/harbour")).json()
    assert [(t["locale"], t["slug"]) for t in story["translations"]] == [("ar", "الميناء")]
    await desk.delete(f"{POSTS}/{arabic['id']}/publication", headers={"If-Match": "*"})
    assert (await newsroom.reader.get("/v1/posts/harbour")).json()["translations"] == []


async def test_own_and_others(newsroom: Newsroom) -> None:
    editor, author, contributor = [await newsroom.staff(role) for role in ("editor", "author", "contributor")]
    moderator = await newsroom.staff("moderator")
    byline = {"names": {"en": "Guest"}, "slug": "guest", "user_id": str(contributor.user_id)}
    assert (await editor.post("/v1/editor/authors", json=byline)).status_code == 201
    theirs, signed, mine = await opened(editor), await opened(editor, authors=["guest"]), await opened(contributor)
    expected: list[tuple[Desk, dict[str, Any], str, int]] = [
        (contributor, theirs, "GET", 404), (contributor, signed, "GET", 200), (contributor, mine, "GET", 200),
        (contributor, mine, "PUT", 403), (author, mine, "GET", 404), (author, mine, "PUT", 404),
        (moderator, mine, "GET", 403), (editor, mine, "GET", 200), (editor, mine, "PUT", 200),
    ]  # fmt: skip
    for desk, post, method, status in expected:
        path = f"{POSTS}/{post['id']}" + ("/publication" if method == "PUT" else "")
        answer = await desk.request(method, path, headers={"If-Match": "*"})
        assert answer.status_code == status, (desk.user_id, post["title"], method, answer.text)
    assert {item["id"] for item in (await contributor.get(POSTS)).json()["items"]} == {signed["id"], mine["id"]}
    assert (await author.get(POSTS)).json()["items"] == []


async def test_404_and_403_come_before_the_body_is_judged(newsroom: Newsroom) -> None:
    contributor, editor = await newsroom.staff("contributor"), await newsroom.staff("editor")
    post = await opened(editor)
    broken: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "text/plain"}}
    for desk, path, status in (
        (contributor, f"{POSTS}/{post['id']}", 404),
        (editor, f"{POSTS}/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", 404),
        (editor, f"{POSTS}/not-an-id", 404),
        (editor, f"{POSTS}/{post['id']}", 415),
    ):
        assert (await desk.patch(path, **broken)).status_code == status, path
    json_type = {"Content-Type": "application/json"}
    assert (await editor.patch(f"{POSTS}/{post['id']}", content=b"{", headers=json_type)).status_code == 400
    assert (await editor.patch(f"{POSTS}/{post['id']}", content=b'{"nope":1}', headers=json_type)).status_code == 422


async def test_lists_page_and_filter(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    made = [await opened(desk, title=f"Story {number}", tags=["الميناء"] if number % 2 else []) for number in range(7)]
    found: list[str] = []
    url: str | None = f"{POSTS}?limit=3"
    while url:
        answer = await desk.get(url)
        found += [item["id"] for item in answer.json()["items"]]
        assert all("body" not in item for item in answer.json()["items"])
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert found == [post["id"] for post in reversed(made)]
    tagged = (await desk.get(POSTS, params={"tag": "الميناء"})).json()["items"]
    assert {item["id"] for item in tagged} == {made[1]["id"], made[3]["id"], made[5]["id"]}
    assert [item["title"] for item in (await desk.get(f"{POSTS}?q=story 4")).json()["items"]] == ["Story 4"]
    assert len((await desk.get(f"{POSTS}?locale=en,ar&state=draft")).json()["items"]) == 7
    other = (await desk.get(f"{POSTS}?limit=3")).json()["next"]
    assert (await desk.get(f"{POSTS}?limit=3&locale=en&cursor={other}")).status_code == 422


async def test_publication_date_is_given_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}/publication"
    any_version = {"If-Match": "*"}
    future = (now() + timedelta(days=1)).isoformat()
    assert (await desk.put(url, json={"published_at": future}, headers=any_version)).status_code == 422
    assert (await desk.put(url, json={"published_at": "2019-05-01T10:00:00"}, headers=any_version)).status_code == 422
    first = await desk.put(url, json={"published_at": "2019-05-01T12:00:00+02:00"}, headers=any_version)
    assert first.json()["published_at"] == "2019-05-01T10:00:00Z"
    again = await desk.put(url, json={"published_at": "2019-05-01T10:00:00Z"}, headers=any_version)
    assert (again.status_code, again.json()["published_at"]) == (200, "2019-05-01T10:00:00Z")
    other = await desk.put(url, json={"published_at": "2020-05-01T10:00:00Z"}, headers=any_version)
    assert [(error["pointer"], error["code"]) for error in other.json()["errors"]] == [("/body/published_at", "fixed")]


async def test_an_empty_story_is_not_published(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk, body="")
    url = f"{POSTS}/{post['id']}/publication"
    dry = await desk.put(f"{url}?dry_run=true")
    assert [finding["code"] for finding in dry.json()["blockers"]] == ["body_missing"]
    real = await desk.put(url, headers={"If-Match": "*"})
    assert (real.status_code, real.json()["code"], real.json()["blockers"]) == (
        409,
        "not_ready",
        dry.json()["blockers"],
    )
    warned = {finding["code"] for finding in real.json()["warnings"]}
    assert warned == {"byline_missing", "section_missing", "translation_missing"}


async def test_autosaves_of_one_person_collapse(newsroom: Newsroom) -> None:
    desk, other = await newsroom.staff("editor"), await newsroom.staff("editor")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}?autosave=true"
    for person in (desk, desk, other):
        answer = await person.patch(url, json={"body": "more"}, headers={"If-Match": "*"})
    assert answer.json()["revision"] == 4
    numbers = await newsroom.db.read(lambda s: list(s.exec(select(Revision.number).order_by(col(Revision.number)))))
    assert numbers == [1, 3, 4]


async def test_a_renamed_term_reaches_live_stories(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    section = await desk.post(
        "/v1/editor/sections", json={"names": {"en": "Culture", "ar": "ثقافة"}, "slug": "culture"}
    )
    post = await published(desk, section="culture", tags=["harbour"])
    change = {"names": {"en": "Arts"}, "slug": "arts"}
    renamed = await desk.patch(section.headers["location"], json=change, headers={"If-Match": "*"})
    assert renamed.status_code == 200, renamed.text
    story = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    assert (story["section"], story["updated_at"]) == ({"slug": "arts", "name": "Arts"}, story["published_at"])
    assert len((await newsroom.reader.get("/v1/posts?section=arts")).json()["items"]) == 1
    used = await desk.delete(section.headers["location"], headers={"If-Match": "*"})
    assert (used.status_code, used.json()["used_by"][0]["id"]) == (409, post["id"])


async def test_repeated_creation_makes_one_dossier(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    draft = {"title": "مرة واحدة", "locale": "ar"}
    first, second = [await desk.post(POSTS, json=draft, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len((await desk.get(POSTS)).json()["items"]) == 1


async def test_ten_ask_for_one_slug_at_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    draft = {"title": "سباق", "locale": "ar", "slug": "سباق"}
    answers = await asyncio.gather(*(desk.post(POSTS, json=draft) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    made = await asyncio.gather(*(opened(desk, title="Race") for _ in range(5)))
    assert {post["slug"] for post in made} == {"race", "race-2", "race-3", "race-4", "race-5"}


async def test_of_ten_edits_of_one_version_one_wins(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    match = {"If-Match": post["etag"]}
    edits = (desk.patch(f"{POSTS}/{post['id']}", json={"dek": str(number)}, headers=match) for number in range(9))
    answers = await asyncio.gather(*edits, desk.put(f"{POSTS}/{post['id']}/publication", headers=match))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
