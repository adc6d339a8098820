"""memory of the stack

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "bayes_word",
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("word", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("language", "word", name=op.f("pk_bayes_word")),
    )
    op.create_table(
        "day_key",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_key")),
    )
    op.create_table(
        "flood",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("high_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flood")),
    )
    op.create_table(
        "protected_name",
        sa.Column("skeleton", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.PrimaryKeyConstraint("skeleton", name=op.f("pk_protected_name")),
    )
    op.create_table(
        "trained_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "label",
            sa.Enum("ham", "spam", name="label", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trained_text")),
    )
    op.create_table(
        "verified_address",
        sa.Column("writer", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("verified_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_verified_address")),
    )
    with op.batch_alter_table("verified_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verified_address_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_verified_address_verified_at"), ["verified_at"], unique=False)

    op.create_table(
        "sanction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "reader", "address", "network", name="target", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("notice", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_sanction_created_by_staff_user")),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff_user.id"], name=op.f("fk_sanction_lifted_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    with op.batch_alter_table("sanction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sanction_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index("ix_sanction_newest", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_sanction_subject", ["subject", "ends_at"], unique=False)

    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reader_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            "ix_comment_networks",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("network IS NOT NULL"),
            postgresql_where=sa.text("network IS NOT NULL"),
        )

    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contact_submission_networks",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("network IS NOT NULL"),
            postgresql_where=sa.text("network IS NOT NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contact_submission_networks",
            sqlite_where=sa.text("network IS NOT NULL"),
            postgresql_where=sa.text("network IS NOT NULL"),
        )

    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_comment_networks",
            sqlite_where=sa.text("network IS NOT NULL"),
            postgresql_where=sa.text("network IS NOT NULL"),
        )
        batch_op.drop_column("reader_id")

    with op.batch_alter_table("sanction", schema=None) as batch_op:
        batch_op.drop_index("ix_sanction_subject")
        batch_op.drop_index("ix_sanction_newest")
        batch_op.drop_index(batch_op.f("ix_sanction_ends_at"))

    op.drop_table("sanction")
    with op.batch_alter_table("verified_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verified_address_verified_at"))
        batch_op.drop_index(batch_op.f("ix_verified_address_address"))

    op.drop_table("verified_address")
    op.drop_table("trained_text")
    op.drop_table("protected_name")
    op.drop_table("flood")
    op.drop_table("day_key")
    op.drop_table("bayes_word")
