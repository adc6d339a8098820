"""first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "comment_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_counter")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "kept_answer",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("request_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_answer")),
    )
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answer_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "rate_counter",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counter")),
    )
    with op.batch_alter_table("rate_counter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_counter_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "staff_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "contributor",
                "author",
                "moderator",
                "editor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("disabled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
    )
    op.create_table(
        "author",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("descriptions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_author_updated_by_staff_user")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_author_user_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
        sa.UniqueConstraint("slug", name=op.f("uq_author_slug")),
    )
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_author_user_id"), ["user_id"], unique=False)

    op.create_table(
        "comment_decision_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_user.id"], name=op.f("fk_comment_decision_batch_decided_by_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_decision_batch")),
    )
    op.create_table(
        "contact_submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "message",
                "correction",
                "tip",
                "advertising",
                "abuse",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "open",
                "waiting",
                "closed",
                "spam",
                "purged",
                name="message_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("flags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("snoozed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["staff_user.id"], name=op.f("fk_contact_submission_assignee_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_submission")),
        sa.UniqueConstraint("reference", name=op.f("uq_contact_submission_reference")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_submission_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_submission_email"), ["email"], unique=False)
        batch_op.create_index("ix_contact_submission_newest", ["received_at", "id"], unique=False)
        batch_op.create_index("ix_contact_submission_state", ["state", "received_at", "id"], unique=False)
        batch_op.create_index("ix_contact_submission_twin", ["fingerprint", "received_at"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("article", "page", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "in_review", "approved", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "life",
            sa.Enum(
                "unpublished",
                "scheduled",
                "published",
                "withdrawn",
                "trashed",
                name="life",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("live_revision", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("trashed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_post_created_by_staff_user")),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_post_updated_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("group_id", "locale", name=op.f("uq_post_group_id_locale")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index("ix_post_creator_updated", ["created_by", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_post_kind_updated", ["kind", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_post_life_updated", ["life", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_post_updated", ["updated_at", "id"], unique=False)

    op.create_table(
        "section",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("descriptions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["section.id"], name=op.f("fk_section_parent_id_section")),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_section_updated_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("slug", name=op.f("uq_section_slug")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("rotated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_staff_session_user_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("descriptions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_tag_updated_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "published",
                "rejected",
                "spam",
                "deleted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("descendants", sa.Integer(), nullable=False),
        sa.Column("recommendations", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("body_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("author_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("author_email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("notify", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("hold_reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("rejection", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edited_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id_comment")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_comment_post_id_post")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["staff_user.id"], name=op.f("fk_comment_reviewed_by_staff_user")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_comment_staff_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("number", name=op.f("uq_comment_number")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_children", ["parent_id", "visible", "number"], unique=False)
        batch_op.create_index("ix_comment_count", ["post_id", "status", "number"], unique=False)
        batch_op.create_index("ix_comment_queue", ["status", "number"], unique=False)
        batch_op.create_index("ix_comment_thread", ["post_id", "visible", "parent_id", "number"], unique=False)
        batch_op.create_index(
            "ix_comment_thread_top", ["post_id", "visible", "parent_id", "recommendations", "number"], unique=False
        )
        batch_op.create_index("ix_comment_twin", ["post_id", "body_hash"], unique=False)
        batch_op.create_index("ix_comment_writer", ["author_email", "number"], unique=False)

    op.create_table(
        "comment_decision",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("rejection", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["comment_decision_batch.id"],
            name=op.f("fk_comment_decision_batch_id_comment_decision_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_comment_decision")),
    )
    with op.batch_alter_table("comment_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_decision_comment_id"), ["comment_id"], unique=False)

    op.create_table(
        "contact_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_contact_note_author_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["contact_submission.id"], name=op.f("fk_contact_note_submission_id_contact_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
    )
    with op.batch_alter_table("contact_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_note_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "post_term",
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_term_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("term_id", "post_id", name=op.f("pk_post_term")),
    )
    with op.batch_alter_table("post_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_term_post_id"), ["post_id"], unique=False)

    op.create_table(
        "public_path",
        sa.Column("path", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_public_path_post_id_post")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_public_path")),
    )
    with op.batch_alter_table("public_path", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_path_post_id"), ["post_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("article", "page", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("unpublish_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column(
            "comments_mode",
            sa.Enum(
                "open", "closed", "hidden", name="comments_mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("path", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("translation", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["post.id"], name=op.f("fk_publication_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("slug", name=op.f("uq_publication_slug")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index("ix_publication_commented", ["kind", "comment_count", "id"], unique=False)
        batch_op.create_index(
            "ix_publication_commented_in_locale", ["kind", "locale", "comment_count", "id"], unique=False
        )
        batch_op.create_index("ix_publication_featured", ["featured", "kind", "published_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_publication_newest", ["kind", "published_at", "id"], unique=False)
        batch_op.create_index("ix_publication_newest_in_locale", ["kind", "locale", "published_at", "id"], unique=False)
        batch_op.create_index("ix_publication_section", ["section_id", "locale", "published_at", "id"], unique=False)
        batch_op.create_index("ix_publication_unpublished", ["unpublish_at"], unique=False)
        batch_op.create_index("ix_publication_updated", ["kind", "updated_at", "id"], unique=False)
        batch_op.create_index("ix_publication_updated_in_locale", ["kind", "locale", "updated_at", "id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("dek", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "body_format",
            sa.Enum("markdown", "html", name="body_format", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("tag_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("author_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cover_alt", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column(
            "comments",
            sa.Enum(
                "open", "closed", "hidden", name="comments_mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("seo", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("autosave", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_revision_created_by_staff_user")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_revision_post_id_post")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_revision_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_revision_post_id_number")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_section_id"), ["section_id"], unique=False)

    op.create_table(
        "slug",
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_slug_post_id_post")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_slug")),
    )
    with op.batch_alter_table("slug", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slug_post_id"), ["post_id"], unique=False)

    op.create_table(
        "publication_term",
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("article", "page", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["publication.id"], name=op.f("fk_publication_term_post_id_publication"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("term_id", "post_id", name=op.f("pk_publication_term")),
    )
    with op.batch_alter_table("publication_term", schema=None) as batch_op:
        batch_op.create_index(
            "ix_publication_term_newest", ["term_id", "kind", "published_at", "post_id"], unique=False
        )
        batch_op.create_index(
            "ix_publication_term_newest_in_locale",
            ["term_id", "kind", "locale", "published_at", "post_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_publication_term_post_id"), ["post_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("publication_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_term_post_id"))
        batch_op.drop_index("ix_publication_term_newest_in_locale")
        batch_op.drop_index("ix_publication_term_newest")

    op.drop_table("publication_term")
    with op.batch_alter_table("slug", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slug_post_id"))

    op.drop_table("slug")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_section_id"))

    op.drop_table("revision")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index("ix_publication_updated_in_locale")
        batch_op.drop_index("ix_publication_updated")
        batch_op.drop_index("ix_publication_unpublished")
        batch_op.drop_index("ix_publication_section")
        batch_op.drop_index("ix_publication_newest_in_locale")
        batch_op.drop_index("ix_publication_newest")
        batch_op.drop_index(batch_op.f("ix_publication_group_id"))
        batch_op.drop_index("ix_publication_featured")
        batch_op.drop_index("ix_publication_commented_in_locale")
        batch_op.drop_index("ix_publication_commented")

    op.drop_table("publication")
    with op.batch_alter_table("public_path", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_path_post_id"))

    op.drop_table("public_path")
    with op.batch_alter_table("post_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_term_post_id"))

    op.drop_table("post_term")
    with op.batch_alter_table("contact_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_note_submission_id"))

    op.drop_table("contact_note")
    with op.batch_alter_table("comment_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_decision_comment_id"))

    op.drop_table("comment_decision")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_writer")
        batch_op.drop_index("ix_comment_twin")
        batch_op.drop_index("ix_comment_thread_top")
        batch_op.drop_index("ix_comment_thread")
        batch_op.drop_index("ix_comment_queue")
        batch_op.drop_index("ix_comment_count")
        batch_op.drop_index("ix_comment_children")

    op.drop_table("comment")
    op.drop_table("tag")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_staff_session_expires_at"))

    op.drop_table("staff_session")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_parent_id"))

    op.drop_table("section")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index("ix_post_updated")
        batch_op.drop_index("ix_post_life_updated")
        batch_op.drop_index("ix_post_kind_updated")
        batch_op.drop_index("ix_post_creator_updated")

    op.drop_table("post")
    with op.batch_alter_table("contact_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_submission_twin")
        batch_op.drop_index("ix_contact_submission_state")
        batch_op.drop_index("ix_contact_submission_newest")
        batch_op.drop_index(batch_op.f("ix_contact_submission_email"))
        batch_op.drop_index(batch_op.f("ix_contact_submission_assignee_id"))

    op.drop_table("contact_submission")
    op.drop_table("comment_decision_batch")
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_author_user_id"))

    op.drop_table("author")
    op.drop_table("staff_user")
    op.drop_table("site")
    with op.batch_alter_table("rate_counter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rate_counter_ends_at"))

    op.drop_table("rate_counter")
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_answer_created_at"))
        batch_op.drop_index(batch_op.f("ix_kept_answer_about"))

    op.drop_table("kept_answer")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_subject_id"))
        batch_op.drop_index(batch_op.f("ix_event_name"))
        batch_op.drop_index(batch_op.f("ix_event_at"))

    op.drop_table("event")
    op.drop_table("comment_counter")
