"""Reading translations: the languages of a story, and how far each lags behind what it was translated from."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.posts.models import Post, Revision


class Origin(NamedTuple):
    """What a dossier was translated from, and the first published revision of it that the translation has not seen."""

    post_id: UUID
    stale_since: int | None


def origins(session: Session, posts: Iterable[Post]) -> dict[UUID, Origin]:
    """By dossier, for those that are translations of one that is still there; one query however many."""
    ids = [post.id for post in posts if post.translated_from is not None]
    if not ids:
        return {}
    original = aliased(Post)
    unseen = and_(
        col(Revision.post_id) == col(original.id),
        col(Revision.number) > col(Post.translated_revision),
        col(Revision.published_at).is_not(None),
    )
    statement = (
        select(col(Post.id), col(original.id), func.min(Revision.number))
        .join(original, col(original.id) == col(Post.translated_from))
        .outerjoin(Revision, unseen)
        .where(col(Post.id).in_(ids))
        .group_by(col(Post.id), col(original.id))
    )
    return {post_id: Origin(origin, stale) for post_id, origin, stale in session.exec(statement)}


def list_group(session: Session, seen: SelectOfScalar[Post], group_id: UUID) -> list[tuple[Post, Revision]]:
    """The dossiers of a story in all its languages, those among `seen`, with their newest revisions."""
    posts = session.exec(seen.where(col(Post.group_id) == group_id).order_by(col(Post.locale))).all()
    newest = and_(col(Revision.post_id) == col(Post.id), col(Revision.number) == col(Post.revision))
    ids = [post.id for post in posts]
    found = session.exec(select(Revision).join(Post, newest).where(col(Post.id).in_(ids))).all()
    revisions = {revision.post_id: revision for revision in found}
    return [(post, revisions[post.id]) for post in posts]
