"""Migrations run up, down and up again on both engines, build exactly what the models say, and lose nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, MetaData, Table, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.core.db import open_database
from app.migrations import ROOT, alembic_config, upgrade
from app.tables import described, metadata
from tests import postgres

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Engine]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path}/empty.sqlite3", {}).engine
        yield engine
        engine.dispose()
        return
    server, name = postgres.session_server(), f"empty_{worker_id}"
    server.create_database(name)
    engine = open_database(server.url(name), {}).engine
    yield engine
    engine.dispose()
    server.drop_database(name)


def tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if described(name, "table", {})} - {"alembic_version"}


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def differences(engine: Engine) -> list[object]:
    """What a new migration would have to do; defaults only where they compare well (STACK, trap 7)."""
    with engine.connect() as connection:
        options: dict[str, object] = {
            "compare_type": True,
            "compare_server_default": engine.dialect.name == "postgresql",
        }
        options["include_name"] = described
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def enums(engine: Engine) -> list[str]:
    """Types that a downgrade would forget."""
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT typname FROM pg_type WHERE typtype = 'e'")))


def test_up_down_and_up_again(empty: Engine) -> None:
    upgrade(empty)
    assert tables(empty) == set(metadata.tables)
    downgrade(empty, "base")
    assert tables(empty) == set()
    upgrade(empty)
    assert tables(empty) == set(metadata.tables)
    assert enums(empty) == []


def test_every_step_goes_down_and_up(empty: Engine) -> None:
    steps = [step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]
    for step in steps:
        upgrade(empty, step)
        downgrade(empty, "-1")
        upgrade(empty, step)
    assert differences(empty) == []


def test_the_tables_are_what_the_models_say(empty: Engine) -> None:
    upgrade(empty)
    assert differences(empty) == []


def test_there_is_one_line_of_steps() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


# --- what a step does with data

COPY = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision, branch_labels, depends_on = "next", {head!r}, None, None


    def upgrade():
        lengthen("staff_user", "name", 120, 200)
        lengthen("post", "locale", 35, 40)
        {more}


    def downgrade():
        lengthen("staff_user", "name", 200, 120)
        lengthen("post", "locale", 40, 35)


    def lengthen(table, column, old, new):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, type_=sa.String(new), existing_type=sa.String(old), existing_nullable=False)
"""


def step_to_next(engine: Engine, folder: Path, more: str = "pass", to: str = "next", *, down: bool = False) -> None:
    """Run a step that copies a table to which others refer."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    (folder / "next.py").write_text(dedent(COPY).format(head=head, more=more))
    with engine.connect() as connection:
        config = alembic_config(connection)
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{ROOT / 'migrations' / 'versions'}\n{folder}")
        (command.downgrade if down else command.upgrade)(config, to)


USER, POST = UUID(int=1), UUID(int=3)
SESSION: dict[str, object] = {
    **{"id": UUID(int=2), "user_id": USER, "salt": b"0" * 16, "generation": 3},
    **{"created_at": NOON, "rotated_at": NOON, "expires_at": NOON},
}
# parents and their children: sessions forbid that a person goes, terms go together with a dossier
ROWS: dict[str, dict[str, object]] = {
    "staff_user": {
        **{"id": USER, "email": "leila@news.example", "name": "ليلى", "role": "editor"},
        **{"password_hash": "x", "version": 1, "created_at": NOON, "updated_at": NOON},
    },
    "staff_session": SESSION,
    "api_key": {
        **{"id": UUID(int=7), "name": "مولّد الموقع", "permissions": ["posts.read.any"], "created_by": USER},
        **{"version": 1, "created_at": NOON, "last_used_on": NOON.date()},
    },
    "post": {
        **{"id": POST, "kind": "article", "locale": "ar", "group_id": POST, "state": "draft", "life": "unpublished"},
        **{"revision": 1, "version": 1, "created_by": USER, "created_at": NOON, "updated_at": NOON},
    },
    "post_term": {"term_id": UUID(int=4), "post_id": POST},
}


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for name, row in ROWS.items():
            connection.execute(metadata.tables[name].insert(), row)


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ROWS
        }


ALL_THERE = dict.fromkeys(ROWS, 1)


def test_copying_a_table_keeps_what_refers_to_it(empty: Engine, tmp_path: Path) -> None:
    upgrade(empty)
    fill(empty)
    step_to_next(empty, tmp_path)
    assert counts(empty) == ALL_THERE
    step_to_next(empty, tmp_path, to="-1", down=True)
    assert counts(empty) == ALL_THERE
    assert differences(empty) == []


def test_tags_that_were_there_stay_public(empty: Engine) -> None:
    upgrade(empty, "0012")
    tag = metadata.tables["tag"]
    # as the server of that step wrote it, which knew no such column
    former = Table(
        "tag", MetaData(), *(Column(column.name, column.type) for column in tag.c if column.name != "public")
    )
    facts = {"names": {}, "descriptions": {}, "search_text": "", "version": 1, "created_at": NOON, "updated_at": NOON}
    with empty.begin() as connection:
        connection.execute(former.insert(), {"id": UUID(int=5), "slug": "harbour", **facts})
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(former.insert(), {"id": UUID(int=6), "slug": "docks", **facts})
        seen = connection.execute(select(tag.c.slug, tag.c.public).order_by(tag.c.id)).all()
    assert seen == [("harbour", True), ("docks", False)]


def test_references_are_watched_again_afterwards(empty: Engine, tmp_path: Path) -> None:
    upgrade(empty)
    step_to_next(empty, tmp_path)
    with pytest.raises(IntegrityError), empty.begin() as connection:
        connection.execute(metadata.tables["staff_session"].insert(), SESSION)


def test_a_step_that_breaks_references_changes_nothing(empty: Engine, tmp_path: Path) -> None:
    upgrade(empty)
    fill(empty)
    with pytest.raises((RuntimeError, IntegrityError)):
        step_to_next(empty, tmp_path, more='op.execute("DELETE FROM staff_user")')
    empty.dispose()
    assert counts(empty) == ALL_THERE
    with empty.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() != "next"
