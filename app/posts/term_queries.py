"""What dossiers use a term or a language: asked before one is deleted or dropped."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from app.core.errors import MOST_USES, Use
from app.posts.models import Post, PostTerm, Revision


def list_term_uses(session: Session, term_id: UUID) -> Sequence[Use]:
    """Dossiers whose newest or live revision names the term, or any revision the section; latest first, at most 20."""
    linked = select(PostTerm.post_id).where(col(PostTerm.term_id) == term_id)
    filed = select(Revision.post_id).where(col(Revision.section_id) == term_id)
    return _uses(session, or_(col(Post.id).in_(linked), col(Post.id).in_(filed)))


def list_locale_uses(session: Session, locales: Sequence[str]) -> Sequence[Use]:
    """Dossiers in one of these languages, those in the trash too; latest first, at most 20."""
    return _uses(session, col(Post.locale).in_(locales))


def _uses(session: Session, which: ColumnElement[bool]) -> list[Use]:
    newest = and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == col(Post.revision))
    rows = session.exec(
        select(Post.kind, Post.id, Revision.title)
        .join(Revision, newest)
        .where(which)
        .order_by(col(Post.updated_at).desc(), col(Post.id).desc())
        .limit(MOST_USES)
    )
    return [Use(kind, post_id, title) for kind, post_id, title in rows]
