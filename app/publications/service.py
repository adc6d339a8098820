"""Changing what is public: putting pieces, taking them back, and the one namespace of slugs."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from app.core.slugs import MAX_SLUG_LENGTH
from app.publications.errors import SlugTaken
from app.publications.models import (
    RELATED_TAGS,
    Publication,
    PublicationTerm,
    PublicPath,
    Slug,
    Turn,
    Unindexed,
    Upcoming,
)
from app.publications.projection import DOC_VERSION, Piece, documents
from app.site import queries as site_queries


def put(session: Session, piece: Piece) -> Publication:
    """Put a piece before the public, or its newer version in place of the older; its slug is public for ever.
    Raises SlugTaken when the slug of an old revision went to another piece meanwhile.
    """
    claim_slug(session, piece.slug, piece.id)
    publication = refresh(session, piece)
    publication.unpublish_at = None
    session.execute(update(Slug).where(col(Slug.slug) == piece.slug).values(was_public=True))
    return publication


def refresh(session: Session, piece: Piece) -> Publication:
    """Write the documents of a piece anew, after a term or the site changed its name; visibility stays as it is."""
    facts: dict[str, Any] = {
        "kind": piece.kind,
        "locale": piece.locale,
        "group_id": piece.group_id,
        "slug": piece.slug,
        "title": piece.title,
        "section_id": piece.section.id if piece.section else None,
        "featured": piece.featured,
        "revision": piece.revision,
        "published_at": piece.published_at,
        "updated_at": piece.updated_at,
        "comments_mode": piece.comments,
        "doc_version": DOC_VERSION,
        "tag_ids": ",".join(tag.id.hex for tag in piece.tags[:RELATED_TAGS]),
    }
    facts |= documents(piece, site_queries.get_settings(session), site_queries.get_addresses(session))
    publication = session.get(Publication, piece.id)
    if publication is None:
        publication = Publication(id=piece.id, **facts)
    else:
        publication.sqlmodel_update(facts)
    session.add(publication)
    _remember_path(session, publication.path, piece.id)
    session.flush()
    _link_terms(session, piece)
    _unindex(session, piece.id)
    return publication


def take_back(session: Session, post_id: UUID, *, at: datetime) -> None:
    """End a piece's public life now; the row stays, so that it returns with its date and its comments."""
    session.execute(update(Publication).where(col(Publication.id) == post_id).values(unpublish_at=at))
    _unindex(session, post_id)


def end_at(session: Session, post_id: UUID, moment: datetime | None) -> None:
    """Say when a live piece leaves the public by itself; None: never."""
    session.execute(update(Publication).where(col(Publication.id) == post_id).values(unpublish_at=moment))


def expect(
    session: Session, post_id: UUID, *, appears_at: datetime | None, slug: str | None, expires_at: datetime | None
) -> None:
    """Tell the clock what it will have to do, in place of what it was told before; the slug is held meanwhile."""
    session.execute(delete(Upcoming).where(col(Upcoming.post_id) == post_id))
    turns = ((Turn.APPEAR, appears_at, slug), (Turn.EXPIRE, expires_at, None))
    rows = [{"post_id": post_id, "turn": turn, "at": at, "slug": held} for turn, at, held in turns if at is not None]
    if rows:
        session.execute(insert(Upcoming), rows)


def withdraw(session: Session, post_id: UUID, notice: str, *, at: datetime) -> None:
    """End a piece's public life and say so wherever it was found; a second time only the notice changes."""
    publication = session.get_one(Publication, post_id)
    if publication.withdrawn_at is None:
        publication.withdrawn_at = publication.unpublish_at = at
    publication.notice = notice
    session.flush()
    _unindex(session, post_id)


def reinstate(session: Session, post_id: UUID) -> None:
    """Say no more that a piece was withdrawn; it is not public before somebody publishes it."""
    back = {"withdrawn_at": None, "notice": ""}
    session.execute(update(Publication).where(col(Publication.id) == post_id).values(back))


def forget(session: Session, post_id: UUID) -> None:
    """Take everything public of a purged dossier away, but for the slugs that it had in public: nobody gets those."""
    session.execute(delete(Publication).where(col(Publication.id) == post_id))
    session.execute(delete(PublicPath).where(col(PublicPath.post_id) == post_id))
    held = col(Slug.post_id) == post_id
    session.execute(delete(Slug).where(held, col(Slug.was_public).is_(False)))
    session.execute(update(Slug).where(held).values(post_id=None))
    _unindex(session, post_id)


def set_comment_count(session: Session, post_id: UUID, count: int) -> None:
    """Write the number that lists and stories splice in, and that the thread has changed."""
    moved = {"comment_count": count, "thread_moves": col(Publication.thread_moves) + 1}
    session.execute(update(Publication).where(col(Publication.id) == post_id).values(moved))


def claim_slug(session: Session, slug: str, post_id: UUID) -> None:
    """Hold this very slug for a dossier. Raises SlugTaken when another holds it, or once had it in public."""
    if not _claimed(session, slug, post_id):
        raise SlugTaken(f"the slug is taken: {slug}")


def claim_free_slug(session: Session, wanted: str, post_id: UUID) -> str:
    """Hold the wanted slug or the first free of `-2`, `-3` …; safe against others who try the same."""
    for number in count(1):
        suffix = "" if number == 1 else f"-{number}"
        slug = wanted[: MAX_SLUG_LENGTH - len(suffix)].rstrip("-") + suffix
        if _claimed(session, slug, post_id):
            return slug
    raise AssertionError


def release_slug(session: Session, slug: str, post_id: UUID) -> None:
    """Give back a slug that was never public, and will not be by itself."""
    held = (col(Slug.slug) == slug, col(Slug.post_id) == post_id, col(Slug.was_public).is_(False))
    waits = exists(select(true()).where(col(Upcoming.post_id) == post_id, col(Upcoming.slug) == slug))
    session.execute(delete(Slug).where(*held, ~waits).execution_options(synchronize_session=False))


def _claimed(session: Session, slug: str, post_id: UUID) -> bool:
    session.execute(
        _insert(session, Slug).values(slug=slug, post_id=post_id, was_public=False).on_conflict_do_nothing()
    )
    return session.exec(select(Slug.post_id).where(col(Slug.slug) == slug)).one() == post_id


def _remember_path(session: Session, path: str, post_id: UUID) -> None:
    fresh = _insert(session, PublicPath).values(path=path, post_id=post_id)
    session.execute(fresh.on_conflict_do_update(index_elements=["path"], set_={"post_id": post_id}))


def _unindex(session: Session, post_id: UUID) -> None:
    """Search has to read this piece again. A row that is there is written too, which holds it: whoever reads the piece
    now reads it before this transaction, and must not take the row away.
    """
    fresh = _insert(session, Unindexed).values(post_id=post_id)
    session.execute(fresh.on_conflict_do_update(index_elements=["post_id"], set_={"post_id": post_id}))


def _link_terms(session: Session, piece: Piece) -> None:
    session.execute(delete(PublicationTerm).where(col(PublicationTerm.post_id) == piece.id))
    ids = [*piece.section_ids, *(tag.id for tag in piece.tags), *(author.id for author in piece.authors)]
    shared = {"post_id": piece.id, "kind": piece.kind, "locale": piece.locale, "published_at": piece.published_at}
    if ids:
        session.execute(insert(PublicationTerm), [{"term_id": term_id, **shared} for term_id in dict.fromkeys(ids)])


def _insert(session: Session, table: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """The INSERT of this engine that knows ON CONFLICT; both spell it alike."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
