"""how often a thread has changed

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thread_moves", sa.Integer(), server_default=sa.text("0"), nullable=False))
    if op.get_context().dialect.name == "postgresql":  # SQLite would copy the table, and the default does no harm
        op.alter_column("publication", "thread_moves", server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_column("thread_moves")
