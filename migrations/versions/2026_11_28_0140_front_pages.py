"""front pages: pins, series, what related stories share

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOST_TAGS = 6


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "tag_ids", sqlmodel.sql.sqltypes.AutoString(length=MOST_TAGS * 33), server_default="", nullable=False
            )
        )
        batch_op.create_index(
            "ix_publication_featured_in_locale", ["featured", "kind", "locale", "published_at", "id"], unique=False
        )
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("names", json_type(), nullable=False),
        sa.Column("descriptions", json_type(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_series_updated_by_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "series_part",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_part_series_id_series"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_series_part_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("series_id", "position", name=op.f("pk_series_part")),
        sa.UniqueConstraint("series_id", "group_id", name=op.f("uq_series_part_series_id_group_id")),
    )
    op.create_table(
        "front",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by"], ["staff_user.id"], name=op.f("fk_front_updated_by_staff_user")),
        sa.PrimaryKeyConstraint("place_id", "locale", name=op.f("pk_front")),
    )
    op.create_table(
        "pin",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=35), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_pin_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place_id", "locale", "position", name=op.f("pk_pin")),
    )
    for table, column in (("series_part", "post_id"), ("series_part", "group_id"), ("pin", "post_id")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
    note_tags()


def downgrade() -> None:
    """Go one step back: orders of stories are lost, stories are not."""
    for table in ("pin", "front", "series_part", "series"):
        op.drop_table(table)
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index("ix_publication_featured_in_locale")
        batch_op.drop_column("tag_ids")


def json_type() -> sa.JSON:
    """JSON on both databases."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def note_tags() -> None:
    """Write the tags of what is public beside it, as publishing does from now on; which come first is unknown here."""
    connection = op.get_bind()
    publication = sa.table("publication", sa.column("id", sa.Uuid()), sa.column("tag_ids", sa.String()))
    link = sa.table("publication_term", sa.column("term_id", sa.Uuid()), sa.column("post_id", sa.Uuid()))
    tag = sa.table("tag", sa.column("id", sa.Uuid()))
    named = sa.select(link.c.post_id, link.c.term_id).join(tag, tag.c.id == link.c.term_id)
    tags: dict[object, list[str]] = {}
    for post_id, term_id in connection.execute(named.order_by(link.c.post_id, link.c.term_id)):
        tags.setdefault(post_id, []).append(term_id.hex)
    written = [{"post": post_id, "ids": ",".join(ids[:MOST_TAGS])} for post_id, ids in tags.items()]
    if written:
        note = publication.update().where(publication.c.id == sa.bindparam("post"))
        connection.execute(note.values(tag_ids=sa.bindparam("ids")), written)
