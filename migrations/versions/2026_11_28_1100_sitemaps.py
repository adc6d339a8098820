"""an index from which sitemaps are cut

Revision ID: 0016
Revises: 0013
"""

from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index("ix_publication_sitemap", "publication", ["id", "updated_at", "published_at", "unpublish_at"])


def downgrade() -> None:
    """Go one step back."""
    op.drop_index("ix_publication_sitemap", "publication")
