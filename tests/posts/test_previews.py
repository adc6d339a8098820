"""People without an account read one revision and answer it: what the link shows, for how long, and to whom nothing."""

import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from app.core.clock import now
from app.core.http.access import AccessLog
from app.core.ids import random_id
from app.events.models import Event
from app.main import SILENT
from app.posts import previews_queries
from app.posts.models import Revision
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}
ARABIC = {"title": "أصوات الميناء", "locale": "ar", "dek": "صباحٌ", "body": "يبدأ اليوم **قبل الفجر**."}
ANY = {"If-Match": "*"}


async def shared(desk: Desk, post: dict[str, Any], **wish: Any) -> dict[str, Any]:
    answer = await desk.post(f"{POSTS}/{post['id']}/previews", json=wish)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{POSTS}/{post['id']}/previews/{answer.json()['id']}"
    return dict(answer.json())


def address(preview: dict[str, Any]) -> str:
    return f"/v1/previews/{preview['token']}"


def private_headers(answer: httpx.Response) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in PRIVATE}


async def test_a_draft_as_it_would_be_published(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("contributor")
    post = await opened(desk, **ARABIC)
    preview = await shared(desk, post, reader="المحامية", expires_in=3600)
    shown = await newsroom.reader.get(address(preview))
    story = shown.json()
    assert private_headers(shown) == PRIVATE
    assert (story["preview"], story["revision"], story["dir"]) == (True, 1, "rtl")
    assert story["body_html"] == "<p>يبدأ اليوم <strong>قبل الفجر</strong>.</p>"
    assert "المحامية" not in shown.text
    around = ("previous", "next", "related", "translations", "hreflang")
    assert [story[name] for name in around] == [None, None, [], [], []]
    assert (await newsroom.reader.get(address(preview))).headers["etag"] == shown.headers["etag"]
    assert (await desk.get(f"{POSTS}/{post['id']}")).headers["etag"] == post["etag"]

    await desk.patch(f"{POSTS}/{post['id']}", json={"title": "عنوان آخر"}, headers=ANY)
    assert (await newsroom.reader.get(address(preview))).json()["title"] == "أصوات الميناء"
    editor = await newsroom.staff("editor")
    await editor.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    public = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    again = await shared(editor, post)
    story = (await newsroom.reader.get(address(again))).json()
    moving = {"preview", "revision", "expires_at", "may_answer", "hreflang"}
    assert {k: v for k, v in story.items() if k not in moving} == {k: v for k, v in public.items() if k not in moving}


async def test_a_shared_draft_is_nowhere_else(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk, title="Canary in the mine", body="canarybody")
    preview = await shared(desk, post)
    assert "canarybody" in (await newsroom.reader.get(address(preview))).text
    for path in ("/v1/posts?include=body&count=true", "/v1/posts?q=canarybody&count=true", "/v1/site"):
        assert "canary" not in (await newsroom.reader.get(path)).text.lower()
    assert (await newsroom.reader.get("/v1/posts?count=true")).json()["total"] == 0
    for path in (f"/v1/posts/{post['slug']}", f"/v1/posts/{post['slug']}/comments"):
        assert (await newsroom.reader.get(path)).status_code == 404


@pytest.mark.parametrize("end", ["expired", "revoked", "trashed", "wrong", "of another kind"])
async def test_what_opens_nothing_tells_nothing(newsroom: Newsroom, end: str) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk, **ARABIC)
    preview = await shared(desk, post, expires_in=3600)
    assert (await newsroom.reader.get(address(preview))).status_code == 200
    if end == "expired":
        newsroom.set_clock(now() + timedelta(hours=1))
    elif end == "revoked":
        for _ in range(2):
            assert (await desk.delete(f"{POSTS}/{post['id']}/previews/{preview['id']}")).status_code == 204
        (listed,) = (await desk.get(f"{POSTS}/{post['id']}/previews")).json()["items"]
        assert listed["url"] is None
        assert listed["revoked_at"]
    elif end == "trashed":
        assert (await desk.delete(f"{POSTS}/{post['id']}", headers=ANY)).status_code == 204
        refused = await desk.post(f"{POSTS}/{post['id']}/previews", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    elif end == "wrong":
        preview["token"] = preview["token"][:-1] + ("A" if preview["token"][-1] != "A" else "Q")
    else:
        preview["token"] = newsroom.app.state.keys.token("edit-token", random_id())
    answer = await newsroom.reader.get(address(preview))
    said = await newsroom.reader.post(address(preview) + "/answers", content=b"{")
    page = await newsroom.reader.get(f"/previews/{preview['token']}")
    sent = await newsroom.reader.post(f"/previews/{preview['token']}", data={"verdict": "approve", "name": "x"})
    assert [each.status_code for each in (answer, said, page, sent)] == [404] * 4
    assert answer.headers["cache-control"] == page.headers["cache-control"] == "no-store"
    assert answer.json()["detail"] == "There is no preview behind this link, or there is none any more."
    assert "الميناء" not in answer.text + said.text + page.text + sent.text


async def test_outside_readers_answer_the_revision_they_saw(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    post = await opened(desk, **ARABIC)
    preview = await shared(desk, post)
    await desk.patch(f"{POSTS}/{post['id']}", json={"dek": "جديد"}, headers=ANY)
    url = address(preview) + "/answers"
    words = {"verdict": "comment", "name": "سلمى حداد", "text": "ليس <b>هذا</b> ما قلته."}
    first = await newsroom.reader.post(url, json=words, headers={"Idempotency-Key": "one"})
    again = await newsroom.reader.post(url, json=words, headers={"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert private_headers(first) == PRIVATE
    assert (await newsroom.reader.post(url, json={"verdict": "approve", "name": "M."})).status_code == 201
    (listed,) = (await desk.get(f"{POSTS}/{post['id']}/previews")).json()["items"]
    assert [(a["verdict"], a["name"], a["text"], a["revision"]) for a in listed["answers"]] == [
        ("comment", "سلمى حداد", "ليس <b>هذا</b> ما قلته.", 1),
        ("approve", "M.", "", 1),
    ]
    one = await desk.get(f"{POSTS}/{post['id']}/previews/{preview['id']}")
    assert one.json() == listed
    assert (await desk.get(f"{POSTS}/{post['id']}")).json()["state"] == "draft"


REFUSED = [
    ({"verdict": "comment", "name": "A"}, 422),
    ({"verdict": "comment", "name": "A", "text": " \u200b "}, 422),
    ({"verdict": "reject", "name": "A"}, 422),
    ({"verdict": "approve"}, 422),
    ({"verdict": "approve", "name": "A", "revision": 1}, 422),
    ({"verdict": "comment", "name": "A", "text": "x" * 10_001}, 422),
]


@pytest.mark.parametrize(("words", "status"), REFUSED)
async def test_what_is_no_answer(newsroom: Newsroom, words: dict[str, Any], status: int) -> None:
    desk = await newsroom.staff("editor")
    preview = await shared(desk, await opened(desk))
    assert (await newsroom.reader.post(address(preview) + "/answers", json=words)).status_code == status


async def test_answers_have_limits(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    closed = await shared(desk, post, may_answer=False)
    words = {"verdict": "approve", "name": "A"}
    assert (await newsroom.reader.post(address(closed) + "/answers", json=words)).status_code == 403
    assert "<form" not in (await newsroom.reader.get(f"/previews/{closed['token']}")).text
    preview = await shared(desk, post)
    newsroom.set_clock(now().replace(second=5))
    statuses = [(await newsroom.reader.post(address(preview) + "/answers", json=words)).status_code for _ in range(12)]
    assert statuses.count(429) >= 2
    assert statuses.count(201) <= 10


WISHES = [
    {"expires_in": 59},
    {"expires_in": 30 * 86400 + 1},
    {"expires_in": "3600"},
    {"revision": 2},
    {"revision": 0},
    {"token": "x"},
    {"reader": "x" * 201},
]


@pytest.mark.parametrize("wish", WISHES)
async def test_what_cannot_be_shared(newsroom: Newsroom, wish: dict[str, Any]) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    answer = await desk.post(f"{POSTS}/{post['id']}/previews", json=wish)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/body/{next(iter(wish))}")


async def test_a_shared_revision_never_changes(newsroom: Newsroom) -> None:
    """Not even an autosave, which the next one of the same person would replace."""
    desk = await newsroom.staff("author")
    post = await opened(desk)
    url = f"{POSTS}/{post['id']}"
    for title in ("one", "two"):
        await desk.patch(f"{url}?autosave=true", json={"title": title}, headers=ANY)
    preview = await shared(desk, post)
    await desk.patch(f"{url}?autosave=true", json={"title": "three"}, headers=ANY)
    story = (await newsroom.reader.get(address(preview))).json()
    assert (story["title"], story["revision"]) == ("two", 3)
    kept = select(Revision.number).where(col(Revision.title).in_(("one", "two", "three")))
    assert await newsroom.stored(lambda session: sorted(session.exec(kept))) == [3, 4]


async def test_no_token_and_no_word_is_told_to_anyone_else(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk, **ARABIC)
    preview = await shared(desk, post, reader="canaryreader")
    words = {"verdict": "comment", "name": "canaryname", "text": "canarytext"}
    await newsroom.reader.post(address(preview) + "/answers", json=words)
    await desk.delete(f"{POSTS}/{post['id']}/previews/{preview['id']}")
    events = await newsroom.stored(
        lambda session: [
            (event.name, str(event.subject_id), json.dumps(event.data))
            for event in session.exec(select(Event).where(col(Event.name).startswith("preview.")))
        ]
    )
    assert sorted(name for name, *_ in events) == ["preview.answered", "preview.created", "preview.revoked"]
    assert {subject for _, subject, _ in events} == {post["id"]}
    assert not any(word in str(events) for word in ("canary", preview["token"]))
    out = io.StringIO()
    log = AccessLog(out, silent=SILENT)
    for path in (address(preview), address(preview) + "/answers", f"/previews/{preview['token']}", "/v1/posts"):
        log.write({"path": path, "method": "GET", "request_id": "0" * 32}, 200, 0.1)
    log.flush()
    assert (out.getvalue().count("\n"), preview["token"] in out.getvalue()) == (1, False)


async def test_the_link_comes_again_with_the_same_key_and_is_kept_nowhere(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    once = {"Idempotency-Key": "share-1"}
    first = await desk.post(f"{POSTS}/{post['id']}/previews", json={}, headers=once)
    again = await desk.post(f"{POSTS}/{post['id']}/previews", json={}, headers=once)
    assert first.json() == again.json()
    assert first.json()["url"] == f"https://news.example/previews/{first.json()['token']}"
    assert len((await desk.get(f"{POSTS}/{post['id']}/previews")).json()["items"]) == 1
    stale = await desk.post(f"{POSTS}/{post['id']}/previews", json={}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412


async def test_many_links_are_paged_newest_first(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    made = [(await shared(desk, post))["id"] for _ in range(3)]
    url = f"{POSTS}/{post['id']}/previews"
    first = await desk.get(url, params={"limit": 2})
    rest = await desk.get(url, params={"limit": 2, "cursor": first.json()["next"]})
    assert [item["id"] for item in first.json()["items"] + rest.json()["items"]] == made[::-1]
    assert 'rel="next"' in first.headers["link"]
    assert rest.json()["next"] is None


async def test_the_page_for_people(newsroom: Newsroom) -> None:
    """In the story's language, without scripts: read, send a comment without a text, mend it, approve."""
    desk = await newsroom.staff("editor")
    post = await opened(desk, **(ARABIC | {"title": "<i>أصوات</i>", "body": "نص <script>x</script> **مهم**"}))
    preview = await shared(desk, post)
    url = f"/previews/{preview['token']}"
    page = await newsroom.reader.get(url)
    assert (page.status_code, private_headers(page)) == (200, PRIVATE)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    for part in (
        '<html lang="ar" dir="rtl">',
        "&lt;i&gt;أصوات&lt;/i&gt;",
        "<strong>مهم</strong>",
        "أوافق على هذا النص",
    ):
        assert part in page.text
    assert "<script" not in page.text
    assert page.text.index('value="comment"') < page.text.index('value="approve"')

    wrong = await newsroom.reader.post(url, data={"verdict": "comment", "name": "سلمى"})
    assert (wrong.status_code, private_headers(wrong)) == (422, PRIVATE)
    assert 'value="سلمى"' in wrong.text
    assert 'name="verdict" value="comment"' in wrong.text
    sent = await newsroom.reader.post(url, data={"verdict": "approve", "name": "سلمى", "text": ""})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{url}?sent=1")
    assert "شكرًا لك" in (await newsroom.reader.get(sent.headers["location"])).text
    (listed,) = (await desk.get(f"{POSTS}/{post['id']}/previews")).json()["items"]
    assert [(answer["verdict"], answer["name"]) for answer in listed["answers"]] == [("approve", "سلمى")]


async def test_others_may_neither_share_nor_look(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    preview = await shared(desk, post := await opened(desk))
    author = await newsroom.staff("author")
    other = await opened(author, title="Another")
    for url in (f"{POSTS}/{post['id']}/previews", f"{POSTS}/{post['id']}/previews/{preview['id']}"):
        assert (await author.get(url)).status_code == 404
    elsewhere = f"{POSTS}/{other['id']}/previews/{preview['id']}"
    assert (await author.get(elsewhere)).status_code == 404
    assert (await author.delete(elsewhere)).status_code == 404
    assert (await newsroom.reader.get(address(preview))).status_code == 200
    assert await newsroom.stored(lambda s: previews_queries.is_pinned(s, random_id(), 1)) is False
