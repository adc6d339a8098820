"""The rules of letters about comments: how long links live, how many letters an address gets."""

from datetime import datetime, timedelta
from enum import StrEnum

from app.comments.models import Comment, Status
from app.core.actor import Actor
from app.core.http.limits import Limit
from app.correspondence.models import LinkAction, MailLink
from app.staff.permissions import Permission

LINK_LIFE = timedelta(hours=72)
KEPT = timedelta(days=30)  # a link that is over still says so for as long
BATCH = 100
MOST_IN_DIGEST = 20

# counted before a letter goes out that nobody has proved to want; who is over the first takes nothing from the others
PER_MAILBOX = Limit("comment-letter-mailbox", "3/day")
PER_MAILBOX_DATA = Limit("comment-data-mailbox", "3/day")  # of its own: whoever fills the other one hinders no erasure
PER_NETWORK = Limit("comment-letter-network", "10/hour")
PER_SITE = Limit("comment-letter-site", "200/hour")

DECISIONS = frozenset({LinkAction.APPROVE, LinkAction.REJECT, LinkAction.SPAM})

# the tasks of the night shift that verbs and reactions owe by name
INVITE = "correspondence.invite"
ANNOUNCE = "correspondence.announce"
TELL_MODERATORS = "correspondence.tell_moderators"
ANSWER = "correspondence.answer_data_request"

LINK_TOKEN = "mail-link"
UNSUBSCRIBE_TOKEN = "unsubscribe"
UNSUBSCRIBE_ALL_TOKEN = "unsubscribe-all"


class Standing(StrEnum):
    """What a link is still good for, and what became of a try to follow it."""

    LIVE = "live"
    DONE = "done"
    SPENT = "spent"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    STALE = "stale"
    DECIDED = "decided"
    REFUSED = "refused"


# what the page of a link answers
STATUSES: dict[Standing, int] = {
    Standing.LIVE: 200,
    Standing.DONE: 200,
    Standing.SPENT: 410,
    Standing.EXPIRED: 410,
    Standing.UNKNOWN: 404,
    Standing.STALE: 409,
    Standing.DECIDED: 409,
    Standing.REFUSED: 403,
}


def standing(link: MailLink | None, at: datetime) -> Standing:
    """Whether a link may still be followed, as far as itself is concerned."""
    if link is None:
        return Standing.UNKNOWN
    if link.spent_at is not None:
        return Standing.SPENT
    return Standing.EXPIRED if at >= link.expires_at else Standing.LIVE


def judge(link: MailLink, comment: Comment | None, by: Actor | None) -> Standing:
    """Whether the moderator of a link may still decide, and the comment still waits in the revision of the letter."""
    if by is None or not by.may(Permission.COMMENTS_MODERATE_ANY):
        return Standing.REFUSED
    if comment is None:
        return Standing.UNKNOWN
    if comment.revision != link.revision:
        return Standing.STALE
    return Standing.LIVE if comment.status is Status.PENDING else Standing.DECIDED
