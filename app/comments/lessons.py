"""What the abuse stack learns from what people decide about comments, and unlearns when they change their mind."""

from sqlmodel import Session

from app.abuse import bayes
from app.abuse.memory_models import Label
from app.comments.models import Comment, Status
from app.core.folding import fold


def label_of(comment: Comment) -> Label | None:
    """What people hold a comment for; what only the checks decided teaches them nothing."""
    if comment.reviewed_at is None or comment.staff_id is not None:
        return None
    return {Status.PUBLISHED: Label.HAM, Status.SPAM: Label.SPAM}.get(comment.status)


def learn(session: Session, comment: Comment) -> None:
    """Count the comment as what people hold it for by now: since that follows from where it stands and whether a
    person put it there, taking a decision back takes its lesson back exactly.
    """
    if comment.body is not None:
        bayes.settle(session, comment.id, label_of(comment), fold(comment.body), comment.locale)


def forget(session: Session, comment: Comment) -> None:
    """The person goes: nothing of their words stays counted."""
    bayes.forget(session, comment.id)


def let_go(session: Session, comment: Comment) -> None:
    """The text goes: of spam the common words stay counted, of all else nothing does."""
    if comment.status is Status.SPAM:
        bayes.retire(session, comment.id)
    else:
        bayes.forget(session, comment.id)
