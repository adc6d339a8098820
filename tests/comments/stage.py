"""Where the widget is tried: a real server on one port, a strict page of somebody else on another, a real browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI, Response
from playwright.sync_api import Browser, Locator, Page, expect

from app.comments import widget
from app.core.actor import system
from app.core.clock import now
from app.core.settings import Settings
from app.main import open_site
from app.staff import service as staff_service
from app.staff.models import Role
from tests.browser import Watch, open_page, serving
from tests.newsroom import PASSWORD, SECRET, password_hash
from tests.server import Server

ADMIN = "admin@news.example"
PATIENCE = 60_000  # milliseconds: the widget itself waits for 3 seconds before it sends

# the documented directives, and nothing else
POLICY = (
    "default-src 'none'; script-src {api}; connect-src {api}; worker-src blob:; img-src data:; "
    "trusted-types masthead; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="{locale}" dir="{dir}"><head><meta charset="utf-8"><title>A story</title><link rel="icon" href="data:,">
<script src="{api}{source}" integrity="{integrity}" crossorigin async></script></head>
<body><main><h1>A story</h1><masthead-comments slug="{slug}"></masthead-comments></main></body></html>
"""
FOREIGN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}


class Stage(NamedTuple):
    """The server with someone of the newsroom, the foreign origin, and the browser."""

    server: Server
    desk: httpx.Client
    origin: str
    browser: Browser

    def story(self, *, locale: str = "en") -> str:
        """The slug of a new story."""
        draft = {"title": "Voices of the harbour", "body": "The boats come in at six.", "locale": locale}
        post = checked(self.desk.post("/v1/editor/posts", json=draft))
        checked(self.desk.put(f"/v1/editor/posts/{post['id']}/publication", headers={"If-Match": "*"}))
        return str(post["slug"])

    def set_policy(self, policy: str, **members: Any) -> None:
        """The comment policy from now on."""
        change = {"comments": {"policy": policy, **members}}
        checked(self.desk.patch("/v1/editor/site", json=change, headers={"If-Match": "*"}))

    def say(self, slug: str, body: str, **members: Any) -> dict[str, Any]:
        """A comment that is public at once, whatever the checks make of it."""
        draft = {"body": body, "author_name": "Basma"} | members
        comment = checked(httpx.post(f"{self.server.base}/v1/posts/{slug}/comments", json=draft))["comment"]
        if comment["status"] != "published":
            self.approve(comment["id"])
        return dict(comment)

    def approve(self, comment_id: str, *, revision: int = 1) -> None:
        """Someone of the newsroom lets it appear."""
        decision = {"id": comment_id, "revision": revision, "action": "approve"}
        checked(self.desk.post("/v1/editor/comments/decisions", json={"decisions": [decision]}))

    def waiting(self) -> list[dict[str, Any]]:
        """What the newsroom has not read yet."""
        return list(checked(self.desk.get("/v1/editor/comments", params={"status": "pending"}))["items"])

    def public(self, slug: str) -> list[dict[str, Any]]:
        """The thread as everyone sees it."""
        return list(checked(self.desk.get(f"/v1/posts/{slug}/comments"))["items"])

    @contextmanager
    def visit(
        self,
        slug: str,
        *,
        locale: str = "en",
        policy: str = POLICY,
        before: Callable[[Page], object] = repr,
        expected: str = "Failed to load resource",
    ) -> Iterator[Page]:
        """A fresh profile on the strict page; the browser may complain of the expected, and of nothing else."""
        page = self.browser.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        watch = Watch(page)
        before(page)
        query = {"policy": policy.format(api=self.server.base)}
        page.goto(f"{self.origin}/{locale}/{slug}?{urlencode(query)}")
        yield page
        page.context.close()
        complaints = [said for said in watch.complaints if not re.search(expected, said)]
        assert complaints == [], complaints


def checked(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return dict(answer.json()) if answer.content else {}


def write(page: Page, body: str, *, name: str = "Salma") -> None:
    """Fill the form in and send it."""
    page.get_by_role("textbox", name="Your name").last.fill(name)
    page.get_by_role("textbox", name="Your comment").last.fill(body)
    page.get_by_role("button", name="Send").last.click()


def comment(page: Page, text: str) -> Locator:
    """The innermost comment with this text."""
    return page.get_by_role("article").filter(has_text=text).last


def hire_admin(database_url: str) -> None:
    """An account, put into the database before the server opens it."""
    database = open_site(Settings(_env_file=None, database_url=database_url, secret_key=SECRET))
    facts: dict[str, Any] = {"email": ADMIN, "name": "Amal", "role": Role.ADMIN, "password_hash": password_hash()}
    with database.transaction() as session:
        staff_service.create_user(session, **facts, by=system("tests"), at=now())
    database.engine.dispose()


@contextmanager
def open_stage(server: Server) -> Iterator[Stage]:
    """A server without limits with one admin, and a front end of somebody else."""
    expect.set_options(timeout=PATIENCE)
    hire_admin(server.environment["MASTHEAD_DATABASE_URL"])
    server.environment["MASTHEAD_LIMITS"] = "off"
    server.start()
    front = FastAPI()

    @front.get("/{locale}/{slug}")
    async def show(locale: str, slug: str, policy: str) -> Response:
        facts = {"source": widget.address(), "integrity": widget.integrity()}
        direction = "rtl" if locale == "ar" else "ltr"
        body = PAGE.format(api=server.base, locale=locale, dir=direction, slug=slug, **facts)
        return Response(body, headers={"Content-Security-Policy": policy}, media_type="text/html")

    with httpx.Client(base_url=server.base) as desk, serving(front) as origin, open_page() as page:
        form = {"grant_type": "password", "username": ADMIN, "password": PASSWORD}
        token = checked(desk.post("/v1/auth/token", data=form))["access_token"]
        desk.headers["Authorization"] = f"Bearer {token}"
        browser = page.context.browser
        assert browser
        yield Stage(server, desk, origin, browser)
