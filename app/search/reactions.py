"""What search does when something public changed: the night shift is to read it."""

from sqlmodel import Session

from app.events.service import Happened
from app.search import service


def read_again(session: Session, happened: Happened) -> None:
    """A story appeared, changed or went, or a term got another name."""
    service.owe(session, at=happened.at)
