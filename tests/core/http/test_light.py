"""A light door hands its function what FastAPI's own solver would, and cannot be built where it could not."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response

from app.core.errors import DomainError
from app.core.http.light import LightRoute
from app.core.http.problems import on_domain_error
from app.core.http.routes import StrictRoute


async def _colour(x_colour: Annotated[str | None, Header()] = None) -> str:
    return x_colour or "none"


async def _seen(request: Request, colour: Annotated[str, Depends(_colour)], name: str) -> dict[str, Any]:
    return {"method": request.method, "colour": colour, "name": name}


async def _door(
    request: Request,
    name: str,
    seen: Annotated[dict[str, Any], Depends(_seen)],
    x_size: Annotated[str | None, Header()] = None,
) -> Response:
    """A door."""
    return Response(f"{name} {seen} {x_size} {(await request.body()).decode()}", 201)


async def _typed(name: int) -> Response:
    """A number from the path."""
    return Response(str(name))


async def _asked(name: str, page: int = 1) -> Response:
    """A parameter of the query."""
    return Response(f"{name} {page}")


async def _needed(name: str, x_size: Annotated[str, Header()]) -> Response:
    """A header that has to be there."""
    return Response(f"{name} {x_size}")


def planted(route: type[StrictRoute], endpoint: Any = _door) -> FastAPI:
    router = APIRouter(route_class=route)
    router.post("/doors/{name}", response_model=None)(endpoint)
    app = FastAPI(exception_handlers={DomainError: on_domain_error})
    app.include_router(router)
    return app


async def answer(route: type[StrictRoute], path: str, headers: dict[str, str]) -> tuple[int, str]:
    app = planted(route)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example") as client:
        found = await client.post(path, headers=headers, content="نص".encode())
    return found.status_code, found.text


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/doors/harbour", "/doors/%D9%85", "/doors/harbour?page=2"])
@pytest.mark.parametrize("headers", [{}, {"X-Colour": "red", "x-size": "9"}, {"x-size": ""}])
async def test_it_answers_like_a_strict_one(path: str, headers: dict[str, str]) -> None:
    light = await answer(LightRoute, path, headers)
    assert light == await answer(StrictRoute, path, headers)
    assert light[0] == (422 if "?" in path else 201)


def test_both_are_documented_alike() -> None:
    assert planted(LightRoute).openapi() == planted(StrictRoute).openapi()


@pytest.mark.parametrize("endpoint", [_typed, _asked, _needed])
def test_what_it_would_not_check_it_does_not_take(endpoint: Any) -> None:
    with pytest.raises(TypeError, match="StrictRoute"):
        planted(LightRoute, endpoint)
