"""Types for the members of query models: commas mean any of, words are in NFC."""

from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

MOST_VALUES = 20


def split_values(value: object) -> object:
    """The parts between commas; nothing between two of them is refused like an empty list."""
    if isinstance(value, list) and len(value) == 1:  # FastAPI hands a list over, of the one value there may be
        value = value[0]
    if not isinstance(value, str):
        return value
    parts = [normalize("NFC", part.strip()) for part in value.split(",")]
    if not all(parts):
        raise ValueError("must be values joined by commas, none of them empty")
    return tuple(dict.fromkeys(parts))


AnyOf = Annotated[
    tuple[str, ...],
    BeforeValidator(split_values),
    Field(min_length=1, max_length=MOST_VALUES),
    WithJsonSchema({"type": "string", "minLength": 1}),  # one parameter: given twice it would be refused
]
Words = Annotated[str, AfterValidator(lambda value: normalize("NFC", value)), Field(min_length=1, max_length=200)]
