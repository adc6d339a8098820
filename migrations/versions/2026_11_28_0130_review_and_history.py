"""review and history

Revision ID: 0011
Revises: 0010
"""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNMARKED = "approved_at IS NULL AND published_at IS NULL"


def upgrade() -> None:
    """Go one step forward."""
    moment = sqlmodel.sql.sqltypes.UTCDateTime()
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approved_at", moment, nullable=True))
        batch_op.add_column(sa.Column("published_at", moment, nullable=True))
        batch_op.add_column(sa.Column("restored_from", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_revision_unmarked",
            ["created_at", "post_id", "number"],
            unique=False,
            sqlite_where=sa.text(UNMARKED),
            postgresql_where=sa.text(UNMARKED),
        )
    op.create_table(
        "transition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("action", text_of("move", "submit approve request_changes recall"), nullable=False),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_transition_post_id_post"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moved_by"], ["staff_user.id"], name=op.f("fk_transition_moved_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
    )
    op.create_index("ix_transition_post_at", "transition", ["post_id", "at", "id"])
    op.create_index("ix_transition_post_revision", "transition", ["post_id", "revision"])
    op.create_table(
        "post_lock",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_lock_post_id_post"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["holder_id"], ["staff_user.id"], name=op.f("fk_post_lock_holder_id_staff_user")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_post_lock")),
    )
    _mark_what_happened()


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("post_lock")
    op.drop_table("transition")
    op.drop_index("ix_revision_unmarked", table_name="revision")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("restored_from")
        batch_op.drop_column("published_at")
        batch_op.drop_column("approved_at")


def _mark_what_happened() -> None:
    """Whatever was published was approved; which revisions were, the diary knows, and of late the dossier itself."""
    moment = sqlmodel.sql.sqltypes.UTCDateTime()
    post = _table("post", ("id", sa.Uuid()), ("state", sa.String()), ("revision", sa.Integer()), ("updated_at", moment))
    post.append_column(sa.Column("live_revision", sa.Integer()))
    kept = _table("revision", ("post_id", sa.Uuid()), ("number", sa.Integer()))
    for column in ("approved_at", "published_at"):
        kept.append_column(sa.Column(column, moment))
    event = _table("event", ("name", sa.String()), ("subject_id", sa.Uuid()), ("data", sa.JSON()), ("at", moment))
    connection = op.get_bind()
    published = sa.select(event.c.subject_id, event.c.data, event.c.at).where(
        event.c.name.in_(("post.published", "post.republished"))
    )
    seen = [(subject, data.get("revision"), at) for subject, data, at in connection.execute(published)]
    approved = sa.select(post.c.id, post.c.revision, post.c.updated_at).where(post.c.state == "approved")
    live = sa.select(post.c.id, post.c.live_revision, post.c.updated_at).where(post.c.live_revision.is_not(None))
    for column, rows in (
        ("published_at", [*seen, *connection.execute(live)]),
        ("approved_at", [*seen, *connection.execute(live), *connection.execute(approved)]),
    ):
        marked = (
            sa.update(kept)
            .where(kept.c.post_id == sa.bindparam("of"), kept.c.number == sa.bindparam("nth"), kept.c[column].is_(None))
            .values({column: sa.bindparam("when")})
        )
        if rows:
            connection.execute(marked, [{"of": post_id, "nth": number, "when": at} for post_id, number, at in rows])


def _table(name: str, *columns: tuple[str, Any]) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *(sa.Column(column, kind) for column, kind in columns))


def text_of(name: str, values: str) -> Any:
    """Text that is one of these words."""
    return sa.Enum(*values.split(), name=name, native_enum=False, create_constraint=True, length=32)
