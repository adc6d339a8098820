"""Every door is where it belongs: guarded behind the fence, async, documented, and the hot ones in front."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlmodel import SQLModel
from starlette.routing import Match

from app.core.http.layers import is_private
from app.core.http.ready import Ready
from app.core.http.routes import GuardedRoute, HotRoute, StrictRoute
from app.openapi import TAGS
from app.staff.permissions import Permission
from tests.house.doors import api_routes, app, doors_of, guards, routes

__all__ = ["app"]

# the only doors of the private trees which cannot ask who you are: they are how you tell
SIGN_IN = {
    ("POST", "/v1/auth/token"),
    ("POST", "/v1/auth/revocation"),
    ("POST", "/v1/auth/invitations/accept"),
    ("POST", "/v1/auth/password/forgot"),
    ("POST", "/v1/auth/password/reset"),
}

HOT = ("/v1/posts", "/v1/posts/some-slug", "/v1/posts/some-slug/comments")
MOST_AHEAD = 10


def test_whatever_is_private_is_guarded(app: FastAPI) -> None:
    for route in routes(app):
        behind_fence = is_private(route.path) and not set(doors_of(route)) <= SIGN_IN
        assert isinstance(route, GuardedRoute) == behind_fence, route.path


def test_every_guard_asks_for_a_permission(app: FastAPI) -> None:
    for door, guard in guards(app).items():
        assert guard.permissions, door
        assert all(isinstance(permission, Permission) for permission in guard.permissions), door


def test_every_door_of_the_api_refuses_what_it_does_not_know(app: FastAPI) -> None:
    for route in routes(app):
        if route.path.startswith("/v1"):
            assert isinstance(route, StrictRoute | HotRoute), route.path


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """The function of a route or dependency, and those of all that it depends on."""
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from calls_of(inner)


def is_async(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004  whether it is async is asked, not whether it can be called


def test_nothing_goes_through_the_thread_pool(app: FastAPI) -> None:
    for route in routes(app):
        calls = list(calls_of(route.dependant)) if isinstance(route, APIRoute) else [route.endpoint]
        assert calls
        assert [call for call in calls if not is_async(call)] == [], route.path


@pytest.mark.parametrize("path", HOT)
def test_little_stands_ahead_of_the_hot_doors(app: FastAPI, path: str) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for ahead, route in enumerate(routes(app)):
        if route.matches(scope)[0] is Match.FULL:
            assert isinstance(route, HotRoute)
            assert ahead <= MOST_AHEAD
            return
    pytest.fail(f"no door takes {path}")


def test_hot_doors_are_public_and_return_ready_bytes(app: FastAPI) -> None:
    for route in routes(app):
        if isinstance(route, HotRoute):
            assert not is_private(route.path)
            assert route.methods == {"GET"}
            assert inspect.signature(route.endpoint).return_annotation is Ready, route.path


def documented(app: FastAPI) -> list[APIRoute]:
    return [route for route in api_routes(app) if route.include_in_schema]


def test_every_door_is_documented(app: FastAPI) -> None:
    known = {tag["name"] for tag in TAGS}
    undocumented = {
        route.path: missing
        for route in documented(app)
        if (
            missing := [
                name
                for name, there in (
                    ("operation_id", route.operation_id),
                    ("docstring", inspect.getdoc(route.endpoint)),
                    ("tag of app.openapi.TAGS", route.tags and set(route.tags) <= known),
                )
                if not there
            ]
        )
    }
    assert undocumented == {}


def test_operation_ids_are_readable_and_unique(app: FastAPI) -> None:
    ids = [route.operation_id or "" for route in documented(app)]
    assert [name for name in ids if ids.count(name) > 1] == []
    assert [name for name in ids if not (name.isalnum() and name.isascii() and name[:1].islower())] == []


def test_every_door_that_answers_json_says_with_which_model(app: FastAPI) -> None:
    silent = [
        f"{door}"
        for route in documented(app)
        for door in doors_of(route)
        if route.response_model is None and route.status_code not in (204, 303) and door not in SIGN_IN
    ]
    assert silent == []


def models_in(annotation: Any, seen: set[Any]) -> set[Any]:
    """Every class in an annotation and in the members of its models."""
    if annotation in seen:
        return seen
    if inspect.isclass(annotation) and not get_args(annotation):
        seen.add(annotation)
        if issubclass(annotation, BaseModel):
            for field in annotation.model_fields.values():
                models_in(field.annotation, seen)
    for part in get_args(annotation):
        models_in(part, seen)
    return seen


def test_no_table_class_crosses_the_wire(app: FastAPI) -> None:
    for route in api_routes(app):
        seen: set[Any] = set()
        models_in(route.response_model, seen)
        if route.body_field is not None:
            models_in(route.body_field.field_info.annotation, seen)
        for field in route.dependant.query_params:
            models_in(field.field_info.annotation, seen)
        assert [model for model in seen if inspect.isclass(model) and issubclass(model, SQLModel)] == [], route.path


def test_every_creating_door_can_be_repeated_safely(app: FastAPI) -> None:
    for route in documented(app):
        names = {field.alias for dependant in _all(route.dependant) for field in dependant.header_params}
        if route.path.startswith("/v1/auth"):
            assert "idempotency-key" not in names, route.path
        elif "POST" in (route.methods or ()) and route.status_code in (201, 202):
            assert "idempotency-key" in names, route.path


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)
