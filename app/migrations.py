"""Running Alembic from the program itself, so that it works from any folder."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

ROOT = Path(__file__).parent.parent


def alembic_config(connection: Connection | None = None) -> Config:
    """The configuration that would stand in an alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision."""
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
