"""Answers that are ready as bytes: sent straight through ASGI with a strong ETag, 304, and caching headers."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from fastapi.params import Query
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.db import Database
from app.core.http.conditional import etag_of, not_modified
from app.core.http.query import query_parser

# a browser asks again each time (304 is cheap), a shared cache may keep a minute and serve stale while it asks
CACHE_CONTROL = b"public, max-age=0, s-maxage=60, stale-while-revalidate=600"


@dataclass(frozen=True, slots=True)
class Ready:
    """Bytes to send; `keys` are the surrogate keys under which shared caches may be purged."""

    body: bytes
    keys: tuple[str, ...] = ()
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = b"application/json"
    cache_control: bytes = field(default=CACHE_CONTROL)

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, or 304 when the reader's If-None-Match names it."""
        headers = list(self.headers)
        headers.append((b"cache-control", self.cache_control))
        if self.keys:
            keys = " ".join(self.keys).encode()
            headers.extend(((b"surrogate-key", keys), (b"cache-tag", keys.replace(b" ", b","))))
        body, status = self.body, self.status
        if status == 200:
            etag = etag_of(body)
            headers.append((b"etag", etag.encode()))
            given = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
            if given is not None and not_modified(given.decode("latin-1"), etag):
                body, status = b"", 304
        if status != 304:
            headers.append((b"content-type", self.media_type))
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def hot_app(path: str, endpoint: Callable[..., Awaitable[Ready]]) -> ASGIApp:
    """An ASGI app that calls the endpoint with what its signature names: `db`, `at`, `query` and path parameters.
    Outside of `/v1` a door that declares no query ignores whatever stands in it.
    """
    parameters = inspect.signature(endpoint).parameters
    model = _query_model(parameters.get("query"))
    parse = query_parser(model) if model is not None or path.startswith("/v1/") else _ignored
    wants_time = "at" in parameters
    path_names = tuple(name for name in parameters if name not in ("db", "at", "query"))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        db: Database = scope["app"].state.db
        arguments: dict[str, Any] = {name: scope["path_params"][name] for name in path_names}
        if wants_time:
            arguments["at"] = scope["app"].state.clock()
        query = parse(scope["query_string"])
        if model is not None:
            arguments["query"] = query
        answer = await endpoint(db=db, **arguments)
        await answer.send(scope, send)

    return app


def _ignored(_query_string: bytes) -> None:
    """Nothing in the query is looked at."""


def _query_model(parameter: inspect.Parameter | None) -> type[BaseModel] | None:
    if parameter is None:
        return None
    model: type[BaseModel]
    model, *extras = get_args(parameter.annotation)
    assert issubclass(model, BaseModel)
    assert any(isinstance(extra, Query) for extra in extras)
    return model
