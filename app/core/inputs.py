"""Bodies in which null says the same as leaving a member out."""

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Forgiving(BaseModel):
    """An input that lists exactly what a client may set, and takes null for whatever may be left out. Not for merge
    patches, where null takes a value back.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        fields = cls.model_fields.items()
        optional = {field.alias or name for name, field in fields if not field.is_required()}
        return {name: value for name, value in given.items() if value is not None or name not in optional}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema says so of every such member."""
        schema = handler(core_schema)
        described = handler.resolve_ref_schema(schema)
        for name, member in described["properties"].items():
            if name not in described.get("required", ()):
                described["properties"][name] = _or_null(member)
        return schema


_BESIDE = ("title", "description", "default", "examples")


def _or_null(member: dict[str, Any]) -> dict[str, Any]:
    null = {"type": "null"}
    if null in member.get("anyOf", ()):
        return member
    beside = {key: value for key, value in member.items() if key in _BESIDE}
    return {"anyOf": [{key: value for key, value in member.items() if key not in _BESIDE}, null], **beside}
