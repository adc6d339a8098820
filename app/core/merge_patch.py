"""JSON Merge Patch (RFC 7396): members that are left out stay, null removes, objects merge, all else replaces."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


def _without_defaults(schema: dict[str, Any]) -> None:
    """A member that is left out keeps its value, so the document must not promise a default."""
    for member in schema.get("properties", {}).values():
        member.pop("default", None)


class Patch(BaseModel):
    """The body of a PATCH: every member has some default, and only those that were sent count."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_without_defaults)

    def sent(self) -> dict[str, Any]:
        """The members of the request alone, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)


def merged(document: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A new document with the change in it; neither argument is touched."""
    result = dict(document)
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result
