"""Asking the site's external check about a comment that waits for it, and doing what it says."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.abuse import flood
from app.abuse.attempt import Ruling
from app.abuse.external import ASKED, PHASE, Question
from app.comments import queries, shelf
from app.comments.models import Comment, Status
from app.core.actor import system

_BY = system("external check")


def find_question(session: Session, comment_id: UUID) -> Question | None:
    """What is to be asked; None when the comment waits for nobody's answer any more."""
    comment = session.get(Comment, comment_id)
    if comment is None or not waits(comment):
        return None
    return Question(
        comment_id=comment.id,
        revision=comment.revision,
        version=comment.version,
        body=comment.body or "",
        author_name=comment.author_name,
        locale=comment.locale,
    )


def waits(comment: Comment) -> bool:
    """Whether it is still held, its answer still to come, and not judged by a person since it was written."""
    asked = any(found["phase"] == PHASE and found["detail"] == ASKED for found in comment.evidence)
    written_at = comment.edited_at or comment.created_at
    judged = comment.reviewed_at is not None and comment.reviewed_at >= written_at
    return comment.status is Status.PENDING and asked and not judged


def note(session: Session, question: Question, ruling: Ruling, detail: str, *, at: datetime) -> None:
    """Write down the answer: publish what nothing else holds back, file spam, leave the rest to people. Nothing happens
    when the comment moved on while the service was asked.
    """
    comment = queries.lock_comments(session, {question.comment_id}).get(question.comment_id)
    if comment is None or comment.version != question.version or not waits(comment):
        return
    others = [found for found in comment.evidence if found["phase"] != PHASE]
    comment.evidence = [*others, {"phase": PHASE, "verdict": ruling.value, "detail": detail}]
    if ruling is Ruling.SPAM:
        shelf.move(session, comment, Status.SPAM)
        shelf.tell(session, "comment.marked_spam", comment, by=_BY, at=at)
    elif ruling is Ruling.PASS and all(found["verdict"] != Ruling.HOLD for found in others):
        _let_through(session, comment, at=at)
    else:
        shelf.move(session, comment, Status.PENDING)


def _let_through(session: Session, comment: Comment, *, at: datetime) -> None:
    """Unless a flood has begun meanwhile."""
    if flood.since(session, at=at) is not None:
        comment.hold_reasons = ["flood"]
        shelf.move(session, comment, Status.PENDING)
        return
    comment.hold_reasons = []
    shelf.move(session, comment, Status.PUBLISHED)
    shelf.tell(session, "comment.published", comment, by=_BY, at=at)
