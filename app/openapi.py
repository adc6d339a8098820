"""The OpenAPI document: one whole, and one for each tree."""

import json
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import Route

from app import __version__
from app.core.http.conditional import etag_of, not_modified
from app.core.http.layers import is_private
from app.core.http.problems import PROBLEM_TYPE, problem_schemas
from app.core.http.routes import GuardedRoute
from app.staff.guards import Guard

Tree = Literal["all", "public", "editor"]

DESCRIPTION = """The headless CMS for small newsrooms: one API for writers, readers and the inbox,
in Arabic and English.

Everything under `/v1` outside of `/v1/editor` and `/v1/auth` is public. To try the editor's doors, press **Authorize**
and sign in with your e-mail address and password, or paste an API key. Errors are RFC 9457 problems; every answer
carries `X-Request-Id`.
"""

TAGS = [
    {"name": "stories", "description": "What readers read: lists, stories, pages, old addresses."},
    {"name": "comments", "description": "What readers say below a story."},
    {"name": "contact", "description": "What readers tell the newsroom."},
    {"name": "challenge", "description": "What a form needs before it is shown."},
    {"name": "readers", "description": "Telling readers apart who have no account."},
    {"name": "terms", "description": "Sections, tags, bylines and series."},
    {"name": "site", "description": "The magazine itself."},
    {"name": "feeds", "description": "What machines follow and crawl: feeds, sitemaps, robots.txt."},
    {"name": "auth", "description": "Signing in and out."},
    {"name": "editor: posts", "description": "Writing and publishing."},
    {"name": "editor: terms", "description": "Ordering stories: sections, tags, bylines, series and fronts."},
    {"name": "editor: redirects", "description": "Paths of the front end that lead elsewhere."},
    {"name": "editor: comments", "description": "The queue of comments and its decisions."},
    {"name": "editor: contact", "description": "The inbox."},
    {"name": "editor: activity", "description": "What happened, for people and machines, and what is stuck."},
    {"name": "editor: site", "description": "The settings of the magazine."},
    {"name": "editor: staff", "description": "Who works here: accounts, invitations, API keys."},
    {"name": "editor: webhooks", "description": "Telling other servers what happened."},
]

_KEY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "mh_…",
    "description": "An API key of `POST /v1/editor/api-keys`, for programs: `Authorization: Bearer mh_…`. It opens "
    "what it lists, within what its maker may do; a door that does not name it here is for people only.",
}

_EVERYWHERE = {
    "default": {
        "description": "Any error, as RFC 9457 problem+json.",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def document(app: FastAPI, tree: Tree = "all") -> dict[str, Any]:
    """The OpenAPI 3.1 document of one tree or both, with the problem models that every operation may answer."""
    routes = [route for route in app.router.routes if tree == "all" or _is_in(route, tree)]
    made = get_openapi(
        title="Masthead",
        version=__version__,
        description=DESCRIPTION,
        routes=routes,
        tags=TAGS,
        servers=[{"url": "/", "description": "this server"}],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(problem_schemas())
    _name_keys(made, routes)
    for path in made["paths"].values():
        for operation in path.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422", "")):
                del answers["422"]
            answers.update(_EVERYWHERE)
    return made


def _name_keys(made: dict[str, Any], routes: list[Any]) -> None:
    """Say of each operation whether an API key may open it in place of a person's token."""
    for route in routes:
        guard = route.guard if isinstance(route, GuardedRoute) else None
        if not isinstance(guard, Guard):
            continue
        for method in filter(guard.takes_keys, route.methods):
            made["paths"][route.path_format][method.lower()]["security"].append({"api_key": []})
            made["components"]["securitySchemes"]["api_key"] = _KEY


def _is_in(route: Any, tree: Tree) -> bool:
    return isinstance(route, Route) and is_private(route.path) == (tree == "editor")


def openapi_route(app: FastAPI) -> Route:
    """`GET /openapi.json`, made on first use and kept."""
    kept: list[bytes] = []

    async def openapi_json(request: Request) -> Response:
        if not kept:
            kept.append(json.dumps(document(app), ensure_ascii=False).encode())
        headers = {"ETag": etag_of(kept[0]), "Cache-Control": "public, max-age=60"}
        if not_modified(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(kept[0], headers=headers, media_type="application/json")

    return Route("/openapi.json", openapi_json, include_in_schema=False)
