"""Reading what was said about a story afterwards."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.posts.corrections_schemas import CorrectionEditor
from app.posts.errors import CorrectionNotFound
from app.publications.models import Correction


def get_correction(session: Session, post_id: UUID, correction_id: UUID) -> Correction:
    """One of this story's. Raises CorrectionNotFound."""
    wanted = (col(Correction.id) == correction_id, col(Correction.post_id) == post_id)
    correction = session.exec(select(Correction).where(*wanted)).first()
    if correction is None:
        raise CorrectionNotFound()
    return correction


def list_corrections(session: Session, post_id: UUID, query: PageQuery) -> Page[CorrectionEditor]:
    """A page of a story's corrections, newest first. Raises Invalid for a cursor of another list."""
    scope, key = f"corrections of {post_id}", (col(Correction.at), col(Correction.id))
    statement = select(Correction).where(col(Correction.post_id) == post_id)
    total = total_of(session, statement, query)
    if query.cursor is not None:
        statement = statement.where(tuple_(*key) < tuple_(*decode_cursor(query.cursor, scope, (datetime, UUID))))
    statement = statement.order_by(*(part.desc() for part in key)).limit(query.limit + 1)
    found = session.exec(statement).all()
    shown, cursor = page_of(found, query.limit, lambda last: encode_cursor(scope, (last.at, last.id)))
    return Page(items=[CorrectionEditor.of(correction) for correction in shown], next=cursor, total=total)
