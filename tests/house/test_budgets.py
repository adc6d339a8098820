"""Nothing grows past what can be read at one sitting, and everything says what it is for."""

import ast
from pathlib import Path

import pytest

from tests.house.source import ROOT, app_files, functions_in, name_of, public_definitions, tree_of

FILE_LINES, FUNCTION_LINES, TASK_LINES = 300, 40, 12
FILES = [*app_files(), ROOT / "migrations" / "env.py"]

each_file = pytest.mark.parametrize("path", FILES, ids=name_of)


@each_file
def test_files_and_functions_keep_to_their_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{name_of(path)} has {lines} lines"
    most = TASK_LINES if path.name == "tasks.py" else FUNCTION_LINES
    sizes = {f"{node.name} in line {node.lineno}": _lines(node) for node in functions_in(tree_of(path))}
    assert {name: size for name, size in sizes.items() if size > most} == {}


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@each_file
def test_modules_say_in_one_sentence_what_they_are_for(path: Path) -> None:
    sign = ast.get_docstring(tree_of(path)) or ""
    paragraph = sign.split("\n\n")[0]
    assert len(paragraph) > 10, f"{name_of(path)} has no docstring"
    assert paragraph.endswith((".", "?", ":")), f"the docstring of {name_of(path)} begins with no sentence"


@each_file
def test_public_functions_and_classes_say_what_they_promise(path: Path) -> None:
    silent = [name for name, node in public_definitions(tree_of(path).body) if not ast.get_docstring(node)]
    assert silent == []


def test_a_room_is_signed_by_what_it_is_for_and_what_not() -> None:
    for path in sorted((ROOT / "app").glob("*/__init__.py")):
        body = tree_of(path).body
        assert len(body) == 1, f"{name_of(path)} has code"
        assert ast.get_docstring(tree_of(path)), f"{name_of(path)} has no sign"
