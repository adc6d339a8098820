"""Our three kinds of route: `StrictRoute` refuses what it does not know, `GuardedRoute` asks who you are before it
reads a body, `HotRoute` keeps its OpenAPI entry and skips dependency solving.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol, get_args, runtime_checkable
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends, Form
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.convertors import Convertor, register_url_convertor

from app.core.errors import DomainError, Malformed, UnsupportedMediaType
from app.core.http.query import refuse_unknown
from app.core.http.ready import hot_app

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Id(Convertor[str]):
    """`{comment_id:id}`: only a UUID is an id, so that a fixed path beside it keeps its own methods (405, Allow)."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def convert(self, value: str) -> str:
        """Text as it stands: `parse_id` makes the UUID."""
        return value

    def to_string(self, value: str) -> str:
        """The same."""
        return value


register_url_convertor("id", _Id())

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded"})


@runtime_checkable
class Guard(Protocol):
    """What stands before a route: raises Unauthenticated, Forbidden or NotFound, or puts the actor into the scope."""

    async def admit(self, request: Request) -> None:
        """Decide before any of the body is read."""


class StrictRoute(APIRoute):
    """Unknown or repeated query parameters are 422, wrong content types 415, broken JSON 400, in that order of need."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler behind our checks."""
        solve = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))
        checks_body = _body_check(self)

        async def handle(request: Request) -> Response:
            try:
                await self.before(request)
                if checks_body is not None:
                    await checks_body(request)
                refuse_unknown(request.scope["query_string"], known)
                return await solve(request)
            except DomainError as error:
                return await self.refused(request, error)

        return handle

    async def before(self, request: Request) -> None:
        """Nothing stands before a public door."""

    async def refused(self, request: Request, error: DomainError) -> Response:
        """What is answered when a rule said no; raised again, it becomes a problem."""
        raise error


class GuardedRoute(StrictRoute):
    """A door of the editor tree: cannot be built without a guard in its signature."""

    guard: Guard

    def get_route_handler(self) -> Handler:
        """Finds the guard among the endpoint's parameters."""
        guards = [guard for guard in map(_guard_in, inspect.signature(self.endpoint).parameters.values()) if guard]
        if len(guards) != 1:
            raise TypeError(
                f"{self.path}: a route of the editor tree takes exactly one guarded actor, not {len(guards)}"
            )
        self.guard = guards[0]
        return super().get_route_handler()

    async def before(self, request: Request) -> None:
        """401, 403 and 404 come before anything in the body is looked at."""
        await self.guard.admit(request)


class HotRoute(APIRoute):
    """A public read whose endpoint is called straight from ASGI and returns `Ready` bytes."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = hot_app(path, endpoint)


def _query_names(dependant: Dependant) -> list[str]:
    own = [name for field in dependant.query_params for name in _names_of(field)]
    return own + [name for inner in dependant.dependencies for name in _query_names(inner)]


def _names_of(field: ModelField) -> list[str]:
    """A parameter's own name, or those of a query model's members."""
    model = field.field_info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [info.alias or name for name, info in model.model_fields.items()]
    return [field.alias]


def _guard_in(parameter: inspect.Parameter) -> Guard | None:
    for item in get_args(parameter.annotation)[1:]:
        if isinstance(item, Depends) and isinstance(item.dependency, Guard):
            return item.dependency
    return None


def _body_check(route: APIRoute) -> Callable[[Request], Awaitable[None]] | None:
    """Checks type and syntax of the body before FastAPI looks at it; None for routes that read none."""
    if route.body_field is None:
        return None
    if isinstance(route.body_field.field_info, Form):
        return _check_form
    return _check_json


async def _check_form(request: Request) -> None:
    """Strict forms: UTF-8 without NUL, which the parser would hand on as Latin-1 and PostgreSQL would not store."""
    if _media_type(request) not in FORM_TYPES:
        raise UnsupportedMediaType("send application/x-www-form-urlencoded")
    try:
        text = unquote_to_bytes(await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise Malformed("the body is not a form in percent-encoded UTF-8 without NUL characters")


async def _check_json(request: Request) -> None:
    """Strict JSON: UTF-8, no repeated names, no NaN, no lone surrogates, no depth that breaks the parser."""
    body = await request.body()
    if not body:
        return
    if _media_type(request) not in JSON_TYPES:
        raise UnsupportedMediaType("send application/json")
    try:
        request._json = strict_json(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not valid JSON in UTF-8, without repeated names, NaN or lone surrogates") from None


def strict_json(body: bytes) -> Any:
    """The value of strict JSON text; raises ValueError or RecursionError."""
    value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    if b"\\u" in body:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated name")
    return members


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
