"""The page without a script in a real browser: inside a frame of another site, and judged by axe."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI, Response
from playwright.sync_api import FrameLocator, Page, expect
from sqlmodel import Session

from app.comments import service
from app.core.settings import Settings
from app.main import create_app
from tests.browser import open_page, serving
from tests.comments.talk import IMPORTER, NOON
from tests.make import live_story
from tests.newsroom import SECRET

# how a page looks and reads does not depend on the database
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


PATIENCE = 60_000


@pytest.fixture
def origin(database_url: str) -> Iterator[str]:
    """A server with a story in each language, the English one with a thread in both."""
    app = create_app(Settings(_env_file=None, database_url=database_url, secret_key=SECRET, log="off"))
    with app.state.db.transaction() as session:
        _fill(session)
    with serving(app) as origin:
        yield origin
    app.state.db.engine.dispose()


def _fill(session: Session) -> None:
    english = live_story(session, slug="harbour", published_at=NOON)
    live_story(session, slug="المرفأ", locale="ar", title="أصوات المرفأ", published_at=NOON)

    def plant(body: str, **facts: str | UUID) -> UUID:
        given = {"locale": "en", "author_name": "Basma"} | facts
        written = {"written_at": NOON, "by": IMPORTER, "at": NOON}
        return service.import_comment(session, english, body, **given, **written).id  # type: ignore[arg-type]

    first = plant("The ferry was late again. https://example.org/")
    answer = plant("تأخرت العبّارة مجددًا.", parent_id=first, locale="ar", author_name="سلمى")
    plant("As ever.", parent_id=answer)


@pytest.fixture
def page(database_url: str) -> Iterator[Page]:
    with open_page() as page:
        yield page


VIEWS = [
    "/embed/posts/harbour/comments",
    "/embed/posts/harbour/comments?locale=ar&sent=202",
    "/embed/posts/المرفأ/comments",
    "/embed/posts/unknown/comments?locale=ar",
]


def test_axe_finds_nothing_in_either_language(page: Page, origin: str) -> None:
    """axe is a script, so the policy is set aside for it."""
    browser = page.context.browser
    assert browser is not None
    watched = browser.new_context(bypass_csp=True).new_page()
    for view in [*VIEWS, _reply(watched, origin)]:
        watched.goto(origin + view)
        found = Axe().run(watched)
        assert found.violations_count == 0, f"{view}\n{found.generate_report()}"
    watched.goto(f"{origin}/embed/posts/harbour/comments?locale=ar")
    watched.evaluate("document.querySelectorAll('[required]').forEach((field) => field.required = false)")
    watched.get_by_role("button", name="إرسال").click()
    expect(watched.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    found = Axe().run(watched)
    assert found.violations_count == 0, found.generate_report()


def _reply(page: Page, origin: str) -> str:
    page.goto(origin + VIEWS[0])
    address = page.get_by_role("link", name="Reply to comment 2").get_attribute("href")
    assert address is not None
    return address


def test_a_reader_without_javascript_answers_inside_a_frame(page: Page, origin: str) -> None:
    browser = page.context.browser
    assert browser is not None
    reader = browser.new_context(java_script_enabled=False).new_page()
    with serving(_paper(f"{origin}{VIEWS[1]}")) as paper:
        reader.goto(paper)
        _answer_in_the_frame(reader)
        assert reader.url == f"{paper}/"


def _paper(framed: str) -> FastAPI:
    """Another site, which shows our page in a frame."""
    app = FastAPI()

    @app.get("/")
    async def front() -> Response:
        body = f'<!doctype html><title>Paper</title><iframe src="{framed}" width="600" height="900"></iframe>'
        return Response(body, media_type="text/html")

    return app


def _reply_to_the_second(frame: FrameLocator) -> None:
    """Without waiting for the page behind the link, one might fill in the form of the page before."""
    frame.get_by_role("link", name="ردّ على التعليق 2").click()
    expect(frame.locator("input[name=parent_id]")).to_have_count(1, timeout=PATIENCE)


def _answer_in_the_frame(reader: Page) -> None:
    frame = reader.frame_locator("iframe")

    arabic = frame.locator("#c2 > article .body")
    expect(arabic).to_have_css("direction", "rtl", timeout=PATIENCE)
    expect(frame.locator("#c1 > article .body")).to_have_css("direction", "ltr")
    expect(frame.locator("html")).to_have_css("direction", "rtl")
    expect(frame.locator("#homepage")).not_to_be_in_viewport(ratio=0.5)

    _reply_to_the_second(frame)
    frame.get_by_label("تعليقك", exact=False).fill("صحيح، ساعة كاملة.")
    frame.get_by_label("اسمك", exact=False).fill("ليلى")
    frame.get_by_label("بريدك", exact=False).fill("nobody@")
    # the browser itself complains about the address, and nothing is sent
    frame.get_by_role("button", name="إرسال").click()
    frame.get_by_label("بريدك", exact=False).fill("layla@example.org")
    frame.get_by_role("button", name="إرسال").click()
    expect(frame.get_by_role("status")).to_contain_text("سيقرأ أحد أعضاء هيئة التحرير تعليقك", timeout=PATIENCE)

    # the same words again: the refusal stands in the frame too, and leads back
    _reply_to_the_second(frame)
    frame.get_by_label("تعليقك", exact=False).fill("صحيح، ساعة كاملة.")
    frame.get_by_label("اسمك", exact=False).fill("ليلى")
    frame.get_by_role("button", name="إرسال").click()
    expect(frame.get_by_role("alert")).to_contain_text("أرسلت هذا النص من قبل", timeout=PATIENCE)
    frame.get_by_role("link", name="عودة دون إرسال").click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Voices of the harbour", timeout=PATIENCE)
