"""New rows as objects without the price of the constructor and the unit of work, for verbs that many readers call."""

from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Table, inspect
from sqlalchemy.orm import configure_mappers, make_transient_to_detached
from sqlmodel import Session, SQLModel

from app.core import statements
from app.core.columns import table_of

M = TypeVar("M", bound=SQLModel)


def new_row(model: type[M], **facts: Any) -> M:
    """An object made as SQLAlchemy makes those that it loads: every column from the facts or its plain default."""
    defaults = _defaults(model)
    row: M = inspect(model).class_manager.new_instance()
    row.__dict__.update(defaults)
    row.__dict__.update(facts)
    return row


@lru_cache(maxsize=16)
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    configure_mappers()  # a constructor would see to that
    return {name: field.default for name, field in model.model_fields.items() if not field.is_required()}


def fill(row: SQLModel, **facts: Any) -> None:
    """Write facts into a row that is not the session's yet, as plainly as `new_row`: nobody watches them change."""
    row.__dict__.update(facts)


def keep_new(session: Session, row: SQLModel) -> None:
    """Insert it at once, by one statement that is compiled once; from then on it is the session's like a loaded one."""
    table, names = _columns(type(row))
    facts = row.__dict__
    statements.add(session, table, {name: facts[name] for name in names})
    make_transient_to_detached(row)
    session.add(row)


@lru_cache(maxsize=16)
def _columns(model: type[SQLModel]) -> tuple[Table, tuple[str, ...]]:
    table = table_of(model)
    return table, tuple(column.name for column in table.columns)
