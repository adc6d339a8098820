"""whether readers may see a tag

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward: every tag that there is was public, and stays so."""
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(sa.update(sa.table("tag", sa.column("public", sa.Boolean()))).values(public=True))


def downgrade() -> None:
    """Go one step back: tags of drafts are public again."""
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_column("public")
