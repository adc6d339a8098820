"""The thread as a page without a script: what it shows, where it leads, whom it lets in."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session

from app.comments.embed_words import counted, recommended
from app.comments.models import Comment, Status
from app.core import render_tokens
from app.core.clock import now
from app.core.render_tokens import FormKind, Verdict
from app.publications.models import CommentsMode
from app.site.policies import CommentPolicy, SiteSettings, ThreadScope
from tests.comments.talk import SLUG, decide, open_thread, plant, plant_tree, set_policy, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

PAGE = f"/embed/posts/{SLUG}/comments"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = "</bdi><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"


class Found(HTMLParser):
    """Tags with their attributes, texts, and what never may stand in our pages."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every tag of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        """Where it leads inside itself."""
        return [link["href"] for link in self.all("a") if link.get("target") == "_self"]

    def values(self) -> dict[str, str]:
        """The fields of the form that a browser would send."""
        return {field["name"]: field.get("value", "") for field in self.all("input")}


async def show(newsroom: Newsroom, path: str = PAGE, status: int = 200) -> tuple[httpx.Response, Found]:
    answer = await newsroom.reader.get(path, headers=HTML)
    assert answer.status_code == status, answer.text
    return answer, Found(answer.text)


def link(found: Found, part: str) -> str:
    """The first link of the page that has this in it."""
    return next(address for address in found.links() if part in address)


# --- the envelope


async def test_the_page_lets_in_one_style_and_no_script_and_stands_in_any_frame(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    answer, found = await show(newsroom)
    assert re.fullmatch(
        "default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; form-action 'self'; base-uri 'none'; "
        r"frame-ancestors \*",
        answer.headers["content-security-policy"],
    )
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "x-frame-options" not in answer.headers
    assert {"name": "robots", "content": "noindex"} in found.all("meta")
    assert (found.all("script"), found.all("img"), found.all("link"), len(found.all("style"))) == ([], [], [], 1)
    assert (await newsroom.reader.head(PAGE)).headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize(
    ("story", "query", "lang", "way", "words"),
    [
        ("en", "", "en", "ltr", "Write a comment"),
        ("ar", "", "ar", "rtl", "أضف تعليقًا"),
        ("en", "?locale=ar", "ar", "rtl", "أضف تعليقًا"),
        ("ar", "?locale=en", "en", "ltr", "Write a comment"),
        ("en", "?locale=ar-EG", "ar", "rtl", "أضف تعليقًا"),
        ("en", "?locale=xx&unknown=1", "en", "ltr", "Write a comment"),
    ],
)
async def test_the_page_speaks_the_language_of_the_story_or_the_one_asked_for(
    newsroom: Newsroom, story: str, query: str, lang: str, way: str, words: str
) -> None:
    await open_thread(newsroom, locale=story, title="أصوات المرفأ")
    answer, found = await show(newsroom, PAGE + query)
    assert found.all("html") == [{"lang": lang, "dir": way}]
    assert words in answer.text
    assert "أصوات المرفأ" in answer.text


MISSING: list[tuple[str, dict[str, Any], int]] = [
    ("/embed/posts/unknown/comments", {}, 404),
    (PAGE, {"published_at": now()}, 404),
    (f"{PAGE}?branch={UUID(int=7)}", {}, 404),
    (f"{PAGE}?cursor=x", {}, 422),
]


@pytest.mark.parametrize(("path", "facts", "status"), MISSING)
async def test_what_is_not_there_is_said_as_a_page_or_a_problem(
    newsroom: Newsroom, path: str, facts: dict[str, Any], status: int
) -> None:
    await open_thread(newsroom, **facts)
    answer, found = await show(newsroom, path, status)
    assert (answer.headers["cache-control"], len(found.all("h1"))) == ("no-store", 1)
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    plain = await newsroom.reader.get(path)
    assert (plain.status_code, plain.headers["content-type"]) == (status, "application/problem+json")


# --- the thread


async def test_comments_stand_nested_each_in_its_own_direction(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    parent = await plant(newsroom, post_id, "The ferry was late **again**.\n\nhttps://example.org/timetable")
    await plant(newsroom, post_id, "شكرًا على هذا التحقيق.", parent_id=parent, author_name="سلمى", locale="ar")
    answer, found = await show(newsroom)
    assert [item["id"] for item in found.all("li") if "id" in item] == ["c1", "c2"]
    assert [item["id"] for item in found.all("article")] == ["comment-1", "comment-2"]  # as letters link to them
    assert [(body["lang"], body["dir"]) for body in found.all("div") if body.get("class") == "body"] == [
        ("en", "ltr"),
        ("ar", "rtl"),
    ]
    assert "<strong>again</strong>" in answer.text
    assert re.findall("<h3><bdi>(.*?)</bdi></h3>", answer.text) == ["Basma", "سلمى"]
    (outside,) = [a for a in found.all("a") if a["href"] == "https://example.org/timetable"]
    assert ("target" in outside, found.all("base")) == (False, [{"target": "_blank"}])
    assert "nofollow" in outside["rel"]
    assert '<time datetime="2026-11-22T12:00:00Z" dir="ltr">2026-11-22 12:00</time>' in answer.text
    assert "2 comments" in answer.text


async def test_times_are_told_by_the_clock_of_the_magazine(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_site(newsroom, SiteSettings(timezone="Africa/Cairo"))
    await plant(newsroom, post_id, "One.")
    answer, _ = await show(newsroom)
    assert ">2026-11-22 14:00<" in answer.text


async def test_the_newsroom_wears_a_badge_and_the_deleted_leave_a_stone(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    desk = await newsroom.staff("editor", name="Leila")
    planted = await plant_tree(newsroom, post_id, {"Gone.": {"Still here.": {}}})
    await decide(desk, planted["Gone."], "delete")
    answer = await desk.post(f"/v1/editor/posts/{post_id}/comments", json={"body": "We have asked the harbour."})
    assert answer.status_code == 201
    page, _ = await show(newsroom)
    assert "Gone." not in page.text
    assert "This comment was deleted." in page.text
    assert "Still here." in page.text
    assert re.search(r'Leila</bdi></h3> <span class="badge">Newsroom</span>', page.text)
    assert page.text.count('class="badge"') == 1
    arabic, _ = await show(newsroom, f"{PAGE}?locale=ar")
    assert "حُذف هذا التعليق." in arabic.text
    assert '<span class="badge">هيئة التحرير</span>' in arabic.text


async def test_held_comments_are_not_shown(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    for status in (Status.PENDING, Status.REJECTED, Status.SPAM):
        await plant(newsroom, post_id, f"Canary {status.value}.", status=status)
    answer, _ = await show(newsroom)
    assert "Canary" not in answer.text
    assert "Nobody has said anything yet." in answer.text


async def test_pages_and_orders_are_links(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    for number in range(1, 46):
        await plant(newsroom, post_id, f"Comment no. {number}.")
    seen: list[int] = []
    path = f"{PAGE}?sort=newest"
    for _ in range(3):
        answer, found = await show(newsroom, path)
        assert [a.get("aria-current") for a in found.all("a") if "aria-current" in a] == ["true"]
        seen += map(int, re.findall(r"<p>Comment no\. (\d+)\.</p>", answer.text))
        more = [a["href"] for a in found.all("a") if a.get("rel") == "next"]
        path = more[0] if more else ""
    assert seen == list(range(45, 0, -1))
    assert path == ""
    _, first = await show(newsroom)
    assert {link(first, "sort=newest"), link(first, "sort=top")} == {f"{PAGE}?sort=newest", f"{PAGE}?sort=top"}


async def test_a_number_leads_to_the_comment_wherever_it_stands(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"Parent.": {"Child.": {"Grandchild.": {}}}, "Aside.": {}})
    _, found = await show(newsroom)
    place = link(found, "#c2")
    assert place == f"{PAGE}?branch={planted['Child.']}#c2"
    answer, inside = await show(newsroom, place.partition("#")[0])
    assert [text in answer.text for text in ("Parent.", "Child.", "Grandchild.", "Aside.")] == [
        False,
        True,
        True,
        False,
    ]
    assert PAGE in inside.links()


async def test_the_rest_of_a_branch_is_a_link_away(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    parent = await plant(newsroom, post_id, "Parent.")
    for number in range(1, 46):
        await plant(newsroom, post_id, f"Answer no. {number}.", parent_id=parent)
    deep: UUID = await plant(newsroom, post_id, "Level 1.")
    for level in range(2, 9):
        deep = await plant(newsroom, post_id, f"Level {level}.", parent_id=deep)

    answer, found = await show(newsroom)
    seen = re.findall(r"Answer no\. (\d+)\.", answer.text)
    path = next(address for address in found.links() if "cursor=" in address and f"branch={parent}" in address)
    while path:
        answer, inside = await show(newsroom, path)
        seen += re.findall(r"Answer no\. (\d+)\.", answer.text)
        path = next((a["href"] for a in inside.all("a") if a.get("rel") == "next"), "")
    assert seen == [str(number) for number in range(1, 46)]

    assert "Level 6." in (await show(newsroom))[0].text
    _, found = await show(newsroom)
    below = [address for address in found.links() if "cursor=" in address][-1]
    assert re.findall(r"<p>(Level \d)\.</p>", (await show(newsroom, below))[0].text) == ["Level 7", "Level 8"]


async def test_a_comment_of_another_thread_is_not_shown_here(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    other_id = await open_thread(newsroom, "island")
    stranger = await plant(newsroom, other_id, "From the island.")
    await show(newsroom, f"{PAGE}?branch={stranger}", 404)
    _, found = await show(newsroom, f"{PAGE}?parent={stranger}")
    assert "parent_id" not in found.values()


async def test_translations_that_share_a_thread_show_its_branches(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    other_id = await open_thread(newsroom, "المرفأ", locale="ar", group_id=post_id)
    await set_site(newsroom, SiteSettings(comments=CommentPolicy(thread_scope=ThreadScope.GROUP)))
    planted = await plant(newsroom, other_id, "شكرًا.", locale="ar")
    answer, _ = await show(newsroom, f"{PAGE}?branch={planted}")
    assert 'lang="ar" dir="rtl"><p>شكرًا.</p>' in answer.text


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (CommentsMode.CLOSED, "This discussion is closed."),
        (CommentsMode.HIDDEN, "There are no comments on this story."),
    ],
)
async def test_where_nobody_may_write_there_is_no_form(newsroom: Newsroom, mode: CommentsMode, said: str) -> None:
    post_id = await open_thread(newsroom, comments=mode)
    await plant(newsroom, post_id, "Said before.")
    answer, found = await show(newsroom)
    assert said in answer.text
    assert (found.all("form"), "Reply" in answer.text) == ([], False)
    assert ("Said before." in answer.text) == (mode is CommentsMode.CLOSED)


async def test_hostile_texts_stay_texts(newsroom: Newsroom) -> None:
    """Past the doors, which would clean them: the page escapes what it is given."""
    post_id = await open_thread(newsroom, title=HOSTILE)
    planted = await plant(newsroom, post_id, HOSTILE, author_name=HOSTILE)

    def spoil(session: Session) -> None:
        session.get_one(Comment, planted).locale = '"><script>'

    await newsroom.db.write(spoil)
    quoted = httpx.QueryParams({"locale": f"en{HOSTILE}", "sort": HOSTILE, "sent": HOSTILE, "parent": HOSTILE})
    for query in ("", f"?parent={planted}", f"?branch={planted}", f"?{quoted}"):
        answer, found = await show(newsroom, PAGE + query)
        assert {tag for tag, _ in found.tags} & {"script", "img", "svg"} == set()
        assert [name for _, attributes in found.tags for name in attributes if name.startswith("on")] == []
        assert HOSTILE in unescape(answer.text)
    _, found = await show(newsroom, f"{PAGE}?{httpx.QueryParams({'cursor': HOSTILE})}", 422)
    assert {tag for tag, _ in found.tags} & {"script", "img", "svg"} == set()


# --- the form


async def test_the_form_writes_a_comment_and_leads_back(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    parent = await plant(newsroom, post_id, "Parent.")
    _, found = await show(newsroom)
    answer, found = await show(newsroom, link(found, f"parent={parent}").partition("#")[0])
    assert "Reply to comment 1" in answer.text
    fields = found.values()
    keys, token = newsroom.app.state.keys, fields["render_token"]
    assert render_tokens.verdict(keys, token, FormKind.COMMENT, SLUG, at=now()) is not Verdict.OK  # shown at noon
    at = newsroom.app.state.clock() + render_tokens.YOUNGEST
    assert render_tokens.verdict(keys, token, FormKind.COMMENT, SLUG, at=at) is Verdict.OK
    assert (fields["parent_id"], fields["homepage"], "locale" in fields) == (str(parent), "", False)

    (form,) = found.all("form")
    sent = fields | {"author_name": "Salma", "body": "I waited an hour.", "notify": "none"}
    posted = await newsroom.reader.post(form["action"], data=sent, headers=HTML)
    assert (posted.status_code, posted.headers["location"]) == (303, f"{PAGE}?sent=202#notice")
    answer, _ = await show(newsroom, posted.headers["location"].partition("#")[0])
    assert '<p id="notice" class="notice" role="status">Thank you. Somebody of the newsroom will read' in answer.text
    assert [(row.body, row.parent_id) for row in await stored(newsroom)][-1] == ("I waited an hour.", parent)

    await set_policy(newsroom, "postmoderate")
    newsroom.set_clock(at)  # long enough to have been typed by a person
    posted = await newsroom.reader.post(form["action"], data=sent | {"body": "Two hours."}, headers=HTML)
    assert posted.headers["location"] == f"{PAGE}?sent=201#notice"
    answer, _ = await show(newsroom, posted.headers["location"].partition("#")[0])
    assert "Your comment is published." in answer.text


async def test_an_arabic_reader_of_an_english_story_writes_arabic(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    _, found = await show(newsroom, f"{PAGE}?locale=ar&sort=newest")
    fields = found.values() | {"author_name": "سلمى", "body": "انتظرت ساعة."}
    posted = await newsroom.reader.post(found.all("form")[0]["action"], data=fields, headers=HTML)
    assert posted.headers["location"] == f"{PAGE}?locale=ar&sort=newest&sent=202#notice"
    assert [row.locale for row in await stored(newsroom)] == ["ar"]
    answer, _ = await show(newsroom, posted.headers["location"].partition("#")[0])
    assert "سيقرأ أحد أعضاء هيئة التحرير تعليقك قبل نشره" in answer.text


async def test_an_error_keeps_the_words_and_leads_back(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    _, found = await show(newsroom, f"{PAGE}?locale=ar")
    action = found.all("form")[0]["action"]
    fields = found.values() | {"author_name": "", "body": "انتظرت ساعة."}
    answer = await newsroom.reader.post(action, data=fields, headers=HTML)
    assert (answer.status_code, "frame-ancestors *" in answer.headers["content-security-policy"]) == (422, True)
    again = Found(answer.text)
    assert "انتظرت ساعة." in answer.text
    assert [field["name"] for field in again.all("input") if field.get("aria-invalid") == "true"] == ["author_name"]
    assert f"{PAGE}?locale=ar#notice" in [a["href"] for a in again.all("a")]
    mended = again.values() | {"author_name": "سلمى", "body": "انتظرت ساعة."}
    posted = await newsroom.reader.post(action, data=mended, headers=HTML)
    assert posted.headers["location"] == f"{PAGE}?locale=ar&sent=202#notice"


@pytest.mark.parametrize(
    ("policy", "needed"),
    [
        ({}, {"author_name", "body"}),
        ({"name_required": False}, {"body"}),
        ({"email_required": True}, {"author_name", "author_email", "body"}),
    ],
)
async def test_the_form_asks_for_what_the_policy_needs(
    newsroom: Newsroom, policy: dict[str, Any], needed: set[str]
) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, **policy)
    _, found = await show(newsroom)
    fields = [*found.all("input"), *found.all("textarea")]
    assert {field["name"] for field in fields if "required" in field} == needed
    labelled = {label["for"] for label in found.all("label")}
    assert {field["id"] for field in [*fields, *found.all("select")] if field.get("type") != "hidden"} == labelled


async def test_a_filled_trap_is_seen(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    _, found = await show(newsroom)
    assert {"class": "away", "aria-hidden": "true"} in found.all("div")
    (trap,) = [field for field in found.all("input") if field["name"] == "homepage"]
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    fields = found.values() | {"author_name": "Bot", "body": "Buy pills.", "homepage": "https://pills.example"}
    posted = await newsroom.reader.post(found.all("form")[0]["action"], data=fields, headers=HTML)
    assert posted.headers["location"] == f"{PAGE}?sent=202#notice"
    assert [row.status for row in await stored(newsroom)] == [Status.SPAM]


OWN = [
    (f"{PAGE}?sort=top#notice", f"{PAGE}?sort=top&sent=202#notice"),
    (f"{PAGE}?sent=201", f"{PAGE}?sent=202"),
    ("/embed/posts/المرفأ/comments", "/embed/posts/%D8%A7%D9%84%D9%85%D8%B1%D9%81%D8%A3/comments?sent=202"),
    ("/embed/../v1/site", "/thanks"),
    ("/embed/%2e%2e/v1/site", "/thanks"),
    ("/embed/\\evil.example", "/thanks"),
    ("/embed/x\r\nSet-Cookie: a=b", "/thanks"),
    ("/embedded", "/thanks"),
    ("//evil.example/embed/", "/thanks"),
    ("/en/embed/", "/thanks"),
]


@pytest.mark.parametrize(("return_to", "location"), OWN)
async def test_only_our_own_embedded_pages_are_led_back_to_by_path(
    newsroom: Newsroom, return_to: str, location: str
) -> None:
    await open_thread(newsroom)
    sent = {"author_name": "Salma", "body": "I waited an hour.", "return_to": return_to}
    answer = await newsroom.reader.post(f"/v1/posts/{SLUG}/comments", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, location)


@pytest.mark.parametrize(
    ("count", "english", "arabic"),
    [
        (0, "0 comments", "لا تعليقات"),
        (1, "1 comment", "تعليق واحد"),
        (2, "2 comments", "تعليقان"),
        (3, "3 comments", "3 تعليقات"),
        (10, "10 comments", "10 تعليقات"),
        (11, "11 comments", "11 تعليقًا"),
        (99, "99 comments", "99 تعليقًا"),
        (100, "100 comments", "100 تعليق"),
        (102, "102 comments", "102 تعليق"),
        (103, "103 comments", "103 تعليقات"),
    ],
)
def test_counts_keep_to_the_grammar(count: int, english: str, arabic: str) -> None:
    assert (counted(count, "en"), counted(count, "ar")) == (english, arabic)


def test_recommendations_keep_to_the_grammar() -> None:
    assert [recommended(count, "ar") for count in (1, 2, 5, 11, 100)] == [
        "يؤيده قارئ واحد",
        "يؤيده قارئان",
        "يؤيده 5 قراء",
        "يؤيده 11 قارئًا",
        "يؤيده 100 قارئ",
    ]
    assert [recommended(count, "en") for count in (1, 2)] == ["recommended by 1 reader", "recommended by 2 readers"]
