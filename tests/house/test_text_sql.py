"""No SQL is built from anything but literals: text(), literal_column() and their like take constants alone."""

import ast
from pathlib import Path

import pytest

from tests.house.source import ROOT, app_files, name_of, tree_of

TAKES_SQL = {"text", "literal_column", "exec_driver_sql", "column", "table"}
FROM = {"sqlalchemy", "sqlmodel", "sqlalchemy.sql", "sqlalchemy.sql.expression"}

# the word that begins a transaction is one of two constants in the same class
CONSTANT_ELSEWHERE = {("app/core/sqlite.py", "exec_driver_sql", "begin")}


def built_sql(tree: ast.Module, file: str = "") -> list[str]:
    """Calls that take SQL text which is not written out as one literal."""
    names = _names_from_sqlalchemy(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _called(node.func, names)
        if called not in TAKES_SQL or not node.args or _is_literal(node.args[0]):
            continue
        said = ast.unparse(node.args[0])
        if (file, called, said) not in CONSTANT_ELSEWHERE:
            found.append(f"line {node.lineno}: {called}({said})")
    return found


def _names_from_sqlalchemy(tree: ast.Module) -> dict[str, str]:
    """Local names of what was imported: functions by what they are, modules as the empty text."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in FROM:
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: "" for alias in node.names if alias.name in FROM}
    return names


def _called(function: ast.expr, names: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return names.get(function.id, "")
    if not isinstance(function, ast.Attribute):
        return ""
    of_module = isinstance(function.value, ast.Name) and names.get(function.value.id) == ""
    return function.attr if of_module or function.attr == "exec_driver_sql" else ""


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("path", [*app_files(), ROOT / "migrations" / "env.py"], ids=name_of)
def test_sql_is_written_out(path: Path) -> None:
    assert built_sql(tree_of(path), name_of(path)) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('from sqlalchemy import text\ntext("SELECT 1")', 0),
        ('from sqlalchemy import text\ntext(f"SELECT {name}")', 1),
        ('from sqlalchemy import text\ntext("SELECT " + name)', 1),
        ('from sqlalchemy import text\ntext("SELECT %s" % name)', 1),
        ('from sqlalchemy import text\ntext("SELECT {}".format(name))', 1),
        ("from sqlalchemy import text\ntext(name)", 1),
        ("from sqlalchemy import text as sql\nsql(name)", 1),
        ("import sqlalchemy as sa\nsa.text(name)", 1),
        ("from sqlmodel import literal_column\nliteral_column(name)", 1),
        ("connection.exec_driver_sql(name)", 1),
        ('connection.exec_driver_sql("BEGIN")', 0),
        ("def text(x): ...\ntext(name)", 0),
        ("writer.text(name)", 0),
    ],
)
def test_this_test_sees_it(source: str, count: int) -> None:
    assert len(built_sql(ast.parse(source))) == count
