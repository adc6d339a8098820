"""what readers think: recommendations, reports; pins, notes and the history of texts

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REPORTED = sa.text("reported_at IS NOT NULL")
_PINNED = sa.text("pinned_at IS NOT NULL")


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("comment", sa.Column("reported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column("comment", sa.Column("held_by_reports", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("comment", sa.Column("pinned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index("ix_comment_reported", "comment", ["number"], sqlite_where=_REPORTED, postgresql_where=_REPORTED)
    op.create_index(
        "ix_comment_pinned", "comment", ["post_id", "pinned_at"], sqlite_where=_PINNED, postgresql_where=_PINNED
    )

    op.create_table(
        "comment_recommendation",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sqlmodel.sql.sqltypes.AutoString(length=48), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_recommendation_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", "reader", name=op.f("pk_comment_recommendation")),
    )
    op.create_table(
        "comment_report",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reporter", sqlmodel.sql.sqltypes.AutoString(length=48), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                *("spam", "abusive", "illegal", "personal_data", "off_topic", "other"),
                name="report_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("closed_in", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_comment_report_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", "reporter", name=op.f("pk_comment_report")),
    )
    op.create_table(
        "comment_revision",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_comment_revision_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", "number", name=op.f("pk_comment_revision")),
    )
    op.create_table(
        "comment_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_comment_note_author_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_comment_note_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_note")),
    )
    op.create_index("ix_comment_note_place", "comment_note", ["comment_id", "written_at", "id"])


def downgrade() -> None:
    """Go one step back."""
    for table in ("comment_note", "comment_revision", "comment_report", "comment_recommendation"):
        op.drop_table(table)
    op.drop_index("ix_comment_pinned", table_name="comment")
    op.drop_index("ix_comment_reported", table_name="comment")
    for column in ("pinned_at", "held_by_reports", "reported_at"):
        op.drop_column("comment", column)  # in place: a copied table would lose its checks on SQLite
