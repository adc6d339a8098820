"""letters about comments

Revision ID: 0007
Revises: 0006
"""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATUSES = ("pending", "published", "rejected", "spam", "deleted")


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False))
        allow(batch_op, (*STATUSES, "erased"))
    op.create_table(
        "mail_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", text_of("link_action", "confirm export erase approve reject spam"), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=762), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("spent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_mail_link_staff_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_link")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mail_link", schema=None) as batch_op:
        batch_op.create_index("ix_mail_link_about", ["about", "staff_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_link_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_link_letter_id"), ["letter_id"], unique=False)
    op.create_table(
        "correspondent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=762), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondent")),
        sa.UniqueConstraint("email", name=op.f("uq_correspondent_email")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondent_id", sa.Uuid(), nullable=False),
        sa.Column("scope", text_of("scope", "replies thread"), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correspondent_id"],
            ["correspondent.id"],
            name=op.f("fk_subscription_correspondent_id_correspondent"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_correspondent_id"), ["correspondent_id"], unique=False)
        batch_op.create_index("ix_subscription_listener", ["about", "correspondent_id"], unique=True)
    op.create_table(
        "announcement",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_announcement")),
    )


def downgrade() -> None:
    """Go one step back; who was erased stays deleted."""
    for table in ("announcement", "subscription", "correspondent", "mail_link"):
        op.drop_table(table)
    comment = sa.table("comment", sa.column("status", sa.String()))
    op.execute(comment.update().where(comment.c.status == "erased").values(status="deleted"))
    with op.batch_alter_table("comment", schema=None) as batch_op:
        allow(batch_op, STATUSES)
        batch_op.drop_column("verified")


def text_of(name: str, values: str) -> sa.Enum:
    """Text with a CHECK."""
    return sa.Enum(*values.split(), name=name, native_enum=False, create_constraint=True, length=32)


def allow(batch_op: Any, statuses: tuple[str, ...]) -> None:
    """Put another CHECK in the place of the one on the status."""
    batch_op.drop_constraint(batch_op.f("ck_comment_status"), type_="check")
    batch_op.create_check_constraint(batch_op.f("ck_comment_status"), sa.column("status").in_(statuses))
