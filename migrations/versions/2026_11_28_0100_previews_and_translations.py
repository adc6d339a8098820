"""previews and translations

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; translations count as caught up with their originals."""
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("translated_from", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("translated_revision", sa.Integer(), nullable=True))
    fill()
    op.create_table(
        "preview",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reader", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("may_answer", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_preview_created_by_staff_user")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_preview_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview")),
    )
    with op.batch_alter_table("preview", schema=None) as batch_op:
        batch_op.create_index("ix_preview_newest", ["post_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_preview_pinned", ["post_id", "revision"], unique=False)
    verdict = sa.Enum("approve", "comment", name="verdict", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "preview_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("preview_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", verdict, nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["preview_id"], ["preview.id"], name=op.f("fk_preview_answer_preview_id_preview"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_answer")),
    )
    with op.batch_alter_table("preview_answer", schema=None) as batch_op:
        batch_op.create_index("ix_preview_answer_said", ["preview_id", "at", "id"], unique=False)


def fill() -> None:
    """What is known of before: who was opened as a translation of whom."""
    columns = ("id", "group_id", "translated_from", "translated_revision", "revision")
    post = sa.table("post", *(sa.column(name) for name in columns))
    original = post.alias("original")
    newest = sa.select(original.c.revision).where(original.c.id == post.c.group_id).scalar_subquery()
    op.execute(
        post.update()
        .where(post.c.group_id != post.c.id)
        .values(translated_from=post.c.group_id, translated_revision=newest)
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("preview_answer")
    op.drop_table("preview")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("translated_revision")
        batch_op.drop_column("translated_from")
