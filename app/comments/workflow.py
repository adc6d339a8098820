"""The rules of the thread as tables: where a comment arrives, and what may be done to it. Pure, without clock."""

from datetime import datetime, timedelta
from enum import StrEnum

from app.abuse.attempt import Ruling
from app.comments.models import GONE, Comment, Status
from app.core.errors import IllegalMove

TWIN_WINDOW = timedelta(hours=24)
TOKEN_LIFE = timedelta(days=30)
UNDO_WINDOW = timedelta(hours=24)


class Action(StrEnum):
    """What a moderator can decide."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    UNPUBLISH = "unpublish"
    RESTORE = "restore"
    DELETE = "delete"


class Rejection(StrEnum):
    """Why a comment is rejected."""

    SPAM = "spam"
    ABUSIVE = "abusive"
    OFF_TOPIC = "off_topic"
    PERSONAL_DATA = "personal_data"
    ILLEGAL = "illegal"
    OTHER = "other"


# (status, action) → status afterwards; what is not here is illegal
MOVES: dict[tuple[Status, Action], Status] = {
    (Status.PENDING, Action.APPROVE): Status.PUBLISHED,
    (Status.PENDING, Action.REJECT): Status.REJECTED,
    (Status.PENDING, Action.SPAM): Status.SPAM,
    (Status.PENDING, Action.DELETE): Status.DELETED,
    (Status.PUBLISHED, Action.REJECT): Status.REJECTED,
    (Status.PUBLISHED, Action.SPAM): Status.SPAM,
    (Status.PUBLISHED, Action.UNPUBLISH): Status.PENDING,
    (Status.PUBLISHED, Action.DELETE): Status.DELETED,
    (Status.REJECTED, Action.RESTORE): Status.PUBLISHED,
    (Status.REJECTED, Action.DELETE): Status.DELETED,
    (Status.SPAM, Action.RESTORE): Status.PUBLISHED,
    (Status.SPAM, Action.DELETE): Status.DELETED,
}

# a comment came to this status by a decision, or by taking one back
EVENTS: dict[Action, str] = {
    Action.APPROVE: "comment.published",
    Action.REJECT: "comment.rejected",
    Action.SPAM: "comment.marked_spam",
    Action.UNPUBLISH: "comment.unpublished",
    Action.RESTORE: "comment.restored",
    Action.DELETE: "comment.deleted",
}
EVENTS_OF_UNDO: dict[tuple[Status, Status], str] = {
    (Status.PUBLISHED, Status.PENDING): "comment.unpublished",
    (Status.PUBLISHED, Status.REJECTED): "comment.rejected",
    (Status.PUBLISHED, Status.SPAM): "comment.marked_spam",
    (Status.REJECTED, Status.PENDING): "comment.held_again",
    (Status.SPAM, Status.PENDING): "comment.held_again",
    (Status.PENDING, Status.PUBLISHED): "comment.restored",
    (Status.REJECTED, Status.PUBLISHED): "comment.restored",
    (Status.SPAM, Status.PUBLISHED): "comment.restored",
}

# what its writer may still change; of spam they learn nothing
EDITABLE = frozenset({Status.PENDING, Status.PUBLISHED, Status.SPAM})


def after(action: Action, status: Status) -> Status:
    """The status after a decision. Raises IllegalMove with the actions that are possible."""
    try:
        return MOVES[status, action]
    except KeyError:
        detail = f"a comment that is {status.value} cannot take: {action.value}"
        raise IllegalMove(detail, allowed=allowed(status)) from None


def allowed(status: Status) -> list[str]:
    """The actions that the status permits."""
    return [action.value for state, action in MOVES if state is status]


def told(status: Status) -> Status:
    """What its writer is told: a spammer learns no more than someone who waits."""
    return Status.PENDING if status is Status.SPAM else status


def may_still_edit(created_at: datetime, minutes: int, at: datetime) -> bool:
    """Whether the writer's window is open."""
    return at < created_at + timedelta(minutes=minutes)


def reports_hold(comment: Comment, reports: int, threshold: int | None) -> bool:
    """Whether that many reports hold a published comment back: once, and never what somebody of the newsroom wrote, or
    approved as it now reads.
    """
    if threshold is None or reports < threshold or comment.held_by_reports or comment.status is not Status.PUBLISHED:
        return False
    read_at, edited_at = comment.reviewed_at, comment.edited_at
    approved = read_at is not None and (edited_at is None or edited_at <= read_at)
    return not approved and comment.staff_id is None


def is_gone(comment: Comment) -> bool:
    """Whether nothing is left of it but its place."""
    return comment.status in GONE


def may_be_pinned(comment: Comment) -> bool:
    """Only what stands at the top of a thread, for everyone to see."""
    return comment.status is Status.PUBLISHED and comment.parent_id is None


# what the abuse stack asks for → where a new comment stands; what is refused is not stored
ARRIVALS: dict[Ruling, Status] = {
    Ruling.PASS: Status.PUBLISHED,
    Ruling.FLAG: Status.PUBLISHED,
    Ruling.HOLD: Status.PENDING,
    Ruling.SPAM: Status.SPAM,
}
