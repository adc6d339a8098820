"""What readers think of a comment: recommendations that can be taken back, and reports that hold it back once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, select

from app.comments import queries, shelf, workflow
from app.comments.errors import CommentNotFound
from app.comments.feedback_schemas import CommentIds, RecommendationAnswer, Recommended, ReportDraft
from app.comments.models import Comment, Recommendation, Report, Status
from app.core.actor import Actor
from app.core.day_keys import network_tag
from app.core.http.limits import GUEST_POSTS, RECOMMENDATIONS, RECOMMENDATIONS_OF_ONE, REPORTS_OF_ONE, Limiter
from app.core.keys import Keys
from app.site import queries as site_queries


def recommend(
    session: Session, comment_id: UUID, *, reader: UUID, network: str, keys: Keys, limiter: Limiter, at: datetime
) -> RecommendationAnswer:
    """Count a reader once, however often they say so. Raises CommentNotFound, TooMany."""
    comment = _get_shown(session, comment_id, at=at)
    name = _name(keys, "recommendation", comment_id, reader.bytes)
    if session.get(Recommendation, (comment_id, name)) is None:
        # after the comment is locked: of two at once by one reader, the second one finds the first
        of_one = f"{network} {comment_id}"
        limiter.hit(session, [(RECOMMENDATIONS, network), (RECOMMENDATIONS_OF_ONE, of_one)], at=at)
        session.add(Recommendation(comment_id=comment_id, reader=name))
        comment.recommendations += 1
    return RecommendationAnswer(recommendations=comment.recommendations, recommended=True)


def take_back(session: Session, comment_id: UUID, *, reader: UUID, keys: Keys, at: datetime) -> RecommendationAnswer:
    """Count a reader no longer, if they were counted. Raises CommentNotFound."""
    comment = _get_shown(session, comment_id, at=at)
    mine = session.get(Recommendation, (comment_id, _name(keys, "recommendation", comment_id, reader.bytes)))
    if mine is not None:
        session.delete(mine)
        comment.recommendations -= 1
    return RecommendationAnswer(recommendations=comment.recommendations, recommended=False)


def list_recommended(session: Session, asked: CommentIds, *, reader: UUID, keys: Keys) -> Recommended:
    """Those of the comments that the reader recommends."""
    names = [_name(keys, "recommendation", id_, reader.bytes) for id_ in asked.ids]
    wanted = (col(Recommendation.comment_id).in_(asked.ids), col(Recommendation.reader).in_(names))
    found = set(session.exec(select(Recommendation.comment_id).where(*wanted)))
    return Recommended(recommended=[id_ for id_ in dict.fromkeys(asked.ids) if id_ in found])


def report(
    session: Session,
    comment_id: UUID,
    draft: ReportDraft,
    *,
    reader: UUID | None,
    network: str,
    keys: Keys,
    limiter: Limiter,
    by: Actor,
    at: datetime,
) -> UUID:
    """Tell the moderators of a comment, each reader once; enough reports hold it back. Without a key the network of
    the day stands for the reader. Raises CommentNotFound, TooMany.
    """
    limiter.hit(session, [(GUEST_POSTS, network)], at=at)
    comment = queries.get_locked(session, comment_id)
    queries.check_shown(session, comment, at=at)
    who = reader.bytes if reader else network_tag(session, keys, network, at=at).encode()
    name = _name(keys, "report", comment_id, who)
    if session.get(Report, (comment_id, name)) is None:
        limiter.hit(session, [(REPORTS_OF_ONE, f"{network} {comment_id}")], at=at)
        session.add(Report(comment_id=comment_id, reporter=name, reason=draft.reason, note=draft.note, at=at))
        comment.reported_at = at
        session.flush()
        shelf.tell(session, "comment.reported", comment, by=by, at=at, reason=draft.reason.value)
        _hold_if_enough(session, comment, by=by, at=at)
    return comment_id


def _hold_if_enough(session: Session, comment: Comment, *, by: Actor, at: datetime) -> None:
    waiting = select(func.count()).select_from(Report).where(*_open(comment.id))
    reports = session.exec(waiting).one()
    threshold = site_queries.get_settings(session).comments.report_threshold
    if not workflow.reports_hold(comment, reports, threshold):
        return
    comment.held_by_reports = True
    comment.hold_reasons = ["content"]
    found = {"phase": "reports", "verdict": "hold", "detail": f"reports of readers: {reports}"}
    comment.evidence = [*comment.evidence, found]
    shelf.move(session, comment, Status.PENDING)
    shelf.tell(session, "comment.held_again", comment, by=by, at=at)


def close_reports(session: Session, comment: Comment, batch_id: UUID) -> None:
    """A decision deals with what was reported until now."""
    if comment.reported_at is not None:
        session.execute(update(Report).where(*_open(comment.id)).values(closed_in=batch_id))
        comment.reported_at = None


def reopen_reports(session: Session, comment: Comment, batch_id: UUID) -> None:
    """The decision was taken back: the reports that it dealt with wait again."""
    closed = (col(Report.comment_id) == comment.id, col(Report.closed_in) == batch_id)
    session.execute(update(Report).where(*closed).values(closed_in=None))
    newest = select(func.max(col(Report.at))).where(*_open(comment.id))
    comment.reported_at = session.exec(newest).one()


def _open(comment_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(Report.comment_id) == comment_id, col(Report.closed_in).is_(None)


def _get_shown(session: Session, comment_id: UUID, *, at: datetime) -> Comment:
    """A comment that everyone sees, its row locked: nothing but its own numbers will change."""
    row = select(Comment).where(col(Comment.id) == comment_id).with_for_update(key_share=True)
    comment = session.exec(row).first()
    if comment is None:
        raise CommentNotFound()
    queries.check_shown(session, comment, at=at)
    return comment


def _name(keys: Keys, purpose: str, comment_id: UUID, who: bytes) -> str:
    """Whom a row is about, told to nobody: another name below each comment."""
    return keys.mac(f"comment-{purpose}", comment_id.bytes + who).hex()
