"""When no route takes a request: 404 after the fence, 405 with every method that the path knows."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.core.errors import NotFound
from app.core.http.layers import is_private
from app.core.http.problems import on_domain_error, on_http_exception


def allowed_methods(app: FastAPI, path: str) -> str:
    """All methods of all routes that match the path, HEAD wherever GET, for the Allow header."""
    methods: set[str] = set()
    for route in app.router.routes:
        if isinstance(route, Route) and route.path_regex.match(path):
            methods |= route.methods or set()
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


async def on_framework_refusal(request: Request, error: Exception) -> Response:
    """What Starlette raises; a 405 gets the whole Allow list, since it knows only the first matching route."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        error = HTTPException(405, headers={"Allow": allowed_methods(request.app, request.scope["path"])})
    return await on_http_exception(request, error)


def unknown_path(admit: Callable[[Request], Awaitable[None]]) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The app behind all routes: inside the editor tree only who is known learns that nothing is there."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if is_private(scope["path"]) and not scope["path"].startswith("/v1/auth"):
            await admit(request)
        response = await on_domain_error(request, NotFound())
        await response(scope, receive, send)

    return app
