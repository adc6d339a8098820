"""schedules, withdrawals, and slugs that outlive their dossier

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    _new_columns()
    op.create_table(
        "upcoming",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column(
            "turn",
            sa.Enum("appear", "expire", name="turn", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("slug", AutoString(length=160), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "turn"),
    )
    op.create_index("ix_upcoming_due", "upcoming", ["at", "post_id", "turn"])
    op.create_table(
        "withdrawal",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["staff_user.id"]),
        sa.PrimaryKeyConstraint("post_id"),
    )
    with op.batch_alter_table("slug") as batch_op:
        batch_op.alter_column("post_id", existing_type=sa.Uuid(), nullable=True)


def _new_columns() -> None:
    with op.batch_alter_table("post") as batch_op:
        batch_op.add_column(sa.Column("scheduled_revision", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("publish_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unpublish_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("embargoed", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("publication") as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("notice", sa.Text(), server_default="", nullable=False))
    if op.get_context().dialect.name == "postgresql":  # SQLite would copy the table, and the default does no harm
        op.alter_column("post", "embargoed", server_default=None)
        op.alter_column("publication", "notice", server_default=None)
    op.create_index("ix_post_embargo", "post", ["embargoed", "publish_at", "id"])
    op.create_index("ix_post_trashed", "post", ["trashed_at"])


def downgrade() -> None:
    """Go back; slugs of purged dossiers are free again."""
    slugs = sa.table("slug", sa.column("post_id"))
    op.execute(slugs.delete().where(slugs.c.post_id.is_(None)))
    with op.batch_alter_table("slug") as batch_op:
        batch_op.alter_column("post_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("withdrawal")
    op.drop_table("upcoming")
    op.drop_index("ix_post_trashed", "post")
    op.drop_index("ix_post_embargo", "post")
    with op.batch_alter_table("publication") as batch_op:
        batch_op.drop_column("notice")
        batch_op.drop_column("withdrawn_at")
    with op.batch_alter_table("post") as batch_op:
        for name in ("embargoed", "unpublish_at", "publish_at", "scheduled_revision"):
            batch_op.drop_column(name)
