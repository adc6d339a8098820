"""The documentation pages: what they send, and that a real browser can work with them under their own policy."""

import asyncio
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from playwright.sync_api import Page, Route, expect
from pydantic import BaseModel, Field

from app.core.http.docs import docs_routes
from tests.browser import Watch, open_page, serving

PAGES = ("/docs", "/redoc")
FILES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "redoc.standalone.js": "text/javascript; charset=utf-8",
    "favicon.png": "image/png",
    "docs.css": "text/css; charset=utf-8",
    "docs-init.js": "text/javascript; charset=utf-8",
    "redoc-init.js": "text/javascript; charset=utf-8",
}
PATHS = (*PAGES, *(f"/docs/static/{name}" for name in FILES))

Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/v1/auth/token"))]


class Person(BaseModel):
    name: str = Field(description="As in the **byline**.", examples=["Nadia"])
    desk: str | None = None


def make_app() -> FastAPI:
    """A small API with what the pages must cope with: Markdown, a login, a route behind it."""
    app = FastAPI(
        title="Herald",
        description="# Welcome\n\n`code`\n\n```json\n{}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.router.routes.extend(docs_routes("Herald <&> Sons"))

    @app.post("/v1/auth/token")
    async def log_in(request: Request) -> dict[str, str]:
        sent = dict(await request.form())
        if sent != {"grant_type": "password", "username": "nadia", "password": "secret"}:
            raise HTTPException(400, str(sent))
        if "authorization" in request.headers:
            raise HTTPException(400, "credentials of a client that does not exist")
        return {"access_token": "ticket", "token_type": "bearer"}

    @app.get("/v1/auth/me", operation_id="show_me")
    async def show_me(token: Token) -> Person:
        if token != "ticket":
            raise HTTPException(401)
        return Person(name="Nadia")

    return app


def ask(path: str, method: str = "GET", headers: dict[str, str] | None = None) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(make_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://herald.test") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(send())


def policy(path: str) -> dict[str, set[str]]:
    rules = (rule.split() for rule in ask(path).headers["content-security-policy"].split(";"))
    return {rule[0]: set(rule[1:]) for rule in rules}


@pytest.mark.parametrize("path", PATHS)
def test_everything_may_be_kept_for_an_hour_and_is_never_sniffed(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["etag"].startswith('"')


@pytest.mark.parametrize(("name", "media_type"), FILES.items())
def test_files_carry_their_type(name: str, media_type: str) -> None:
    assert ask(f"/docs/static/{name}").headers["content-type"] == media_type


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_what_the_client_has_is_not_sent_again(path: str, known: str) -> None:
    etag = ask(path).headers["etag"]
    answer = ask(path, headers={"If-None-Match": known.format(etag=etag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_what_the_client_has_of_another_version_is_sent_again() -> None:
    assert ask("/docs", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        *("nothing.js", "", "docs.py", "redoc.standalone.js.map", "SWAGGER-UI.CSS", "docs.css/", "docs.css%00"),
        # The dots are encoded, because httpx would resolve plain ones before it sends.
        *("%2e%2e", "%2e%2e%2fdocs.py", "..%5cdocs.py", "%2e%2e%2f%2e%2e%2fcore.py", "%2fetc%2fpasswd"),
    ],
)
def test_other_names_are_not_found(name: str) -> None:
    assert ask(f"/docs/static/{name}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_nothing_here_can_be_written(path: str) -> None:
    assert ask(path, "POST").status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_names_no_other_origin_and_nothing_unsafe(path: str) -> None:
    rules = policy(path)
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert rules[name] == {"'none'"}
    assert rules["script-src"] == rules["connect-src"] == {"'self'"}
    allowed = {"'none'", "'self'", "data:", "blob:"}
    assert {source for rule in rules.values() for source in rule if not source.startswith("'sha256-")} <= allowed


@pytest.mark.parametrize("path", PAGES)
def test_pages_escape_their_title_and_stay_out_of_the_contract(path: str) -> None:
    assert "<title>Herald &lt;&amp;&gt; Sons · " in ask(path).text
    assert path not in ask("/openapi.json").json()["paths"]


def test_swagger_ui_logs_in_and_calls_a_protected_route() -> None:
    with serving(make_app()) as origin, open_page() as page:
        watch = Watch(page)
        page.goto(f"{origin}/docs")
        operation = page.locator(".opblock", has_text="/v1/auth/me")
        log_in(page)
        # Without its stylesheet all this would work, too.
        expect(operation.locator(".opblock-summary-method")).to_have_css("color", "rgb(255, 255, 255)")
        expect(page.get_by_placeholder("Filter by tag")).to_be_visible()
        operation.locator(".opblock-summary-control").click()
        expect(page).to_have_url(f"{origin}/docs#/default/show_me")
        operation.get_by_role("button", name="Execute").click()
        answer = operation.locator(".live-responses-table .response")
        expect(answer.locator(".response-col_status")).to_have_text("200")
        expect(answer.locator(".highlight-code code").first).to_contain_text('"name": "Nadia"')
        expect(operation.get_by_text("Request duration")).to_be_visible()
        assert page.evaluate("localStorage.length + document.cookie.length") == 0
        page.wait_for_load_state("networkidle")
    assert f"{origin}/v1/auth/token" in watch.addresses
    assert (watch.complaints, watch.strangers(origin)) == ([], [])


def log_in(page: Page) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.get_by_label("client_id:")).to_be_hidden()
    page.get_by_label("username:").fill("nadia")
    page.get_by_label("password:", exact=True).fill("secret")
    page.get_by_role("button", name="Apply given OAuth2 credentials").click()
    expect(page.get_by_role("button", name="Remove authorization")).to_be_visible()
    page.get_by_role("button", name="Close").click()


def test_redoc_shows_and_finds_an_operation() -> None:
    with serving(make_app()) as origin, open_page() as page:
        watch = Watch(page)
        page.goto(f"{origin}/redoc")
        expect(page.get_by_role("heading", name="Show Me")).to_be_visible()
        # Without its stylesheet the menu would stand above the text instead of beside it.
        expect(page.locator(".menu-content")).to_have_css("position", "sticky")
        page.get_by_placeholder("Search...").fill("show")
        expect(page.locator("[data-role='search:results']")).to_contain_text("Show Me")
        page.wait_for_load_state("networkidle")
    assert (watch.complaints, watch.strangers(origin)) == ([], [])


def test_the_watch_hears_what_the_policy_forbids() -> None:
    """Keeps the two tests above honest: the real page and its real policy, with something foreign slipped in."""
    with serving(make_app()) as origin, open_page() as page:
        watch = Watch(page)
        page.route(f"{origin}/docs", slip_in)
        page.goto(f"{origin}/docs")
        expect(page.locator(".opblock").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.title().endswith("Swagger UI")
    assert watch.strangers(origin) == ["http://stranger.invalid/pixel.png"]
    for directive in ("script-src-elem", "style-src-elem", "style-src-attr", "img-src"):
        assert any(complaint.startswith(f"policy: {directive} forbids") for complaint in watch.complaints), directive


def slip_in(route: Route) -> None:
    answer = route.fetch()
    foreign = (
        "<script>document.title = 'owned'</script><style>body { color: red }</style>"
        '<p style="color: red"></p><img src="http://stranger.invalid/pixel.png">'
    )
    route.fulfill(response=answer, body=answer.text().replace("<main", f"{foreign}<main"))
