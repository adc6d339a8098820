"""How columns are spelled: naming convention, enums as checked text, JSON on both databases, UTC times."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]

JSON_TYPE = JSON().with_variant(JSONB(), "postgresql")
LONG_TEXT = Text()


def enum_text(enum: type[StrEnum]) -> Enum:
    """Text with a CHECK: a native PostgreSQL enum cannot be altered inside a migration (STACK.md, trap 4)."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=_snake(enum.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a model: for prepared statements, which make rows and no objects."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
