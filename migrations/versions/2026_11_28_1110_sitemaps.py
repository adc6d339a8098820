"""an index from which sitemaps are cut

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index("ix_publication_sitemap", "publication", ["id", "updated_at", "published_at", "unpublish_at"])


def downgrade() -> None:
    """Go one step back."""
    op.drop_index("ix_publication_sitemap", "publication")
