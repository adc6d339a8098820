"""How columns are spelled: naming convention, enums as checked text, JSON on both databases, UTC times."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
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


class Utf8(FunctionElement[bytes]):
    """The bytes of a text column, for large answers: neither decoded by the driver nor encoded for the wire."""

    name = "utf8"
    inherit_cache = True
    type = LargeBinary()


@compiles(Utf8, "sqlite")
def _cast_to_blob(element: Utf8, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


@compiles(Utf8, "postgresql")
def _convert_to_utf8(element: Utf8, compiler: SQLCompiler, **options: Any) -> str:
    return f"convert_to({compiler.process(element.clauses, **options)}, 'UTF8')"
