"""A newcomer opens /docs in a real browser, signs in and reads the inbox."""

import pytest

from tests.browser import Watch, open_page
from tests.server import Server


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sign_in_and_try_an_editor_door(server: Server) -> None:
    password = server.run("demo").split()[-1]
    server.start()
    with open_page() as page:
        watch = Watch(page)
        page.goto(f"{server.base}/docs")
        page.get_by_role("button", name="Authorize").first.click()
        page.locator("#oauth_username").fill("demo@masthead.example")
        page.locator("#oauth_password").fill(password)
        page.locator(".auth-container").get_by_role("button", name="Apply given OAuth2 credentials").click()
        page.locator(".auth-container").get_by_role("button", name="Remove authorization").wait_for()
        page.locator(".dialog-ux .close-modal").click()
        operation = page.locator("[id$=-listContactSubmissions]")
        operation.click()
        operation.get_by_role("button", name="Execute").click()
        answer = operation.locator(".live-responses-table tbody td.response-col_status").first
        answer.wait_for()
        assert answer.inner_text().strip().startswith("200")
        assert "reference" in operation.locator(".live-responses-table").inner_text()
        assert watch.complaints == []
        assert watch.strangers(server.base) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_redoc_shows_the_contract(server: Server) -> None:
    server.start()
    with open_page() as page:
        watch = Watch(page)
        page.goto(f"{server.base}/redoc")
        page.get_by_role("heading", name="Publish Dossier").first.wait_for()
        assert watch.complaints == []
        assert watch.strangers(server.base) == []
