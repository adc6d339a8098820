"""the index of search

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# words are folded before: all but spaces is theirs. Short beginnings are long lists, so they have an index of their own
FTS5 = """
    CREATE VIRTUAL TABLE search_index USING fts5 (
        words, content='', detail=column, prefix='1 2 3',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'"
    )
"""


def upgrade() -> None:
    """Go one step forward: the night shift reads what is public, the newest first."""
    op.create_table(
        "unindexed",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_unindexed")),
    )
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("facets", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("post_id", name=op.f("uq_search_entry_post_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS5)
    else:
        op.execute("CREATE TABLE search_index (rowid bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_index_words ON search_index USING gin (words)")
    op.execute("INSERT INTO unindexed (post_id) SELECT id FROM publication")


def downgrade() -> None:
    """Go one step back: nothing is lost that cannot be read again."""
    for table in ("search_index", "search_entry", "unindexed"):
        op.drop_table(table)
