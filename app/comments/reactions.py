"""What follows for the counts of threads when something happened elsewhere."""

from sqlmodel import Session, col, select

from app.comments import queries, shelf
from app.comments.models import Comment
from app.events.service import Happened
from app.posts.models import Post
from app.site import queries as site_queries
from app.site.policies import ThreadScope


def share_count(session: Session, happened: Happened) -> None:
    """A translation that has just come out shows the count of the thread that it shares."""
    shared = site_queries.get_settings(session).comments.thread_scope is ThreadScope.GROUP
    if shared and happened.subject_id is not None:
        shelf.recount(session, happened.subject_id)


def recount_threads(session: Session, happened: Happened) -> None:
    """Threads of translations may have been joined or parted: count all that have comments, and their translations."""
    if "comments" not in happened.data["keys"]:
        return
    commented = set(session.exec(select(Comment.post_id).distinct()))
    queries.lock_threads(session, commented)
    groups = select(Post.group_id).where(col(Post.id).in_(select(Comment.post_id)))
    for post_id in session.exec(select(Post.id).where(col(Post.group_id).in_(groups))).all():
        shelf.recount(session, post_id)
