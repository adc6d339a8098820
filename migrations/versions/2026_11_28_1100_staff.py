"""accounts that change

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward: accounts have versions, the first of which is as old as they are."""
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("updated_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("updated_by", sa.Uuid(), nullable=True))
    user = sa.table("staff_user", sa.column("updated_at"), sa.column("created_at"))
    op.execute(sa.update(user).values(updated_at=user.c.created_at))
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.alter_column("updated_at", existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        for column in ("updated_by", "updated_at", "version"):
            batch_op.drop_column(column)
