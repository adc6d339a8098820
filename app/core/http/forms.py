"""Doors that take a message as JSON or as a plain HTML form: one model, two content types, 303 and HTML for forms."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.exceptions import HTTPException

from app.core.errors import DomainError, FieldError, Invalid, Malformed, UnsupportedMediaType
from app.core.http.answers import REPLAYED
from app.core.http.pages import THANKS_PATH, PlainForm, error_page, html_response, is_spoken
from app.core.http.problems import field_errors
from app.core.http.query import MOST_PARAMETERS
from app.core.http.routes import FORM_TYPES, JSON_TYPES, strict_json

Draft = TypeVar("Draft", bound=BaseModel)

MULTIPART = "multipart/form-data"
BROWSER_TYPES = FORM_TYPES | {MULTIPART, "text/plain"}  # in which browsers send forms
RETURN_TO = "return_to"
MOST_ADDRESS = 2_000
EMBEDDED = "/embed/"  # pages of ours that stand in frames of other sites
SENT = "sent"  # how such a page hears what became of its form: 201 published, 202 held

SEE_OTHER: dict[int | str, dict[str, Any]] = {
    303: {"description": "A plain form was taken: on to `return_to` if that is allowed, else to our own page."}
}

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Back:
    """Where plain forms may lead afterwards: the front end and the origins on the site's list."""

    public_url: str
    origins: tuple[str, ...] = ()

    def target(self, return_to: str | None) -> str | None:
        """The address to lead to, spelled again from its parts, or None."""
        return return_target(return_to, self.public_url, self.origins)

    def after(self, return_to: str | None, status: int) -> str:
        """Where to lead from a form that was taken: the page of ours where it stood, the address, or our thanks."""
        own = own_page(return_to)
        if own is None:
            return self.target(return_to) or THANKS_PATH
        parts = urlsplit(own)
        kept = [(name, value) for name, value in parse_qsl(parts.query) if name != SENT]
        return urlunsplit(parts._replace(query=urlencode([*kept, (SENT, str(status))])))


def return_target(return_to: str | None, public_url: str, allowed: Iterable[str]) -> str | None:
    """The address spelled again from its parsed parts if its origin is one of ours, else None (no open redirect)."""
    origin = _origin(return_to or "")
    if return_to is None or origin is None or origin not in map(_origin, (public_url, *allowed)):
        return None
    scheme, host, port = origin
    parts = urlsplit(return_to)
    netloc = host if port == _PORTS[scheme] else f"{host}:{port}"
    return urlunsplit((scheme, netloc, _ascii(parts.path) or "/", _ascii(parts.query), _ascii(parts.fragment)))


def own_page(return_to: str | None) -> str | None:
    """The path and query of one of our embedded pages, spelled again; None for anything else."""
    if return_to is None or not return_to.startswith(EMBEDDED) or not _is_plain(return_to):
        return None
    parts = urlsplit(return_to)
    if any(unquote(step) in (".", "..") for step in parts.path.split("/")):
        return None
    return urlunsplit(("", "", _ascii(parts.path), _ascii(parts.query), _ascii(parts.fragment)))


def _is_plain(address: str) -> bool:
    return len(address) <= MOST_ADDRESS and "\\" not in address and address.isprintable() and " " not in address


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host in ASCII and port; None for what browsers and we might read differently."""
    if not _is_plain(address):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or ":" in host:
        return None
    return parts.scheme, host, port or _PORTS[parts.scheme]


def _ascii(part: str) -> str:
    return quote(part, safe="/%:@!$&'()*+,;=?~-._")


async def answered(
    request: Request,
    model: type[Draft],
    send: Callable[[Draft], Awaitable[Response]],
    *,
    form: PlainForm,
    back: Back,
    locale: str,
    first: Callable[[], None] | None = None,
) -> Response:
    """Read the body into the model, `send` it, answer as its content type asks; `first` may refuse before that (403).

    Raises Malformed, UnsupportedMediaType, Invalid and what `send` raises; for a form that prefers HTML, as a page.
    """
    if _media_type(request) not in FORM_TYPES:
        if first is not None:
            first()
        return await send(await _from_json(request, model))
    try:
        if first is not None:
            first()
        values = form_values(await request.body())
        sent = await send(_valid(model, {name: value for name, value in values.items() if name != RETURN_TO}))
    except DomainError as error:
        if not prefers_html(request.headers.get("accept", "")):
            raise
        return _as_page(error, form, kept_values(await request.body(), model), back, locale)
    headers = {"Location": back.after(values.get(RETURN_TO), sent.status_code)}
    if REPLAYED in sent.headers:
        headers[REPLAYED] = sent.headers[REPLAYED]
    return Response(status_code=303, headers=headers)


class FormDoor:
    """Beside a route class: answers a browser's form with a page also when something before the door said no."""

    form: ClassVar[PlainForm]
    model: ClassVar[type[BaseModel]]
    # where forms may lead, and the language for one that names none
    manners: ClassVar[Callable[[Session], tuple[Back, str]]]

    async def refused(self, request: Request, error: DomainError) -> Response:
        """The form again, where it came from a browser; else the error itself."""
        if _media_type(request) not in BROWSER_TYPES or not prefers_html(request.headers.get("accept", "")):
            raise error
        back, locale = await request.app.state.db.read(type(self).manners)
        return _as_page(error, self.form, await _kept(request, self.model), back, locale)


async def _kept(request: Request, model: type[BaseModel]) -> dict[str, str]:
    """What was filled in, also in a form of the kind for files, which no door takes."""
    if _media_type(request) != MULTIPART:
        return kept_values(await request.body(), model)
    with suppress(HTTPException):
        async with request.form(max_fields=MOST_PARAMETERS) as form:
            return _known({name: value for name, value in form.items() if isinstance(value, str)}, model)
    return {}


def _as_page(error: DomainError, form: PlainForm, kept: dict[str, str], back: Back, locale: str) -> Response:
    """The error above the form as it was filled in; browsers hold a redirect after it to the same `form-action`.

    A form that stood in a frame is shown in it again.
    """
    target = back.target(kept.get(RETURN_TO))
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(target)) if target else ""
    own = own_page(kept.get(RETURN_TO))
    named = kept.get("locale", "")
    body = error_page(form, error, kept, named if is_spoken(named) else locale, back=own)
    ancestors = "'none'" if own is None else "*"
    return html_response(body, error.status, form_action=origin, headers=error.headers, ancestors=ancestors)


async def _from_json(request: Request, model: type[Draft]) -> Draft:
    body = await request.body()
    if not body:
        raise Invalid(FieldError("/body", "missing", "a body is needed"))
    if _media_type(request) not in JSON_TYPES:
        raise UnsupportedMediaType("send application/json or application/x-www-form-urlencoded")
    try:
        value = strict_json(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not valid JSON in UTF-8, without repeated names, NaN or lone surrogates") from None
    return _valid(model, value)


def _valid(model: type[Draft], value: object) -> Draft:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Invalid(*field_errors(error.errors(), part="body")) from None


def form_values(body: bytes) -> dict[str, str]:
    """The filled-in fields of a form; raises Malformed for what is no UTF-8, Invalid for a field given twice."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Malformed(f"the form must be UTF-8 with at most {MOST_PARAMETERS} fields") from None
    names = [name for name, _ in pairs]
    twice = [FieldError(f"/body/{name}", "repeated", "is given twice") for name in set(names) if names.count(name) > 1]
    if twice:
        raise Invalid(*twice)
    return {name: value for name, value in pairs if value.strip()}


def kept_values(body: bytes, model: type[BaseModel]) -> dict[str, str]:
    """What of a form may stand in it again: the fields that the model knows, whatever is wrong with them."""
    parts = body.split(b"&", MOST_PARAMETERS)[:MOST_PARAMETERS]
    return _known(dict(parse_qsl(b"&".join(parts).decode(errors="ignore"))), model)


def _known(values: dict[str, str], model: type[BaseModel]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in model.model_fields or name == RETURN_TO}


def prefers_html(accept: str) -> bool:
    """Whether the Accept header names HTML, and nothing of JSON above it."""
    weights: dict[str, float] = {}
    for item in accept[:1_000].split(","):
        kind, *parameters = [part.strip().lower() for part in item.split(";")]
        weights[kind] = _weight(parameters)
    html = max(weights.get("text/html", 0.0), weights.get("application/xhtml+xml", 0.0))
    return html > 0 and html >= max(weights.get("application/json", 0.0), weights.get("application/problem+json", 0.0))


def _weight(parameters: list[str]) -> float:
    text = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return float(text)
    except ValueError:
        return 0.0


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def form_docs(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra=` of such a door: the same members as JSON and as a form, which may carry `return_to`."""
    schema = model.model_json_schema()
    shared = schema.pop("$defs", {})
    plain = _inlined(schema, shared)
    told = "where to lead afterwards: an address whose origin is the site's or on its list, or a path under `/embed/`"
    back = {"type": "string", "description": told}
    fields = {
        name: field if name in plain.get("required", ()) else _or_blank(field)
        for name, field in {**plain["properties"], RETURN_TO: back}.items()
    }
    form = {**plain, "title": f"{plain['title']}Form", "properties": fields}
    media = {"application/json": {"schema": plain}, "application/x-www-form-urlencoded": {"schema": form}}
    return {"requestBody": {"required": True, "content": media}}


def _or_blank(field: dict[str, Any]) -> dict[str, Any]:
    """What is not filled in comes as an empty text, and counts as left out."""
    told = {name: value for name, value in field.items() if name in ("title", "description", "examples", "default")}
    kinds = field.get("anyOf") or [{name: value for name, value in field.items() if name not in told}]
    return {**told, "anyOf": [*kinds, {"type": "string", "maxLength": 0}]}


def _inlined(schema: Any, shared: dict[str, Any]) -> Any:
    """References resolved in place: the document has no `$defs` to point at."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(shared[schema["$ref"].rpartition("/")[2]], shared)
        return {key: _inlined(value, shared) for key, value in schema.items()}
    return [_inlined(item, shared) for item in schema] if isinstance(schema, list) else schema
