"""corrections, and the shape of public documents

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("correction", "clarification", "update", "editors_note")


def upgrade() -> None:
    """Go one step forward; the night shift then writes the documents of an older shape anew."""
    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="correction_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_correction_created_by_staff_user")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_correction_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index("ix_correction_newest", ["at", "id"], unique=False)
        batch_op.create_index("ix_correction_newest_in_locale", ["locale", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_post_id"), ["post_id"], unique=False)
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.add_column(sa.Column("doc_version", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.create_index("ix_publication_doc_version", ["doc_version", "id"], unique=False)
    if op.get_context().dialect.name == "postgresql":  # SQLite would copy the table, and the default does no harm
        op.alter_column("publication", "doc_version", server_default=None)


def downgrade() -> None:
    """Go back; corrections are lost, the stories keep showing them until they are written anew."""
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index("ix_publication_doc_version")
        batch_op.drop_column("doc_version")
    op.drop_table("correction")
