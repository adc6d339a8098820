"""Reading previews: those of a dossier for its editors, and the one behind a token while it is open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.http.paging import Cut, PageQuery, page_of, total_of
from app.core.keyset import Key, decode_cursor, encode_cursor
from app.posts.errors import PreviewNotFound
from app.posts.models import Life, Post
from app.posts.previews_models import Preview, PreviewAnswer
from app.posts.previews_schemas import AnswerItem

_KEY = (datetime, UUID)
_CLOSED = (Life.TRASHED, Life.WITHDRAWN)  # what was thrown away or taken down is shown to nobody outside

Answered = tuple[Preview, list[AnswerItem]]


def _open(preview_id: UUID | None, at: datetime) -> SelectOfScalar[Preview]:
    wanted = select(Preview).join(Post, col(Post.id) == col(Preview.post_id))
    return wanted.where(
        col(Preview.id) == preview_id,
        col(Preview.expires_at) > at,
        col(Preview.revoked_at).is_(None),
        col(Post.life).not_in(_CLOSED),
    )


def get_open(session: Session, preview_id: UUID | None, *, at: datetime) -> Preview:
    """The preview behind a token. Raises PreviewNotFound, whatever the reason: none is told."""
    preview = session.exec(_open(preview_id, at)).first()
    if preview is None:
        raise PreviewNotFound()
    return preview


def lock_open(session: Session, preview_id: UUID, *, at: datetime) -> Preview:
    """The same, held against who revokes or answers it. Raises PreviewNotFound."""
    preview = session.exec(_open(preview_id, at).with_for_update(of=Preview)).first()
    if preview is None:
        raise PreviewNotFound()
    return preview


def get_of_post(session: Session, post_id: UUID, preview_id: UUID) -> Preview:
    """A preview of this dossier, locked. Raises PreviewNotFound."""
    wanted = (col(Preview.id) == preview_id, col(Preview.post_id) == post_id)
    preview = session.exec(select(Preview).where(*wanted).with_for_update()).first()
    if preview is None:
        raise PreviewNotFound("this dossier has no such preview")
    return preview


def is_pinned(session: Session, post_id: UUID, number: int) -> bool:
    """Whether a revision was ever shared: it then stays as it is for as long as its dossier."""
    shared = (col(Preview.post_id) == post_id, col(Preview.revision) == number)
    return session.exec(select(Preview.id).where(*shared).limit(1)).first() is not None


def count_answers(session: Session, preview_id: UUID) -> int:
    """How often it was answered."""
    return session.exec(select(func.count()).where(col(PreviewAnswer.preview_id) == preview_id)).one()


def list_of_post(session: Session, post_id: UUID, query: PageQuery, scope: str) -> Cut[Answered]:
    """One page with their answers, newest first, in two queries."""
    key = (col(Preview.created_at), col(Preview.id))
    wanted = select(Preview).where(col(Preview.post_id) == post_id)
    total = total_of(session, wanted, query)
    if query.cursor is not None:
        wanted = wanted.where(tuple_(*key) < tuple_(*decode_cursor(query.cursor, scope, _KEY)))
    previews = session.exec(wanted.order_by(*(part.desc() for part in key)).limit(query.limit + 1)).all()
    found = with_answers(session, previews)
    return Cut(*page_of(found, query.limit, lambda last: encode_cursor(scope, _key_of(last))), total)


def with_answers(session: Session, previews: Sequence[Preview]) -> list[Answered]:
    """Previews with what came back, oldest first."""
    ids = [preview.id for preview in previews]
    order = (col(PreviewAnswer.at), col(PreviewAnswer.id))
    answers = session.exec(select(PreviewAnswer).where(col(PreviewAnswer.preview_id).in_(ids)).order_by(*order)).all()
    return [
        (preview, [AnswerItem.of(answer, preview) for answer in answers if answer.preview_id == preview.id])
        for preview in previews
    ]


def get_answered(session: Session, post_id: UUID, preview_id: UUID) -> Answered:
    """One preview of this dossier with its answers. Raises PreviewNotFound."""
    wanted = (col(Preview.id) == preview_id, col(Preview.post_id) == post_id)
    found = with_answers(session, session.exec(select(Preview).where(*wanted)).all())
    if not found:
        raise PreviewNotFound("this dossier has no such preview")
    return found[0]


def _key_of(answered: Answered) -> tuple[Key, ...]:
    """Where a cursor after this preview begins."""
    return answered[0].created_at, answered[0].id
