"""What follows for the counts of threads when something happened elsewhere."""

from sqlmodel import Session, col, select

from app.comments import queries, shelf
from app.comments.models import GONE, Comment
from app.core.actor import system
from app.events.service import Happened
from app.posts.models import Post
from app.site import queries as site_queries
from app.site.policies import ThreadScope

_BY = system("retention")


def share_count(session: Session, happened: Happened) -> None:
    """A translation that has just come out shows the count of the thread that it shares."""
    shared = site_queries.get_settings(session).comments.thread_scope is ThreadScope.GROUP
    if shared and happened.subject_id is not None:
        shelf.recount(session, happened.subject_id)


def purge_thread(session: Session, happened: Happened) -> None:
    """A purged story takes its thread with it: the answers first, then what they hang on."""
    thread = select(Comment.id).where(col(Comment.post_id) == happened.subject_id).order_by(col(Comment.number).desc())
    for comment_id in session.exec(thread).all():
        comment = session.get(Comment, comment_id)  # a tombstone went with the last answer below it
        if comment is not None and comment.status not in GONE:
            shelf.bury(session, comment)
            shelf.tell(session, "comment.deleted", comment, by=_BY, at=happened.at)


def recount_threads(session: Session, happened: Happened) -> None:
    """Threads of translations may have been joined or parted: count all that have comments, and their translations."""
    if "comments" not in happened.data["keys"]:
        return
    commented = set(session.exec(select(Comment.post_id).distinct()))
    queries.lock_threads(session, commented)
    groups = select(Post.group_id).where(col(Post.id).in_(select(Comment.post_id)))
    for post_id in session.exec(select(Post.id).where(col(Post.group_id).in_(groups))).all():
        shelf.recount(session, post_id)
