"""accounts that change, invitations, forgotten passwords

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0016"
down_revision = "0015"
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
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("client", AutoString(length=40), server_default="", nullable=False))
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.alter_column("client", existing_type=AutoString(length=40), server_default=None)
    invitations()
    resets()


def downgrade() -> None:
    """Go one step back: links in letters lead nowhere any more."""
    for table in ("password_reset", "invitation"):
        op.drop_table(table)
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_column("client")
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        for column in ("updated_by", "updated_at", "version"):
            batch_op.drop_column(column)


ROLES = ("contributor", "author", "moderator", "editor", "admin")


def invitations() -> None:
    """Letters that open an account."""
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", AutoString(length=254), nullable=False),
        sa.Column("name", AutoString(length=120), nullable=True),
        sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, length=32), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("created_at", "expires_at")),
        *(sa.Column(name, UTCDateTime(), nullable=True) for name in ("accepted_at", "revoked_at")),
        sa.CheckConstraint(sa.column("role").in_(ROLES), name=op.f("ck_invitation_role")),
        sa.ForeignKeyConstraint(["invited_by"], ["staff_user.id"], name=op.f("fk_invitation_invited_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    for column in ("email", "created_at"):
        op.create_index(op.f(f"ix_invitation_{column}"), "invitation", [column])


def resets() -> None:
    """Requests for a new password."""
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", AutoString(length=762), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("spent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_password_reset_user_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
    )
    for column in ("user_id", "expires_at"):
        op.create_index(op.f(f"ix_password_reset_{column}"), "password_reset", [column])
