"""What the desk does when something else changed: public documents are written anew from their live revisions."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from app.events.service import Happened
from app.posts import content, queries
from app.posts.models import Life, Post
from app.publications import queries as publications_queries
from app.publications import service as publications_service
from app.publications.models import Publication

# names of the site settings that stand in public documents
_IN_DOCUMENTS = frozenset({"name", "publisher", "default_locale", "public_url", "url_patterns"})


def refresh_under_term(session: Session, happened: Happened) -> None:
    """A section, tag or byline got a new name, slug or parent: every live story that names it follows."""
    if happened.subject_id is not None:
        ids = publications_queries.list_ids_under(session, happened.subject_id)
        _refresh(session, session.exec(select(Post).where(col(Post.id).in_(ids))))


def refresh_all(session: Session, happened: Happened) -> None:
    """The magazine changed its name or its addresses: every live document follows."""
    if _IN_DOCUMENTS.intersection(happened.data.get("keys", ())):
        _refresh(session, session.exec(select(Post)))


def _refresh(session: Session, posts: Iterable[Post]) -> None:
    for post in list(posts):
        public = session.get(Publication, post.id)
        if post.life is not Life.PUBLISHED or public is None or post.live_revision is None:
            continue
        revision = queries.get_revision(session, post.id, post.live_revision)
        assert revision is not None
        publications_service.refresh(session, content.project(session, post, revision, updated_at=public.updated_at))
