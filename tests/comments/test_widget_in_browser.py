"""What a reader meets in the widget, on a strict page of another origin, in front of a real server."""

import base64
import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from app.comments import widget
from tests.browser import Watch
from tests.comments.stage import FOREIGN, POLICY, Stage, comment, open_stage, write
from tests.newsroom import SECRET
from tests.server import Server

SOURCES = Path(widget.__file__).parent / "static" / "widget"
PROBLEM: dict[str, Any] = {"content_type": "application/problem+json", "headers": FOREIGN}


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for all of these: each test has a story of its own."""
    folder = tmp_path_factory.mktemp("widget")
    shutil.copy(sqlite_template, folder / "masthead.sqlite3")
    (folder / "server").mkdir()
    server = Server(f"sqlite:///{folder}/masthead.sqlite3", SECRET, folder / "server")
    try:
        with open_stage(server) as stage:
            stage.set_policy("postmoderate")
            yield stage
    finally:
        server.stop()


def authors(page: Page) -> list[str]:
    return page.locator("[part~=author]").all_inner_texts()


def bodies(page: Page) -> list[str]:
    return page.locator("[part=body]").all_inner_texts()


def test_a_thread_is_listed_page_by_page_and_branch_by_branch(stage: Stage) -> None:
    slug = stage.story()
    said = [stage.say(slug, f"Comment {n}") for n in range(1, 23)]
    for n in range(1, 6):
        stage.say(slug, f"Answer {n}", parent_id=said[0]["id"])
    post = stage.desk.get(f"/v1/posts/{slug}").json()["id"]
    stage.desk.post(f"/v1/editor/posts/{post}/comments", json={"body": "The desk says", "parent_id": said[1]["id"]})
    with stage.visit(slug) as page:
        expect(page.get_by_role("heading", level=2)).to_have_text("28 comments")
        first = ["Comment 1", "Answer 1", "Answer 2", "Answer 3", "Comment 2", "The desk says"]
        assert bodies(page) == first + [f"Comment {n}" for n in range(3, 21)]
        expect(comment(page, "The desk says").locator("[part=badge]")).to_have_text("Newsroom")
        page.get_by_role("button", name="More replies").click()
        expect(comment(page, "Answer 4")).to_be_focused()
        expect(page.get_by_role("button", name="More replies")).to_be_hidden()
        page.get_by_role("button", name="More comments").click()
        expect(comment(page, "Comment 21")).to_be_focused()
        expect(page.get_by_role("button", name="More comments")).to_be_hidden()
        assert len(bodies(page)) == 28
        page.get_by_label("Order").select_option("Newest first")
        expect(page.get_by_role("article").first).to_contain_text("Comment 22")


HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
FORGED = (
    f"<p id=x style='color:red' onclick='alert(1)'>kept {HOSTILE}<svg onload=\"document.title='taken'\"></svg>"
    "<a href=\"javascript:document.title='taken'\" target=_top>bad</a> <a href='https://example.org/'>good</a>"
    "<iframe srcdoc='<script>top.document.title=1</script>'></iframe><form action=//x><button>send</button></form></p>"
)


@pytest.mark.parametrize(
    ("sanitizer", "policy"),
    [("the browser's", ""), ("ours", ""), ("ours", POLICY)],
    ids=["setHTML", "without setHTML", "without setHTML, trusted types"],
)
def test_what_hostile_people_and_servers_write_is_text(stage: Stage, sanitizer: str, policy: str) -> None:
    slug = stage.story()
    stage.say(slug, f"{HOSTILE} [x](javascript:alert(1)) and **this**", author_name=HOSTILE[:60])

    def forge(route: Route) -> None:
        page = route.fetch().json()
        forged = {"id": "1", "body_html": FORGED, "dir": '"><b>', "replies": {"items": [], "next": None}}
        page["items"][0]["replies"]["items"] = [page["items"][0] | forged]
        route.fulfill(json=page, headers=FOREIGN)

    def prepare(page: Page) -> None:
        page.route("**/comments?sort=*", forge)
        if sanitizer == "ours":
            page.add_init_script("delete Element.prototype.setHTML")

    # a policy speaks up when forged attributes are parsed; without one the widget alone must do
    with stage.visit(slug, policy=policy, before=prepare, expected="inline") as page:
        expect(comment(page, "kept")).to_be_visible()
        assert authors(page) == [HOSTILE[:60]] * 2
        assert bodies(page)[0] == f"{HOSTILE} [x](javascript:alert(1)) and this"
        left = "body => [...body.querySelectorAll('*')].map(e => e.cloneNode().outerHTML)"
        link = '<a href="https://example.org/" rel="nofollow ugc noopener noreferrer"></a>'
        assert page.locator("[part=body]").last.evaluate(left) == ["<p></p>", "<a></a>", link, "<p></p>"]
        assert page.title() == "A story"


def test_a_comment_is_recommended_once_and_taken_back(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Worth reading")
    with stage.visit(slug) as page:
        button = page.get_by_role("button", name="Recommend")
        expect(button).to_have_attribute("aria-pressed", "false")
        assert page.evaluate("Object.keys(localStorage)") == []
        with page.expect_request("**/v1/readers"):
            button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(button).to_contain_text("Recommend 1")
        page.reload()
        expect(button).to_have_attribute("aria-pressed", "true")
        keys: list[str] = []
        page.on("request", lambda request: keys.append(request.url) if request.url.endswith("/readers") else None)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
        expect(button).not_to_contain_text("1")
        assert keys == []


def test_a_reader_key_that_is_not_known_any_more_is_replaced(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Worth reading")
    seen: list[str] = []

    def recommend(route: Route) -> None:
        seen.append(route.request.headers["reader-key"])
        if len(seen) == 1:
            route.fulfill(status=400, json={"type": "/problems/malformed"}, **PROBLEM)
        else:
            route.fulfill(json={"recommendations": 1, "recommended": True}, headers=FOREIGN)

    with stage.visit(slug, before=lambda page: page.route("**/recommendation", recommend)) as page:
        page.get_by_role("button", name="Recommend").click()
        expect(page.get_by_role("button", name="Recommend")).to_have_attribute("aria-pressed", "true")
        assert len(set(seen)) == 2


def test_a_reader_key_that_is_not_known_any_more_hinders_no_comment(stage: Stage) -> None:
    slug = stage.story()
    kept = f"localStorage['masthead-comments {stage.server.base}']"
    sent: list[tuple[str, int]] = []

    def pass_on(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        answer = route.fetch()
        sent.append((route.request.headers["reader-key"], answer.status))
        return route.fulfill(response=answer)

    with stage.visit(slug, before=lambda page: page.route("**/comments", pass_on)) as page:
        page.evaluate(f"{kept} = JSON.stringify({{reader: 'junk'}})")
        write(page, "Written with an old key")
        expect(comment(page, "Written with an old key")).to_be_focused()
        key = page.evaluate(f"JSON.parse({kept}).reader")
    assert sent == [("junk", 400), (key, 201)]
    assert len(stage.public(slug)) == 1


@pytest.mark.parametrize(
    ("locale", "send", "said"),
    [("en", "Send", "You cannot write here until Nov 2"), ("ar", "أرسل", "لا يمكنك الكتابة هنا حتى")],
)
def test_a_banned_reader_reads_why_and_until_when(stage: Stage, locale: str, send: str, said: str) -> None:
    slug = stage.story(locale=locale)
    notice = "حُظرت بسبب إهانات <متكررة>."
    ban = {"type": "/problems/sanctioned", "status": 403, "notice": notice, "ends_at": "2026-11-23T12:00:00Z"}

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=403, json=ban, **PROBLEM)
        else:
            route.fallback()

    with stage.visit(slug, locale=locale, before=lambda page: page.route("**/comments", refuse)) as page:
        page.locator("input[name=author_name]").fill("Salma")
        page.locator("textarea").fill("Once more")
        page.get_by_role("button", name=send).click()
        alert = page.get_by_role("alert").filter(has_text=said)
        expect(alert).to_contain_text(f"\u2068{notice}\u2069")
        expect(page.locator("textarea")).to_have_value("Once more")


@pytest.mark.parametrize("name", ["c", "comment-"])
def test_an_address_leads_to_a_comment_however_it_is_spelled(stage: Stage, name: str) -> None:
    slug = stage.story()
    stage.say(slug, "Before it")
    stage.say(slug, "Led to")
    number = stage.public(slug)[1]["number"]
    with stage.visit(slug) as page:
        expect(comment(page, "Led to")).not_to_be_focused()
        page.evaluate(f"location.hash = '#{name}{number}'")
        expect(comment(page, "Led to")).to_be_focused()


def test_a_comment_is_reported_with_a_reason(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Buy my boats")
    with stage.visit(slug) as page:
        button = page.get_by_role("button", name="Report the comment by Basma")
        button.click()
        dialog = page.get_by_role("dialog", name="Report this comment")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()
        button.click()
        dialog.get_by_label("advertising").check()
        dialog.get_by_label("What should the newsroom know").fill(" He sells boats. ")
        with page.expect_request("**/reports") as sent:
            dialog.get_by_role("button", name="Report").click()
        expect(page.get_by_role("article").get_by_text("Thank you")).to_be_visible()
        assert sent.value.post_data_json == {"reason": "spam", "note": "He sells boats."}
        (told,) = stage.desk.get("/v1/editor/comments", params={"reported": "true"}).json()["items"]
        assert [(report["reason"], report["note"]) for report in told["reports"]] == [("spam", "He sells boats.")]


def test_a_pinned_comment_stands_above_the_others_and_once(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "The first")
    pinned = stage.say(slug, "The best")
    stage.say(slug, "An answer to the best", parent_id=pinned["id"])
    assert stage.desk.put(f"/v1/editor/comments/{pinned['id']}/pin").is_success
    with stage.visit(slug) as page:
        expect(page.get_by_text("Pinned by the newsroom")).to_be_visible()
        assert bodies(page) == ["The best", "An answer to the best", "The first"]


def test_what_is_wrong_is_said_in_words_where_it_is_wrong(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Said before", author_name="Salma")
    with stage.visit(slug) as page:
        name, email = page.get_by_label("Your name"), page.get_by_label("Your e-mail")
        page.get_by_role("textbox", name="Your comment").fill("Said before")
        page.get_by_role("button", name="Send").click()
        expect(name).to_be_focused()
        expect(name).to_have_accessible_description("This is needed.")
        name.fill("Salma")
        email.fill("nobody")
        page.get_by_role("button", name="Send").click()
        expect(email).to_be_focused()
        expect(email).to_have_attribute("aria-invalid", "true")
        expect(name).not_to_have_attribute("aria-invalid", "true")
        email.fill("")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert").filter(has_text="same words stand here")).to_be_visible()
        answer: dict[str, Any] = {"status": 429, "json": {}, **PROBLEM}
        answer["headers"] = {**FOREIGN, "Retry-After": "42", "Access-Control-Expose-Headers": "Retry-After"}
        page.route("**/comments", lambda route: route.fulfill(**answer))
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert").filter(has_text="try again in 42 seconds")).to_be_visible()
        page.route("**/comments", lambda route: route.fulfill(status=500, json={}, **PROBLEM))
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert").filter(has_text="Something went wrong")).to_be_visible()
        expect(page.get_by_role("textbox", name="Your comment")).to_have_value("Said before")


def test_nothing_that_was_typed_is_lost_without_a_network(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "A first word")
    with stage.visit(slug) as page:
        comment(page, "A first word").get_by_role("button", name="Reply").click()
        page.get_by_role("textbox", name="Your comment").last.fill("An answer to it")
        page.reload()
        reply = page.get_by_role("form", name="Your reply to Basma")
        expect(reply.get_by_role("textbox", name="Your comment")).to_have_value("An answer to it")
        reply.get_by_role("button", name="Cancel").click()
        expect(comment(page, "A first word").get_by_role("button", name="Reply")).to_be_focused()
        page.context.set_offline(True)
        write(page, "Words from a tunnel")
        expect(page.get_by_role("alert").filter(has_text="What you typed is kept")).to_be_visible()
        page.context.set_offline(False)
        page.get_by_role("button", name="Send").click()
        expect(comment(page, "Words from a tunnel")).to_be_focused()
        assert page.evaluate("Object.values(sessionStorage).join()") == '{"author_name":"Salma"}'


def test_a_comment_whose_answer_was_lost_is_not_sent_twice(stage: Stage) -> None:
    slug = stage.story()
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.fallback()

    with stage.visit(slug, before=lambda page: page.route("**/comments", lose)) as page:
        write(page, "Once and only once")
        expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
        page.get_by_role("button", name="Send").click()
        expect(comment(page, "Once and only once")).to_be_focused()
    assert lost == [201]
    assert [said["author"]["name"] for said in stage.public(slug)] == ["Salma"]


def test_a_reader_with_a_keyboard_writes_and_answers(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "A first word")
    with stage.visit(slug) as page:
        expect(page.get_by_role("heading", level=2)).to_have_text("1 comment")
        keyboard = page.keyboard
        page.get_by_label("Order").focus()
        for text in ("Salma", "", "From the keys"):
            keyboard.press("Tab")
            keyboard.type(text)
        keyboard.press("Tab")
        expect(page.get_by_role("button", name="Send")).to_be_focused()
        keyboard.press("Enter")
        expect(comment(page, "From the keys")).to_be_focused()
        expect(page.get_by_role("status")).to_have_text("Your comment is published.")
        expect(page.get_by_role("heading", level=2)).to_have_text("2 comments")
        comment(page, "A first word").get_by_role("button", name="Reply").focus()
        keyboard.press("Enter")
        expect(page.get_by_role("textbox", name="Your comment").last).to_be_focused()
        keyboard.type("An answer")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(comment(page, "An answer")).to_be_focused()
        replies = page.get_by_role("list", name="Replies to Basma")
        expect(replies.get_by_role("article")).to_have_text(re.compile("An answer"))


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


WORDS = {
    "en": ("Your name", "Send", "Reply", "Report", "Cancel"),
    "ar": ("اسمك", "أرسل", "ردّ", "أبلِغ", "ألغِ"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_axe_finds_nothing_in_either_language(stage: Stage, locale: str, scheme: Any) -> None:
    slug = stage.story()
    parent = stage.say(slug, "Mixed: كلام with `code`\n\n> and more", author_name="سلمى")
    stage.say(slug, "An answer", parent_id=parent["id"])
    name, send, reply, report, cancel = WORDS[locale]
    with stage.visit(slug, locale=locale, before=lambda page: page.emulate_media(color_scheme=scheme)) as page:
        page.get_by_role("button", name=reply).first.click()
        page.get_by_role("button", name=send).first.click()
        expect(page.get_by_role("textbox", name=name).first).to_have_attribute("aria-invalid", "true")
        assert violations(page) == []
        page.get_by_role("button", name=report).first.click()
        assert violations(page) == []
        page.get_by_role("dialog").get_by_role("button", name=cancel).click()


def test_arabic_is_read_from_the_right_with_its_own_plurals(stage: Stage) -> None:
    slug = stage.story(locale="ar")
    for n in range(3):
        stage.say(slug, f"English words {n}" if n else "كلمة", locale="ar")
    with stage.visit(slug, locale="ar") as page:
        expect(page.get_by_role("heading", level=2)).to_have_text("3 تعليقات")
        directions = "elements => elements.map(element => getComputedStyle(element).direction)"
        assert page.locator("[part=thread]").evaluate_all(directions) == ["rtl"]
        assert page.locator("[part=body]").evaluate_all(directions) == ["rtl", "ltr", "ltr"]
        page.get_by_role("button", name="أرسل").click()
        expect(page.get_by_role("textbox", name="اسمك")).to_have_accessible_description("هذا مطلوب.")
        shown = page.locator("[part=thread]").inner_text()
        assert not re.search("[a-z]{3}", re.sub("English words|Basma|Homepage", "", shown))


def test_what_arrives_is_announced_and_shown_when_it_is_asked_for(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Here from the start")
    with stage.visit(slug) as page:
        expect(comment(page, "Here from the start")).to_be_visible()
        stage.say(slug, "Just arrived")
        button = page.get_by_role("button", name="Show 1 new comment")
        expect(button).to_be_visible()
        expect(page.get_by_role("status")).to_have_text("Show 1 new comment")
        assert bodies(page) == ["Here from the start"]
        button.click()
        expect(comment(page, "Just arrived")).to_be_focused()
        expect(page.get_by_role("heading", level=2)).to_have_text("2 comments")
        expect(button).to_be_hidden()


def test_without_a_stream_it_asks_again_by_tag(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Here from the start")

    def prepare(page: Page) -> None:
        page.clock.install()
        page.route("**/comments/stream", lambda route: route.fulfill(status=503, json={}, **PROBLEM))

    polls: list[tuple[int, str | None]] = []
    with stage.visit(slug, before=prepare) as page:
        page.on(
            "response",
            lambda answer: (
                polls.append((answer.status, answer.request.headers.get("if-none-match")))
                if "limit=1&" in answer.url
                else None
            ),
        )
        expect(comment(page, "Here from the start")).to_be_visible()
        # the next question may be asked before the first answer was read: then that has no tag yet either
        while 304 not in dict(polls):
            with page.expect_response(re.compile("limit=1&")):
                page.clock.fast_forward("31")
            assert len(polls) < 5
        assert polls[0] == (200, None)
        assert dict(polls)[304]
        stage.say(slug, "Just arrived")
        page.clock.fast_forward("31")
        expect(page.get_by_role("button", name="Show 1 new comment")).to_be_visible()


SECRET_NUMBER = 4_321


def challenge(route: Route) -> None:
    """The real token with a proof of work beside it, in the wire format of ALTCHA."""
    salt = "0f" * 12 + "?expires=1795000000"
    sought = sha256(f"{salt}{SECRET_NUMBER}".encode()).hexdigest()
    proof = {"algorithm": "SHA-256", "challenge": sought, "salt": salt, "signature": "00", "maxnumber": 9_000}
    route.fulfill(json=route.fetch().json() | {"challenge": proof}, headers=FOREIGN)


@pytest.mark.parametrize("workers", [True, False], ids=["in a worker", "where workers are forbidden"])
def test_proof_of_work_is_done(stage: Stage, workers: bool) -> None:
    slug = stage.story()
    started: list[str] = []

    def prepare(page: Page) -> None:
        page.on("worker", lambda worker: started.append(worker.url))
        page.route("**/v1/challenge?*", challenge)
        if not workers:
            page.add_init_script("Worker = class { constructor() { throw new Error('SecurityError') } }")

    with stage.visit(slug, before=prepare) as page:
        with page.expect_request(lambda request: request.method == "POST") as sent:
            write(page, "Not a robot")
        draft = json.loads(sent.value.post_data or "")
        assert json.loads(base64.b64decode(draft["altcha"]))["number"] == SECRET_NUMBER
        assert draft["render_token"]
        assert draft["homepage"] == ""
        expect(comment(page, "Not a robot")).to_be_focused()
    assert [url.startswith("blob:") for url in started] == [True] * workers


def test_a_policy_that_forbids_workers_and_our_types_is_survived(stage: Stage) -> None:
    slug = stage.story()
    stage.say(slug, "Here **anyway**")
    policy = POLICY.replace("worker-src blob:; ", "").replace("trusted-types masthead", "trusted-types 'none'")
    page = stage.browser.new_page()
    page.route("**/v1/challenge?*", challenge)
    page.goto(f"{stage.origin}/en/{slug}?policy={policy.format(api=stage.server.base)}")
    expect(page.locator("[part=body] strong")).to_have_text("anyway")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        write(page, "Still no robot")
    draft = json.loads(sent.value.post_data or "")
    assert json.loads(base64.b64decode(draft["altcha"]))["number"] == SECRET_NUMBER
    page.close()


def test_a_script_that_was_changed_on_its_way_does_not_run(stage: Stage) -> None:
    page = stage.browser.new_page()
    page.route("**/widgets/*/comments.js", lambda route: route.fulfill(body="window.taken = 1", headers=FOREIGN))
    page.goto(f"{stage.origin}/en/any?policy={POLICY.format(api=stage.server.base)}")
    assert page.evaluate("[window.taken, customElements.get('masthead-comments')]") == [None, None]
    page.close()


def test_the_page_to_try_it_speaks_both_languages(stage: Stage) -> None:
    stage.story()
    slug = stage.story()
    stage.say(slug, "On our own page")
    page = stage.browser.new_page()
    watch = Watch(page)
    page.goto(f"{stage.server.base}{widget.DEMO_PATH}?slug={slug}")
    expect(comment(page, "On our own page")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="العربية").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("تعليق واحد")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    page.locator("#story").select_option(index=1)
    expect(comment(page, "On our own page")).to_be_hidden()
    assert (watch.complaints, watch.strangers(stage.server.base)) == ([], [])
    page.close()


@pytest.fixture(scope="module")
def blank(stage: Stage) -> Iterator[Page]:
    """A page without policy, for parts of the script."""
    page = stage.browser.new_page()
    yield page
    page.close()


def source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def shape(texts: Any) -> Any:
    """Names and placeholders, with plural forms as one text."""
    if isinstance(texts, dict) and "other" in texts and "one" in texts:
        return shape(texts["other"])
    if isinstance(texts, dict):
        return {name: shape(text) for name, text in texts.items()}
    return sorted(re.findall(r"\{\w+\}", texts))


def leaves(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
        return
    for text in texts.values():
        yield from leaves(text)


def test_both_languages_say_the_same(blank: Page) -> None:
    texts = blank.evaluate(f"() => {{ {source('texts.js')}; return TEXTS }}")
    assert shape(texts["en"]) == shape(texts["ar"])
    assert [text for text in leaves(texts["ar"]) if re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", text))] == []
    assert [text for text in leaves(texts["en"]) if not text.isascii() and "…" not in text] == []


@pytest.mark.parametrize("length", [0, 1, 50, 51, 52, 55, 56, 63, 64, 65, 120, 128, 200])
def test_the_hunt_knows_sha_256_at_every_length_of_the_salt(blank: Page, length: int) -> None:
    salt = "س" * (length // 2) + "x" * (length % 2)
    task = {"salt": salt, "challenge": sha256(f"{salt}1203".encode()).hexdigest(), "from": 0, "to": 1_204}
    assert blank.evaluate(f"(task) => {{ {source('proof.js')}; return hunt(task) }}", task) == 1_203
    assert blank.evaluate(f"(task) => {{ {source('proof.js')}; return hunt(task) }}", task | {"to": 1_203}) is None
