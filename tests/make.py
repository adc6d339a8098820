"""Builders of rows, for rooms that need a public story without the desk that would write it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.core.ids import new_id
from app.posts.models import Life, Post, State
from app.publications import service as publications_service
from app.publications.models import CommentsMode, Kind
from app.publications.projection import Piece


def live_story(
    session: Session,
    *,
    slug: str,
    locale: str = "en",
    group_id: UUID | None = None,
    title: str = "Voices of the harbour",
    created_by: UUID | None = None,
    published_at: datetime | None = None,
    comments: CommentsMode | None = None,
    kind: Kind = Kind.ARTICLE,
) -> UUID:
    """A story that is public since an hour, or since the given moment."""
    post_id, since = new_id(), published_at or now() - timedelta(hours=1)
    session.add(
        Post(
            id=post_id,
            kind=kind,
            locale=locale,
            group_id=group_id or post_id,
            state=State.APPROVED,
            life=Life.PUBLISHED,
            live_revision=1,
            created_by=created_by,
            created_at=since,
            updated_at=since,
            published_at=since,
        )
    )
    session.flush()
    publications_service.claim_slug(session, slug, post_id)
    piece = Piece(
        id=post_id,
        kind=kind,
        locale=locale,
        group_id=group_id or post_id,
        revision=1,
        slug=slug,
        title=title,
        dek="",
        excerpt="",
        body_html="<p>The boats come in at six.</p>",
        body_text="The boats come in at six.",
        section=None,
        section_ids=(),
        tags=(),
        authors=(),
        featured=False,
        comments=comments,
        seo={},
        published_at=since,
        updated_at=since,
    )
    publications_service.put(session, piece)
    return post_id
