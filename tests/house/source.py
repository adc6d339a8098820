"""The source code as trees, for the tests that read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def app_files() -> list[Path]:
    """Every module of the application."""
    return sorted(APP.rglob("*.py"))


def functions_in(tree: ast.AST) -> Iterator[Function]:
    """Every function, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def public_definitions(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, Documented]]:
    """Functions and classes whose names do not begin with an underscore, those of public classes included."""
    for node in body:
        if not isinstance(node, Documented) or node.name.startswith("_") or _is_overload(node):
            continue
        yield within + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node.body, f"{within}{node.name}.")


def _is_overload(node: Documented) -> bool:
    names = (item.id if isinstance(item, ast.Name) else getattr(item, "attr", "") for item in node.decorator_list)
    return "overload" in names
