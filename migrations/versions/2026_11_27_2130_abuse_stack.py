"""abuse stack

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "abuse_spent_challenge",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_abuse_spent_challenge")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("abuse_spent_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_abuse_spent_challenge_until"), ["until"], unique=False)

    op.create_table(
        "abuse_trace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("comment", "contact", name="form_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("first_band", sa.BigInteger(), nullable=True),
        sa.Column("second_band", sa.BigInteger(), nullable=True),
        sa.Column("third_band", sa.BigInteger(), nullable=True),
        sa.Column("fourth_band", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abuse_trace")),
    )
    with op.batch_alter_table("abuse_trace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_abuse_trace_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index("ix_abuse_trace_first", ["first_band", "seen_at"], unique=False)
        batch_op.create_index("ix_abuse_trace_second", ["second_band", "seen_at"], unique=False)
        batch_op.create_index("ix_abuse_trace_third", ["third_band", "seen_at"], unique=False)
        batch_op.create_index("ix_abuse_trace_fourth", ["fourth_band", "seen_at"], unique=False)


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("abuse_trace")
    op.drop_table("abuse_spent_challenge")
