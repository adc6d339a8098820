"""How Alembic runs our migrations: online only, batches on SQLite, one transaction, foreign keys checked at the end."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.core.db import open_database
from app.core.settings import Settings
from app.tables import described, metadata


def run() -> None:
    """Migrate the connection handed over by the caller, or the database of the settings."""
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = open_database(Settings().sync_database_url, {}).engine
    with engine.connect() as own:
        migrate(own)
    engine.dispose()


def migrate(connection: Connection) -> None:
    """All steps in one transaction; on SQLite foreign keys sleep meanwhile, since copying a table would cascade."""
    sqlite = connection.dialect.name == "sqlite"
    options: dict[str, Any] = {"render_as_batch": sqlite, "compare_type": True, "compare_server_default": not sqlite}
    options["transactional_ddl"] = True  # SQLite can, although Alembic does not count on it
    if sqlite:
        switch_foreign_keys(connection, "PRAGMA foreign_keys=OFF")
    try:
        context.configure(connection=connection, target_metadata=metadata, include_name=described, **options)
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration leaves broken references: {broken[:5]}")
        connection.commit()
    finally:
        if sqlite:
            connection.rollback()
            switch_foreign_keys(connection, "PRAGMA foreign_keys=ON")


def switch_foreign_keys(connection: Connection, pragma: str) -> None:
    """Past SQLAlchemy, which would say BEGIN before it: inside a transaction SQLite ignores the pragma."""
    raw: Any = connection.connection.driver_connection
    raw.execute(pragma)


run()
