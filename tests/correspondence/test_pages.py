"""The pages behind links in a real browser: readable for everyone, in both directions, under their strict policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI, Response

from app.core.http.pages import Button, link_page
from app.correspondence import words
from app.correspondence.models import LinkAction
from tests.browser import open_page, serving


def page_of(action: LinkAction, locale: str) -> Response:
    said = words.ask(action, locale, title="العبّارة", name="سلمى", asked=words.asked("thread", locale))
    quote = "تأخرت العبّارة.\nAgain." if action is LinkAction.APPROVE else ""
    buttons = [Button(said.button)]
    return link_page(said.title, said.lines, locale=locale, status=200, quote=quote, buttons=buttons)


@pytest.fixture
def app() -> FastAPI:
    """Every page, and a place that hears the button."""
    app = FastAPI(openapi_url=None)

    @app.get("/{action}/{locale}")
    async def show(action: LinkAction, locale: str) -> Response:
        return page_of(action, locale)

    @app.post("/{action}/{locale}")
    async def act(action: LinkAction, locale: str) -> Response:
        said = words.done(action, locale, batch="7")
        return link_page(said.title, said.lines, locale=locale, status=200)

    return app


def test_pages_are_accessible_and_their_button_works(app: FastAPI) -> None:
    with serving(app) as origin, open_page() as page:
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        for action in (LinkAction.CONFIRM, LinkAction.ERASE, LinkAction.APPROVE):
            for locale, direction in (("en", "ltr"), ("ar", "rtl")):
                page.goto(f"{origin}/{action.value}/{locale}")
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                assert page.locator("html").get_attribute("dir") == direction
                page.keyboard.press("Tab")
                page.keyboard.press("Enter")
                page.get_by_role("heading", name=words.done(action, locale, batch="7").title).wait_for()
        assert [line for line in trouble if "favicon" not in line] == []
