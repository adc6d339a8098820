"""Rules about what is public: pure, without database or clock."""

from datetime import UTC, datetime, timedelta

from app.publications.models import CommentsMode, Kind, Publication
from app.site.policies import CommentPolicy

# no newspaper is older: what is dated before is a slip of the pen, and would make an archive of empty months
OLDEST = datetime(1600, 1, 1, tzinfo=UTC)


def thread_status(publication: Publication, policy: CommentPolicy, *, at: datetime) -> CommentsMode:
    """Whether readers may comment: what the editor said, else closed when the site's age limit has passed."""
    return thread_mode(publication.kind, publication.comments_mode, publication.published_at, policy, at=at)


def thread_mode(
    kind: Kind, said: CommentsMode | None, published_at: datetime, policy: CommentPolicy, *, at: datetime
) -> CommentsMode:
    """The same from the bare facts; pages have no thread."""
    if kind is Kind.PAGE:
        return CommentsMode.HIDDEN
    if said is not None:
        return said
    closes_at = thread_closes_at(published_at, policy)
    return CommentsMode.CLOSED if closes_at is not None and at >= closes_at else CommentsMode.OPEN


def thread_closes_at(published_at: datetime, policy: CommentPolicy) -> datetime | None:
    """When the site's rule closes a thread; None: never."""
    return None if policy.close_after_days is None else published_at + timedelta(days=policy.close_after_days)
