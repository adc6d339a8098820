"""Query strings: strict pairs, and validated models remembered by their raw text."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from app.core.errors import FieldError, Invalid
from app.core.http.problems import field_errors

MOST_PARAMETERS = 100
REMEMBERED = 1_024


class NoQuery(BaseModel, extra="forbid"):
    """The query model of a route without parameters."""


def query_parser(model: type[BaseModel] | None) -> Callable[[bytes], Any]:
    """From raw query to the declared model, which alone judges; the latest 1,024 good ones are remembered."""
    chosen = model or NoQuery
    known = frozenset(field.alias or name for name, field in chosen.model_fields.items())

    @lru_cache(maxsize=REMEMBERED)
    def parse(query_string: bytes) -> Any:
        refuse_unknown(query_string, known)
        try:
            return chosen.model_validate(dict(query_pairs(query_string)))
        except ValidationError as error:
            raise Invalid(*field_errors(error.errors(), part="query")) from None

    return parse


def refuse_unknown(query_string: bytes, known: frozenset[str]) -> None:
    """Raises Invalid that names every parameter which is unknown or given twice."""
    if not query_string:
        return
    seen: set[str] = set()
    errors: list[FieldError] = []
    for name, value in query_pairs(query_string):
        if name not in known:
            errors.append(FieldError(f"/query/{name}", "unknown", _unknown(known)))
        elif name in seen:
            errors.append(FieldError(f"/query/{name}", "repeated", "is given more than once"))
        seen.add(name)
        if not value.isprintable() and "\x00" in value:
            errors.append(FieldError(f"/query/{name}", "nul", "must not contain NUL characters"))
    if errors:
        raise Invalid(*errors)


def _unknown(known: frozenset[str]) -> str:
    return (
        "is unknown here; known are: " + ", ".join(sorted(known))
        if known
        else "is unknown here: this takes no parameters"
    )


def query_pairs(query_string: bytes) -> list[tuple[str, str]]:
    """Decoded pairs, blank ones kept; raises Invalid for bytes that are no UTF-8 or for more than 100 parameters."""
    try:
        return parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        detail = f"must be at most {MOST_PARAMETERS} parameters in percent-encoded UTF-8"
        raise Invalid(FieldError("/query", "encoding", detail)) from None
