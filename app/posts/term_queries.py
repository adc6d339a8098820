"""What dossiers use a term: asked before one is deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, and_, col, or_, select

from app.posts.models import Post, PostTerm, Revision
from app.taxonomy.errors import MOST_USES, Use


def list_term_uses(session: Session, term_id: UUID) -> Sequence[Use]:
    """Dossiers whose newest or live revision names the term, or any revision the section; latest first, at most 20."""
    linked = select(PostTerm.post_id).where(col(PostTerm.term_id) == term_id)
    filed = select(Revision.post_id).where(col(Revision.section_id) == term_id)
    newest = and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == col(Post.revision))
    rows = session.exec(
        select(Post.kind, Post.id, Revision.title)
        .join(Revision, newest)
        .where(or_(col(Post.id).in_(linked), col(Post.id).in_(filed)))
        .order_by(col(Post.updated_at).desc(), col(Post.id).desc())
        .limit(MOST_USES)
    )
    return [Use(kind, post_id, title) for kind, post_id, title in rows]
