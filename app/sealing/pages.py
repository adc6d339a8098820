"""Pages that need no server to do their work: a source seals a tip, an editor opens one; and modules for front ends."""

import base64
from functools import cache
from hashlib import sha256
from importlib import resources

from fastapi import APIRouter, Request, Response

NEW_PATH, OPEN_PATH = "/tips/new", "/tips/open"
SEAL_PATH, OPENER_PATH = "/widgets/seal.js", "/widgets/open.js"
# who asks for one of these is about to send a tip, or to read one: the log is silent about it
SILENT_PATHS = frozenset({NEW_PATH, OPEN_PATH, SEAL_PATH, OPENER_PATH})

_OURS = resources.files(__package__) / "static"
# `no-store` leaves no trace in the browser's cache
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_DIRECTIONS = {"en": "ltr", "ar": "rtl"}

router = APIRouter(include_in_schema=False)


@router.get(NEW_PATH)
async def write_tip(request: Request) -> Response:
    """A source writes here; the text is sealed before it leaves the browser."""
    return _page(request, "new.html", _script("seal.js", "page.js", "new-page.js"), "connect-src 'self'")


@router.get(OPEN_PATH)
async def open_tip(request: Request) -> Response:
    """An editor opens a sealed tip here, or in a saved copy of this one file."""
    return _page(request, "open.html", _script("open.js", "page.js", "open-page.js"), "connect-src 'none'")


@router.get(SEAL_PATH)
async def send_sealer() -> Response:
    """The module with `sealTip`."""
    return Response(_script("seal.js"), headers=_HEADERS, media_type="text/javascript")


@router.get(OPENER_PATH)
async def send_opener() -> Response:
    """The module with `openTip` and `generateKey`."""
    return Response(_script("open.js"), headers=_HEADERS, media_type="text/javascript")


@cache
def _script(*names: str) -> str:
    return "\n".join(_read(name) for name in ("envelope.js", *names))


@cache
def _read(name: str) -> str:
    return _OURS.joinpath(name).read_text(encoding="utf-8")


def _page(request: Request, name: str, script: str, connections: str) -> Response:
    language = "ar" if request.query_params.get("locale", "").startswith("ar") else "en"
    style = _read("tips.css")
    # It stands in the page as well, for the copy on an editor's disk, which comes without headers. The empty icon in a
    # `data:` address keeps browsers from asking for /favicon.ico.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; {connections}; "
        "form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    )
    parts = {"lang": language, "dir": _DIRECTIONS[language], "policy": policy, "style": style, "script": script}
    body = _read(name)
    for part, value in parts.items():
        body = body.replace("{{" + part + "}}", value)
    headers = {**_HEADERS, "Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return Response(body, headers=headers, media_type="text/html")


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
