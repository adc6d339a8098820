"""Making links for letters, and sweeping up those that are long over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from app.core.ids import random_id
from app.core.keys import Keys
from app.correspondence import workflow
from app.correspondence.models import LinkAction, MailLink, Subscription

LINKS_PATH = "/comments/links"
UNSUBSCRIBE_PATH = "/comments/unsubscribe"


def make(
    session: Session,
    action: LinkAction,
    *,
    locale: str,
    at: datetime,
    about: UUID | None = None,
    revision: int | None = None,
    staff_id: UUID | None = None,
    email: str | None = None,
    letter_id: UUID | None = None,
) -> MailLink:
    """Store a link that works once within 72 hours; without `letter_id` its letter is one of its own."""
    link = MailLink(
        id=random_id(),
        action=action,
        about=about,
        revision=revision,
        staff_id=staff_id,
        email=email,
        letter_id=letter_id or random_id(),
        locale=locale,
        created_at=at,
        expires_at=at + workflow.LINK_LIFE,
    )
    session.add(link)
    return link


def address(session: Session, keys: Keys, link: MailLink) -> str:
    """Where the link leads: to this server by its configured address."""
    return _address(session, LINKS_PATH, keys.token(workflow.LINK_TOKEN, link.id))


def unsubscribe_addresses(session: Session, keys: Keys, subscription: Subscription) -> dict[str, str]:
    """For letters to those who asked for them: what ends this subscription, and all of this address, at any time."""
    one = keys.token(workflow.UNSUBSCRIBE_TOKEN, subscription.id)
    every = keys.token(workflow.UNSUBSCRIBE_ALL_TOKEN, subscription.correspondent_id)
    return {
        "unsubscribe_url": f"{_address(session, UNSUBSCRIBE_PATH, one)}?locale={subscription.locale}",
        "unsubscribe_all_url": f"{_address(session, UNSUBSCRIBE_PATH, every)}?locale={subscription.locale}",
    }


def _address(session: Session, path: str, token: str) -> str:
    return f"{session.info['base_url']}{path}/{token}"


def forget_old(session: Session, *, at: datetime) -> int:
    """Forget links that ran out a month ago; says how many."""
    gone = delete(MailLink).where(col(MailLink.expires_at) <= at - workflow.KEPT)
    return int(session.execute(gone.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
