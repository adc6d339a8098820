"""Dossiers and live pieces put straight into the tables, for rooms that only count or refer to them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.core.ids import new_id
from app.posts.models import Post, PostTerm, Revision
from app.publications.models import Kind, Publication, PublicationTerm

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def add_dossier(
    session: Session, title: str, *, terms: Iterable[UUID] = (), section_id: UUID | None = None, locale: str = "en"
) -> UUID:
    """A draft whose newest revision carries these terms."""
    post_id = new_id()
    session.add(Post(id=post_id, kind=Kind.ARTICLE, locale=locale, group_id=post_id, created_at=NOON, updated_at=NOON))
    session.flush()
    session.add(
        Revision(
            id=new_id(),
            post_id=post_id,
            number=1,
            slug=str(post_id),
            title=title,
            section_id=section_id,
            created_at=NOON,
        )
    )
    session.add_all(PostTerm(term_id=term_id, post_id=post_id) for term_id in terms)
    session.flush()
    return post_id


def add_live(
    session: Session,
    *,
    terms: Iterable[UUID],
    locale: str = "en",
    since: timedelta = timedelta(hours=-1),
    until: timedelta | None = None,
) -> UUID:
    """A live piece under these terms, visible from and until so long after noon."""
    post_id = add_dossier(session, "Voices of the harbour", locale=locale)
    published_at = NOON + since
    session.add(
        Publication(
            id=post_id,
            kind=Kind.ARTICLE,
            locale=locale,
            group_id=post_id,
            slug=f"s-{post_id}",
            title="Voices of the harbour",
            revision=1,
            published_at=published_at,
            updated_at=published_at,
            unpublish_at=None if until is None else NOON + until,
            path=f"/{locale}/{post_id}",
            summary="",
            body="",
            detail="",
            link="",
            translation="",
            search_text="",
        )
    )
    session.flush()
    session.add_all(
        PublicationTerm(term_id=term_id, post_id=post_id, kind=Kind.ARTICLE, locale=locale, published_at=published_at)
        for term_id in terms
    )
    return post_id
