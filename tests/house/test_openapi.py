"""The contract changes only on purpose: the document of each tree is compared with its snapshot (`make openapi`)."""

import difflib
import json
from pathlib import Path

import pytest

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
