"""The documentation pages: Swagger UI and ReDoc from our own files, under a policy that lets nothing else in."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources
from typing import NamedTuple

import fastapi_offline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_OURS = resources.files(__package__) / "static"
_THEIRS = resources.files(fastapi_offline) / "static"

# The exact names we serve: a name outside this table never reaches the file system.
_FILES = {
    "swagger-ui-bundle.js": (_THEIRS, "text/javascript"),
    "swagger-ui.css": (_THEIRS, "text/css"),
    "redoc.standalone.js": (_THEIRS, "text/javascript"),
    "favicon.png": (_THEIRS, "image/png"),
    "docs.css": (_OURS, "text/css"),
    "docs-init.js": (_OURS, "text/javascript"),
    "redoc-init.js": (_OURS, "text/javascript"),
}

# `data:` because both draw their arrows and icons from addresses inside their own stylesheets and scripts.
_CLOSED = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SWAGGER_POLICY = f"{_CLOSED}; style-src 'self'"
# ReDoc writes its styles from script. Two hashes allow that without 'unsafe-inline': the empty <style>, which it fills
# rule by rule through the CSSOM, and the stylesheet of its scroll bar (a new ReDoc may need a new one: the browser's
# complaint in the test names it). Its search runs in a worker made from a blob, which inherits this policy.
_REDOC_POLICY = (
    f"{_CLOSED}; worker-src blob:; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="/docs/static/favicon.png">
{files}
</head>
<body>
<noscript>
<p>This page needs JavaScript. The whole API is described in <a href="/openapi.json">/openapi.json</a>.</p>
</noscript>
<main id="reference"></main>
</body>
</html>
"""


class _Held(NamedTuple):
    body: bytes
    media_type: str
    etag: str


def docs_routes(title: str) -> list[BaseRoute]:
    """Routes of `/docs`, `/redoc` and their files, for an app whose own `docs_url` and `redoc_url` are None."""
    swagger = _page(f"{title} · Swagger UI", "swagger-ui.css", "docs.css", "swagger-ui-bundle.js", "docs-init.js")
    redoc = _page(f"{title} · ReDoc", "docs.css", "redoc.standalone.js", "redoc-init.js")

    async def show_swagger(request: Request) -> Response:
        return _answer(request, swagger, {"Content-Security-Policy": _SWAGGER_POLICY})

    async def show_redoc(request: Request) -> Response:
        return _answer(request, redoc, {"Content-Security-Policy": _REDOC_POLICY})

    return [
        Route("/docs", show_swagger, include_in_schema=False),
        Route("/redoc", show_redoc, include_in_schema=False),
        Route("/docs/static/{name}", _send_file, include_in_schema=False),
    ]


def _page(title: str, *names: str) -> _Held:
    tags = [
        f'<link rel="stylesheet" href="/docs/static/{name}">'
        if name.endswith(".css")
        else f'<script src="/docs/static/{name}" defer></script>'
        for name in names
    ]
    return _hold(_PAGE.format(title=escape(title), files="\n".join(tags)).encode(), "text/html")


async def _send_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    return _answer(request, _read(name), {})


@cache
def _read(name: str) -> _Held:
    folder, media_type = _FILES[name]
    body = folder.joinpath(name).read_bytes()
    # ReDoc's menu fetches a logo from Redocly, whatever its options: the one foreign address in all these files.
    return _hold(body.replace(b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"data:,"), media_type)


def _hold(body: bytes, media_type: str) -> _Held:
    return _Held(body, media_type, f'"{sha256(body).hexdigest()[:32]}"')


def _answer(request: Request, held: _Held, extra: Mapping[str, str]) -> Response:
    headers = {
        "Cache-Control": "public, max-age=3600",
        "ETag": held.etag,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        **extra,
    }
    known = ",".join(request.headers.getlist("if-none-match")).split(",")
    # Weak comparison, as RFC 9110 asks here: a proxy that compresses turns our tag into W/"…".
    if any(tag.strip().removeprefix("W/") in (held.etag, "*") for tag in known):
        return Response(status_code=304, headers=headers)
    return Response(held.body, headers=headers, media_type=held.media_type)
