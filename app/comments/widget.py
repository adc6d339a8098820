"""The widget `<masthead-comments>`: one script for front ends on any origin, its integrity, and a page to try it on."""

import base64
import json
from functools import cache
from hashlib import sha256, sha384
from html import escape
from importlib import resources

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.core.http.conditional import etag_of, not_modified

SCRIPT_PATH, CARD_PATH, DEMO_PATH = "/widgets/comments.js", "/widgets/comments.json", "/widgets/comments"
MODULES = (
    "texts.js",
    "words.js",
    "style.js",
    "nodes.js",
    "store.js",
    "server.js",
    "proof.js",
    "live.js",
    "dialog.js",
    "form.js",
    "comment.js",
    "thread.js",
    "element.js",
)

_OURS = resources.files(__package__) / "static"
_DIRECTIONS = {"en": "ltr", "ar": "rtl"}
_NEWEST = "public, max-age=600, stale-while-revalidate=86400"
_FOR_EVER = "public, max-age=31536000, immutable"
# pages that are isolated from other origins may load it too
_FOR_ALL = {"Cross-Origin-Resource-Policy": "cross-origin"}

router = APIRouter(include_in_schema=False)


@router.get(SCRIPT_PATH)
async def send_script(request: Request) -> Response:
    """The widget as this server has it now."""
    return _sent(request, script(), "text/javascript", _NEWEST)


@router.get(CARD_PATH)
async def send_card(request: Request) -> Response:
    """Which version this is, where it stays, and what a browser may check it with."""
    card = {"version": version(), "url": address(), "integrity": integrity()}
    return _sent(request, json.dumps(card), "application/json", _NEWEST)


@router.get("/widgets/{wanted}/comments.js")
async def send_version(request: Request, wanted: str) -> Response:
    """The same script under an address that never means another one. Raises NotFound for other versions."""
    if wanted != version():
        raise NotFound()
    return _sent(request, script(), "text/javascript", _FOR_EVER)


@router.get(DEMO_PATH)
async def try_it(request: Request) -> Response:
    """A page under the strictest policy that the widget works with, for any story of the magazine."""
    language = "ar" if request.query_params.get("locale", "").startswith("ar") else "en"
    style, page_script = _read("demo.css"), _read("demo.js")
    source = f"{request.app.state.settings.base_url}{address()}"
    snippet = (
        f'<script src="{source}" integrity="{integrity()}" crossorigin async></script>\n'
        '<masthead-comments slug="…" locale="en"></masthead-comments>'
    )
    parts = {
        "lang": language,
        "dir": _DIRECTIONS[language],
        "style": style,
        "script": page_script,
        "source": address(),
        "integrity": integrity(),
        "snippet": escape(snippet),
    }
    body = _read("demo.html")
    for part, value in parts.items():
        body = body.replace("{{" + part + "}}", value)
    policy = (
        f"default-src 'none'; script-src 'self' {_hash(page_script)}; style-src {_hash(style)}; connect-src 'self'; "
        "worker-src blob:; img-src data:; trusted-types masthead; require-trusted-types-for 'script'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    return Response(body, headers=headers, media_type="text/html")


@cache
def script() -> str:
    """All modules in one closed function, so that a page sees nothing but the element; loaded twice it does nothing."""
    modules = "\n".join(_lean(_read(f"widget/{name}")) for name in MODULES)
    return f'"use strict";\ncustomElements.get("masthead-comments") || (() => {{\n{modules}\n}})();\n'


@cache
def version() -> str:
    """A name for exactly these bytes."""
    return sha256(script().encode()).hexdigest()[:12]


@cache
def integrity() -> str:
    """What stands in the `integrity` attribute of a script element."""
    return f"sha384-{base64.b64encode(sha384(script().encode()).digest()).decode()}"


def address() -> str:
    """The path of this version."""
    return f"/widgets/{version()}/comments.js"


def _lean(source: str) -> str:
    """Without lines of comment and indentation: a sixth less to load, and still readable in a debugger."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/**")))


def _sent(request: Request, body: str, media_type: str, cache_control: str) -> Response:
    content = body.encode()
    etag = etag_of(content)
    headers = {"Cache-Control": cache_control, "ETag": etag, **_FOR_ALL}
    if not_modified(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


@cache
def _read(name: str) -> str:
    return _OURS.joinpath(name).read_text(encoding="utf-8")


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
