"""What moderators find beside comments, fetched for a whole page at once: reports, notes, former texts."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.comments.documents import Placed
from app.comments.editor_schemas import NoteAuthor, NoteShown, RevisionShown
from app.comments.errors import CommentNotFound
from app.comments.models import Comment, CommentNote, CommentRevision, Report
from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.staff.models import User


def gather(session: Session, rows: Sequence[Placed]) -> list[Placed]:
    """The same comments with the reports that wait for a decision and the notes of moderators: two queries."""
    ids = [row.comment.id for row in rows]
    reports: defaultdict[UUID, list[Report]] = defaultdict(list)
    waiting = (col(Report.comment_id).in_(ids), col(Report.closed_in).is_(None))
    for report in session.exec(select(Report).where(*waiting).order_by(col(Report.at), col(Report.reporter))):
        reports[report.comment_id].append(report)
    notes: defaultdict[UUID, list[NoteShown]] = defaultdict(list)
    written = select(CommentNote, User.name).join(User, col(User.id) == col(CommentNote.author_id))
    written = written.where(col(CommentNote.comment_id).in_(ids))
    for note, name in session.exec(written.order_by(col(CommentNote.written_at), col(CommentNote.id))):
        notes[note.comment_id].append(note_shown(note, name))
    return [row._replace(reports=reports[row.comment.id], notes=notes[row.comment.id]) for row in rows]


def note_shown(note: CommentNote, name: str) -> NoteShown:
    """A note with the name of its author."""
    author = NoteAuthor(id=note.author_id, name=name)
    return NoteShown(id=note.id, author=author, body=note.body, written_at=note.written_at)


def list_revisions(session: Session, comment_id: UUID, query: PageQuery) -> Page[RevisionShown]:
    """What a comment says and said, newest first. Raises CommentNotFound, Invalid."""
    comment = session.get(Comment, comment_id)
    if comment is None:
        raise CommentNotFound()
    scope = f"revisions {comment_id}"
    statement = select(CommentRevision).where(col(CommentRevision.comment_id) == comment_id)
    total, former = total_of(session, statement, query), list[CommentRevision]()
    if total is not None:
        total += comment.body is not None
    if query.cursor is None:
        former = [] if comment.body is None else [present_text(comment)]
    else:
        statement = statement.where(col(CommentRevision.number) < decode_cursor(query.cursor, scope, (int,))[0])
    former += session.exec(statement.order_by(col(CommentRevision.number).desc()).limit(query.limit + 1))
    shown, following = page_of(former[: query.limit + 1], query.limit, lambda row: encode_cursor(scope, (row.number,)))
    items = [RevisionShown(revision=row.number, body=row.body, written_at=row.written_at) for row in shown]
    return Page(items=items, next=following, total=total)


def present_text(comment: Comment) -> CommentRevision:
    """What a comment says now, as its history will keep it."""
    written_at = comment.edited_at or comment.created_at
    return CommentRevision(
        comment_id=comment.id, number=comment.revision, body=comment.body or "", written_at=written_at
    )
