"""The contract changes only on purpose: the document of each tree is compared with its snapshot (`make openapi`)."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.numbers import MOST_NUMBER
from app.core.settings import Settings
from app.main import create_app
from app.openapi import Tree, document
from tests.house.source import ROOT
from tests.newsroom import SECRET

SNAPSHOTS = ROOT / "tests" / "openapi"


def printed(tree: Tree, folder: Path) -> str:
    """What `masthead openapi --tree` prints."""
    app = create_app(
        Settings(_env_file=None, database_url=f"sqlite:///{folder}/x.sqlite3", secret_key=SECRET, log="off")
    )
    return json.dumps(document(app, tree), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("tree", ["public", "editor"])
def test_the_document_is_the_snapshot(tree: Tree, tmp_path: Path) -> None:
    kept = (SNAPSHOTS / f"{tree}.json").read_text(encoding="utf-8")
    now = printed(tree, tmp_path)
    changes = "".join(
        line + "\n" for line in difflib.unified_diff(kept.splitlines(), now.splitlines(), lineterm="", n=1)
    )
    assert changes == "", f"`make openapi` writes the new snapshot:\n{changes[:4000]}"


def test_the_trees_share_no_path(tmp_path: Path) -> None:
    public, editor = (json.loads(printed(tree, tmp_path))["paths"] for tree in ("public", "editor"))
    assert not set(public) & set(editor)
    assert all(path.startswith(("/v1/editor", "/v1/auth")) for path in editor)


def integers(schema: dict[str, Any], place: str, schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every integer that a client may send by this schema, and where."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in place.split():  # a schema inside itself
            yield from integers(schemas[name], f"{place} {name}", schemas)
    if schema.get("type") == "integer":
        yield place, schema
    inner = [(place, part) for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, ())]
    inner += [(f"{place}.{name}", part) for name, part in schema.get("properties", {}).items()]
    inner += [(place, schema[key]) for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for where, part in inner:
        yield from integers(part, where, schemas)


def sent(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every integer in the parameters and bodies of a document."""
    schemas = contract["components"]["schemas"]
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            given = [(parameter["name"], parameter["schema"]) for parameter in operation.get("parameters", ())]
            for name, schema in [*given, *((kind, body["schema"]) for kind, body in content.items())]:
                yield from integers(schema, f"{method} {path} {name}", schemas)


@pytest.mark.parametrize("tree", ["public", "editor"])
def test_no_integer_is_larger_than_its_column(tree: Tree, tmp_path: Path) -> None:
    """PostgreSQL fails beyond 32 bits, SQLite beyond 64: a 500 for what is a slip of the client."""
    found = list(sent(json.loads(printed(tree, tmp_path))))
    assert len(found) > 10
    endless = [place for place, schema in found if not schema.get("maximum", MOST_NUMBER + 1) <= MOST_NUMBER]
    assert endless == []
