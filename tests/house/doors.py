"""The doors of the whole server, as the tests walk them."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from app.core.http.routes import GuardedRoute
from app.core.settings import Settings
from app.main import create_app
from app.staff.guards import Guard
from tests.newsroom import SECRET

Door = tuple[str, str]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The server as it is built, opened by nobody."""
    return make_app(tmp_path_factory.mktemp("doors"))


def make_app(folder: Path) -> FastAPI:
    url = f"sqlite:///{folder}/doors.sqlite3"
    return create_app(Settings(_env_file=None, database_url=url, secret_key=SECRET, log="off"))


def routes(app: FastAPI) -> list[Route]:
    """Every route, in the order in which they are tried."""
    found = []
    for route in app.router.routes:
        assert isinstance(route, Route), f"{route} hides routes behind it: hang them flat"
        found.append(route)
    return found


def api_routes(app: FastAPI) -> list[APIRoute]:
    return [route for route in routes(app) if isinstance(route, APIRoute)]


def doors_of(route: Route) -> list[Door]:
    """(method, path), HEAD left out: it is GET."""
    return [(method, route.path_format) for method in sorted(route.methods or ()) if method != "HEAD"]


def guards(app: FastAPI) -> dict[Door, Guard]:
    """Each guarded door with its guard."""
    found: dict[Door, Guard] = {}
    for route in routes(app):
        if isinstance(route, GuardedRoute):
            assert isinstance(route.guard, Guard)
            found |= dict.fromkeys(doors_of(route), route.guard)
    return found
