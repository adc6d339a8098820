"""night shift and inbox

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("args", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "running", "parked", name="job_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("run_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("twin", sqlmodel.sql.sqltypes.AutoString(length=128), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at", "id"], unique=False)
        batch_op.create_index("ix_job_twin", ["twin", "state"], unique=False)
        batch_op.create_index(
            "ix_job_held",
            ["worker_id"],
            unique=False,
            sqlite_where=sa.text("worker_id IS NOT NULL"),
            postgresql_where=sa.text("worker_id IS NOT NULL"),
        )

    op.create_table(
        "job_schedule",
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_job_schedule")),
    )
    op.create_table(
        "job_worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("beat_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_worker")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("recipient_key", sqlmodel.sql.sqltypes.AutoString(length=762), nullable=False),
        sa.Column("args", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "refused",
                "bounced",
                "parked",
                name="mail_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("response", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("in_reply_to", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_about"), ["about"], unique=False)
        batch_op.create_index("ix_mail_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_mail_recipient", ["recipient_key", "created_at"], unique=False)

    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("public_key", sqlmodel.sql.sqltypes.AutoString(length=128), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_sealing_key_key_id")),
    )
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("events", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column(
            "disabled_reason",
            sa.Enum(
                "by_hand",
                "gone",
                "failing",
                name="disabled_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("retry_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "delivered",
                "parked",
                name="delivery_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("retry_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_delivery_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_webhook_delivery_due", ["endpoint_id", "state", "retry_at"], unique=False)
        batch_op.create_index("ix_webhook_delivery_event", ["endpoint_id", "event_id"], unique=True)
        batch_op.create_index("ix_webhook_delivery_newest", ["endpoint_id", "created_at", "id"], unique=False)

    op.create_table(
        "contact_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_contact_reply_author_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["contact_submission.id"], name=op.f("fk_contact_reply_submission_id_contact_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_reply")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contact_reply", schema=None) as batch_op:
        batch_op.create_index("ix_contact_reply_submission", ["submission_id", "written_at", "place"], unique=False)

    # SQLite copies these tables, and the copies have no rowids: they would place a tip between dated neighbours
    copied = op.get_context().dialect.name == "sqlite"
    with op.batch_alter_table(
        "contact_note", recreate="always" if copied else "never", table_kwargs={"sqlite_with_rowid": False}
    ) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False))
    if copied:
        with op.batch_alter_table("kept_answer", recreate="always", table_kwargs={"sqlite_with_rowid": False}):
            pass

    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "moved_at",
                sqlmodel.sql.sqltypes.UTCDateTime(),
                server_default=sa.text("'1970-01-01 00:00:00.000000'"),
                nullable=False,
            )
        )
        batch_op.create_index("ix_contact_submission_retention", ["state", "moved_at"], unique=False)
    # nothing is known of when old messages moved last
    op.execute(sa.text("UPDATE contact_submission SET moved_at = received_at"))
    if op.get_context().dialect.name == "postgresql":  # SQLite would copy the table, and make it one with rowids
        op.alter_column("contact_submission", "moved_at", server_default=None)

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("position", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_event_unplaced",
            ["at", "id"],
            unique=False,
            sqlite_where=sa.text("position IS NULL"),
            postgresql_where=sa.text("position IS NULL"),
        )
        batch_op.create_index("ix_event_position", ["position"], unique=True)
        batch_op.drop_index(batch_op.f("ix_event_at"))
        batch_op.drop_index(batch_op.f("ix_event_name"))
        batch_op.drop_index(batch_op.f("ix_event_subject_id"))
        batch_op.create_index("ix_event_newest", ["at", "id"], unique=False)
        batch_op.create_index("ix_event_named", ["name", "at", "id"], unique=False)
        batch_op.create_index("ix_event_subject", ["subject_id", "at", "id"], unique=False)
        batch_op.create_index(
            "ix_event_actor",
            ["actor_id", "at", "id"],
            unique=False,
            sqlite_where=sa.text("actor_id IS NOT NULL"),
            postgresql_where=sa.text("actor_id IS NOT NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_event_actor",
            sqlite_where=sa.text("actor_id IS NOT NULL"),
            postgresql_where=sa.text("actor_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index("ix_event_named")
        batch_op.drop_index("ix_event_newest")
        batch_op.create_index(batch_op.f("ix_event_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.drop_index("ix_event_position")
        batch_op.drop_index(
            "ix_event_unplaced", sqlite_where=sa.text("position IS NULL"), postgresql_where=sa.text("position IS NULL")
        )
        batch_op.drop_column("position")
        batch_op.drop_column("private")

    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_submission_retention")
        batch_op.drop_column("moved_at")
        batch_op.drop_column("sealed")

    with op.batch_alter_table("contact_note", schema=None) as batch_op:
        batch_op.drop_column("place")

    with op.batch_alter_table("contact_reply", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_reply_submission")

    op.drop_table("contact_reply")
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_delivery_newest")
        batch_op.drop_index("ix_webhook_delivery_event")
        batch_op.drop_index("ix_webhook_delivery_due")
        batch_op.drop_index("ix_webhook_delivery_created_at")

    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
    op.drop_table("sealing_key")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_recipient")
        batch_op.drop_index("ix_mail_created_at")
        batch_op.drop_index(batch_op.f("ix_mail_about"))

    op.drop_table("mail")
    op.drop_table("job_worker")
    op.drop_table("job_schedule")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_job_held",
            sqlite_where=sa.text("worker_id IS NOT NULL"),
            postgresql_where=sa.text("worker_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_job_twin")
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
