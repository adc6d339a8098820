"""Types for the members of query models: commas mean any of, words are in NFC."""

from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

MOST_VALUES = 20
MOST_LETTERS = 200


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


def _words(value: str) -> str:
    words = normalize("NFC", value)
    if not 1 <= len(words) <= MOST_LETTERS:
        raise ValueError(f"must have 1 to {MOST_LETTERS} characters")
    return words


Words = Annotated[
    str, AfterValidator(_words), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MOST_LETTERS})
]
