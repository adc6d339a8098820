"""What the desk does when something else changed: public documents are written anew from their live revisions."""

from sqlmodel import Session

from app.events.service import Happened
from app.posts import publishing

# names of the site settings that stand in public documents
_IN_DOCUMENTS = frozenset({"name", "publisher", "logo", "default_locale", "public_url", "url_patterns"})


def refresh_under_term(session: Session, happened: Happened) -> None:
    """A section, tag or byline got a new name, slug or parent: every live story that names it follows."""
    publishing.refresh(session, happened.subject_id, None, at=happened.at)


def refresh_all(session: Session, happened: Happened) -> None:
    """The magazine changed its name or its addresses: every live document follows."""
    if _IN_DOCUMENTS.intersection(happened.data.get("keys", ())):
        publishing.refresh(session, None, None, at=happened.at)
