"""Doors through which crowds write: documented by FastAPI, their few dependencies called without its solver."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import DomainError
from app.core.http.query import refuse_unknown
from app.core.http.routes import StrictRoute


class LightRoute(StrictRoute):
    """A door that takes the request, texts of its path, optional headers, and dependencies which take no more."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = _light_app(_plan_of(self.dependant, path), self.refused)


class _Plan(NamedTuple):
    """How one function is called: where its arguments come from, by their names."""

    call: Callable[..., Awaitable[Any]]
    request: str | None
    path: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    inner: tuple[tuple[str | None, "_Plan"], ...]


def _plan_of(dependant: Dependant, path: str) -> _Plan:
    """Read from what FastAPI has read in the signatures. Raises TypeError for what only its own solver can do."""
    unknown = (*dependant.query_params, *dependant.cookie_params, *dependant.body_params)
    typed = [field for field in dependant.path_params if field.field_info.annotation is not str]
    needed = [field for field in dependant.header_params if field.field_info.annotation != (str | None)]
    if dependant.call is None or unknown or typed or needed:
        raise TypeError(f"{path}: this door has to be a StrictRoute, for {dependant.call}")
    return _Plan(
        dependant.call,
        dependant.request_param_name,
        tuple(field.name for field in dependant.path_params),
        tuple((field.name, field.alias) for field in dependant.header_params),
        tuple((inner.name, _plan_of(inner, path)) for inner in dependant.dependencies),
    )


def _light_app(plan: _Plan, refused: Callable[[Request, DomainError], Awaitable[Response]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            refuse_unknown(scope["query_string"], frozenset())
            answer: Response = await _called(plan, request)
        except DomainError as error:
            answer = await refused(request, error)
        await answer(scope, receive, send)

    return app


async def _called(plan: _Plan, request: Request) -> Any:
    arguments: dict[str, Any] = {name: request.path_params[name] for name in plan.path}
    if plan.request is not None:
        arguments[plan.request] = request
    for name, header in plan.headers:
        arguments[name] = request.headers.get(header)
    for inner_name, inner in plan.inner:
        value = await _called(inner, request)
        if inner_name is not None:
            arguments[inner_name] = value
    return await plan.call(**arguments)
