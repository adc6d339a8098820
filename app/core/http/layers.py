"""The layers around the routes, pure ASGI: envelope (id, headers, CORS, log, last resort), then HEAD, size and NUL."""

import re
from collections.abc import Callable
from contextlib import suppress
from random import getrandbits
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.clock import monotonic
from app.core.http.access import AccessLog
from app.core.http.problems import PROBLEM_TYPE, problem_bytes, unexpected

MAX_BODY = 1024 * 1024

Headers = list[tuple[bytes, bytes]]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_ALLOWED_HEADERS = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Reader-Key, X-Request-Id"
)
_EXPOSED_HEADERS = b"ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed"
_PUBLIC: Headers = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED_HEADERS)]
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_CACHING = frozenset({b"cache-control", b"surrogate-key", b"cache-tag"})
_NO_STORE = (b"cache-control", b"no-store")


def is_private(path: str) -> bool:
    """The trees whose answers no cache may keep."""
    return path.startswith(("/v1/editor/", "/v1/auth/")) or path in ("/v1/editor", "/v1/auth")


class Envelope:
    """The outermost layer: answers have a request id and their headers, crashes are problems, requests a log line."""

    def __init__(self, app: ASGIApp, *, editor_origins: tuple[str, ...], access_log: AccessLog | None) -> None:
        self.app = app
        self.editor_origins = frozenset(origin.encode() for origin in editor_origins)
        self.log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = monotonic()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else _new_request_id()
        scope["request_id"] = request_id.decode()
        added = [*self._cors(scope["path"], headers.get(b"origin")), (b"x-request-id", request_id), _NOSNIFF]
        secret = b"authorization" in headers or is_private(scope["path"])
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent: Headers = list(message.get("headers", ()))
                if secret or status >= 400:
                    sent = [item for item in sent if item[0].lower() not in _CACHING] + [_NO_STORE]
                message["headers"] = sent + added
            await send(message)

        try:
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers and b"origin" in headers:
                await _empty(send_with_headers, 204, _preflight(headers))
            else:
                await self.app(scope, receive, send_with_headers)
        except Exception as error:
            body = unexpected(error, scope["request_id"])
            if status:
                raise
            await _problem(send_with_headers, 500, body)
        finally:
            if self.log is not None:
                self.log.write(scope, status, monotonic() - began)

    def _cors(self, path: str, origin: bytes | None) -> Headers:
        """Anyone may read what is public; only named front ends may script the editor tree, and none sends cookies."""
        if not is_private(path):
            return _PUBLIC
        vary = (b"vary", b"Origin")
        if origin not in self.editor_origins:
            return [vary]
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED_HEADERS), vary]


def _preflight(headers: dict[bytes, bytes]) -> Headers:
    return [
        (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
        (b"access-control-allow-headers", _ALLOWED_HEADERS),
        (b"access-control-max-age", b"7200"),
        (b"cache-control", b"no-store"),
    ]


def _new_request_id() -> bytes:
    # not from the system's entropy: it names a line in the log and guards nothing, and is made for every request
    return b"%032x" % getrandbits(128)


class Gate:
    """HEAD from GET, bodies over 1 MiB refused while they arrive, paths with a NUL or broken UTF-8 unknown."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", "head": True}  # streams end behind their headers
            send = _without_body(send)
        if "\x00" in scope["path"] or "\ufffd" in scope["path"] or b"%00" in scope["query_string"]:
            await self._refuse_nul(scope, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if length and not (length.isdigit() and len(length) < 19 and int(length) <= MAX_BODY):
            await _too_large(scope, send)
            return
        if length or scope["method"] == "GET":  # no door reads the body of a GET
            await self.app(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A chunked body says its size only by arriving; whatever the app makes of the interruption becomes the 413."""
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BODY:
                raise _TooLarge
            return message

        async def send_unless_over(message: Message) -> None:
            if seen <= MAX_BODY:
                await send(message)

        with suppress(_TooLarge):
            await self.app(scope, receive_counted, send_unless_over)
        if seen > MAX_BODY:
            await _too_large(scope, send)

    async def _refuse_nul(self, scope: Scope, send: Send) -> None:
        if b"%00" in scope["query_string"]:
            detail = "the query must not contain NUL characters"
            members: dict[str, Any] = {"errors": [{"pointer": "/query", "code": "nul", "detail": detail}]}
            body = problem_bytes(422, "invalid", "Invalid input", detail, scope["request_id"], members)
            await _problem(send, 422, body)
        else:
            body = problem_bytes(
                404, "not-found", "Not found", "There is nothing at this address.", scope["request_id"], {}
            )
            await _problem(send, 404, body)


class _TooLarge(Exception):
    """More body arrived than is allowed."""


async def _too_large(scope: Scope, send: Send) -> None:
    detail = f"the body may have at most {MAX_BODY} bytes"
    await _problem(send, 413, problem_bytes(413, "too-large", "Body too large", detail, scope["request_id"], {}))


def _without_body(send: Send) -> Callable[[Message], Any]:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


async def _problem(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    if status == 413:
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _empty(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
