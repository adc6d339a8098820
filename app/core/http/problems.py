"""Every error as RFC 9457 `application/problem+json`: one table from exceptions to answers, for all floors above."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core.clock import wire_time
from app.core.errors import Conflict, DomainError, FieldError, Invalid, Malformed, NotFound

log = structlog.get_logger("masthead")

PROBLEM_TYPE = "application/problem+json"
MOST_ERRORS = 50

_OBJECT_WANTED = frozenset({"model_attributes_type", "model_type", "dict_type"})
_TITLES = {
    400: ("malformed", "Malformed request"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    413: ("too-large", "Body too large"),
    500: ("internal", "Internal error"),
}


class ProblemError(BaseModel):
    """One thing wrong with one member of the request."""

    pointer: Annotated[str, Field(examples=["/body/title"])]
    code: Annotated[str, Field(examples=["string_too_short"])]
    detail: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it; more members may stand beside these."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(examples=["/problems/not-found"])]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="the request id")]


class InvalidProblem(Problem):
    """Names each member and what would be right."""

    errors: list[ProblemError]


class ConflictProblem(Problem):
    """`code` says which rule was broken, `allowed` what the state would permit."""

    code: str
    allowed: list[str] | None = None


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: the errors that its verb may raise, grouped by status."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {status: _documented(status, kinds) for status, kinds in sorted(by_status.items())}


def _documented(status: int, kinds: list[type[DomainError]]) -> dict[str, Any]:
    model = InvalidProblem if status == Invalid.status else ConflictProblem if status == Conflict.status else Problem
    description = " ".join(dict.fromkeys((kind.__doc__ or kind.title).strip().split("\n")[0] for kind in kinds))
    return {"description": description, "content": {PROBLEM_TYPE: {"schema": _reference(model)}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def problem_schemas() -> dict[str, Any]:
    """The schemas that `problems()` points at, for the components of the OpenAPI document."""
    template = "#/components/schemas/{model}"
    return {
        model.__name__: {
            key: value for key, value in model.model_json_schema(ref_template=template).items() if key != "$defs"
        }
        for model in (Problem, InvalidProblem, ConflictProblem, ProblemError)
    }


def problem_bytes(status: int, slug: str, title: str, detail: str, instance: str, members: Mapping[str, Any]) -> bytes:
    """The body of a problem answer; lone surrogates are escaped, so that it can always be sent."""
    document = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail, "instance": instance}
    text = json.dumps(document | dict(members), ensure_ascii=False, default=_plain)
    return text.encode("utf-8", "backslashreplace")


def _plain(value: object) -> str:
    return wire_time(value) if isinstance(value, datetime) else str(value)


def request_id_of(request: Request) -> str:
    """The id that the outermost layer gave this request."""
    return str(request.scope.get("request_id", ""))


def _answer(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    headers: Mapping[str, str],
    members: Mapping[str, Any],
) -> Response:
    body = problem_bytes(status, slug, title, detail, request_id_of(request), members)
    safe = {name: value if value.isascii() else quote(value) for name, value in headers.items()}
    return Response(body, status, safe, PROBLEM_TYPE)


async def on_domain_error(request: Request, error: Exception) -> Response:
    """A rule said no: its own status, title and members."""
    assert isinstance(error, DomainError)
    return _answer(request, error.status, error.slug, error.title, error.detail, error.headers, error.members)


def problem_of(error: DomainError, instance: str) -> Problem:
    """The same as a member of a larger answer, for batches in which each item stands or falls alone."""
    kind = type(error)
    shared = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status}
    return Problem(**shared, detail=error.detail, instance=instance, **error.members)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Pydantic said no: 404 for an id that cannot be one, 400 for broken JSON, else 422 with pointers and no echo."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["loc"][:1] == ("path",) for item in found):
        return await on_domain_error(request, NotFound())
    if any(item["type"] == "json_invalid" for item in found):
        return await on_domain_error(request, Malformed("the body is not valid JSON"))
    return await on_domain_error(request, Invalid(*field_errors(found)))


def field_errors(found: Iterable[Mapping[str, Any]], *, part: str | None = None) -> list[FieldError]:
    """Pydantic's errors as ours; `part` stands before pointers that do not begin with body or query."""
    return [
        FieldError(pointer(part, item["loc"]), str(item["type"]), _detail(item)) for item in list(found)[:MOST_ERRORS]
    ]


def _detail(item: Mapping[str, Any]) -> str:
    """Pydantic's words, where they speak to a programmer of Python put for one of HTTP."""
    if item["type"] in _OBJECT_WANTED:
        return "must be a JSON object"
    said = str(item["msg"]).removeprefix("Value error, ").replace(" after validation", "")
    return "List" + said.removeprefix("Tuple") if said.startswith("Tuple") else said


def pointer(part: str | None, location: Iterable[Any]) -> str:
    """A JSON pointer (RFC 6901) behind `/body` or `/query`."""
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in location]
    return "/" + "/".join([part, *steps] if part else steps)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework itself refuses."""
    assert isinstance(error, HTTPException)
    slug, title = _TITLES.get(error.status_code, ("error", "Error"))
    return _answer(request, error.status_code, slug, title, str(error.detail), error.headers or {}, {})


def unexpected(error: Exception, request_id: str) -> bytes:
    """The body of a 500: the log has the trace, the answer only the request id to ask with."""
    log.error("unexpected", request_id=request_id, exc_info=error)
    slug, title = _TITLES[500]
    return problem_bytes(500, slug, title, "something went wrong; the request id helps to find it", request_id, {})
