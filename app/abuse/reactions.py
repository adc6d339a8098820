"""What follows for the abuse stack when something happened elsewhere."""

from sqlmodel import Session

from app.abuse import names
from app.events.service import Happened


def refresh_names(session: Session, happened: Happened) -> None:
    """Bylines, colleagues or the site may be called otherwise from now on."""
    names.refresh(session)
