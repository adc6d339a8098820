"""Rooms knock at each other's front doors only: nobody reaches for what another room keeps for itself."""

import ast
from pathlib import Path

import pytest

from tests.house.source import APP, app_files, name_of, tree_of

SHOWN = {"models", "queries", "service", "workflow", "policies", "errors"}
# what one room lends beside that, and why
LENT = {
    "abuse.addresses": "knows who proved which address",
    "abuse.bayes": "is trained by what the desk decides",
    "abuse.courier": "takes the question there, from a task",
    "abuse.external": "is a question that the room of the text has to ask",
    "abuse.flood": "counts what was held",
    "abuse.memory_models": "are the tables behind the desk's doors to what the stack remembers",
    "abuse.sanctions": "are imposed where the comments are",
    "abuse.attempt": "is the value that rooms hand to the abuse stack",
    "abuse.stack": "is what they hand it to",
    "comments.moderation": "decides for links in letters as for the desk",
    "comments.editor_schemas": "is the shape of such a decision",
    "comments.rights": "are what the owner of an address may do",
    "jobs.night": "is the first argument of every task",
    "site.checklist": "is the policy by which the desk judges",
    "site.schemas": "are what the door takes that asks the desk about languages",
    "staff.guards": "stand at every door of the editor tree",
    "staff.permissions": "are what the guards ask for",
    "staff.passwords": "are hashed before an account is opened",
    "posts.publishing": "puts the demonstration and the pieces of importers before the public",
    "publications.absent": "says of a withdrawn piece's thread what it says of the piece",
    "publications.schemas": "are the shape of a story, of one that is not public yet too",
    "publications.upcoming": "asks whether something is due before anything is answered",
    "publications.front_models": "are the orders in which the desk puts what is public",
    "publications.splice": "joins the ready documents of stories wherever they are listed",
    "publications.projection": "is the value that the desk hands over when it publishes",
}
# importers call the verbs of all rooms, which take the wire schemas as arguments
IMPORTERS = {"transfer": {"schemas"}}
ROOMS = {path.parent.name for path in APP.glob("*/__init__.py")} - {"core"}
HALLS = {"api", "main", "cli", "worker", "reactions", "tables", "migrations", "openapi", "__main__", "__init__"}


def imports_of(tree: ast.Module) -> set[tuple[str, str]]:
    """(room, module) of every import of a room; importing a whole room counts as each name taken from it."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {_room(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            steps = node.module.split(".")
            found |= {_room([*steps, alias.name]) for alias in node.names}
    return found - {("", "")}


def _room(steps: list[str]) -> tuple[str, str]:
    return (steps[1], steps[2]) if len(steps) > 2 and steps[0] == "app" and steps[1] in ROOMS else ("", "")


def strangers(home: str, imports: set[tuple[str, str]]) -> set[str]:
    """What this room may not take."""
    return {
        f"{room}.{module}"
        for room, module in imports
        if room != home and module not in SHOWN | IMPORTERS.get(home, set()) and f"{room}.{module}" not in LENT
    }


@pytest.mark.parametrize("path", [path for path in app_files() if path.parent != APP], ids=name_of)
def test_rooms_take_only_what_others_show(path: Path) -> None:
    home = path.relative_to(APP).parts[0]
    assert strangers(home, imports_of(tree_of(path))) == set()


CORE = APP / "core"
WEB = ("fastapi", "starlette", "app.core.http")


@pytest.mark.parametrize("path", [path for path in app_files() if path.parent == CORE], ids=name_of)
def test_only_one_room_of_the_foundation_knows_the_web(path: Path) -> None:
    taken = {
        module
        for node in ast.walk(tree_of(path))
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {module for module in taken if f"{module}.".startswith(tuple(f"{web}." for web in WEB))} == set()


def test_beside_the_rooms_stand_only_the_halls() -> None:
    assert {path.stem for path in APP.glob("*.py")} <= HALLS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from app.posts import queries as posts_queries", set()),
        ("from app.posts.models import Post", set()),
        ("from app.core.db import Database", set()),
        ("from app.staff.guards import Guard", set()),
        ("from app.posts.guards import Guard", {"posts.guards"}),
        ("from app.posts import editor", {"posts.editor"}),
        ("from app.posts.editor import router", {"posts.editor"}),
        ("import app.posts.schemas", {"posts.schemas"}),
        ("def late():\n    from app.staff.tokens import make_access", {"staff.tokens"}),
    ],
)
def test_this_test_sees_it(source: str, found: set[str]) -> None:
    assert strangers("comments", imports_of(ast.parse(source))) == found
