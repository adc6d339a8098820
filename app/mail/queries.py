"""Reading the post."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, and_, col, or_, select

from app.mail import workflow
from app.mail.errors import LetterNotFound
from app.mail.letters import Owed
from app.mail.models import Mail, MailState


def find_owed(session: Session, mail_id: UUID) -> Owed | None:
    """A letter that is still to go out; None when it is out, refused or forgotten."""
    mail = session.get(Mail, mail_id)
    return Owed.of(mail) if mail is not None and mail.state in workflow.WAITS else None


def find_for_change(session: Session, mail_id: UUID) -> Mail | None:
    """A letter, held against other writers until the commit."""
    return session.exec(select(Mail).where(col(Mail.id) == mail_id).with_for_update()).first()


def find_by_message_id(session: Session, message_id: str) -> Mail | None:
    """The same by what the letter is called in its header."""
    return session.exec(select(Mail).where(col(Mail.message_id) == message_id).with_for_update()).first()


def get_for_change(session: Session, mail_id: UUID) -> Mail:
    """A letter, held against other writers until the commit. Raises LetterNotFound."""
    mail = find_for_change(session, mail_id)
    if mail is None:
        raise LetterNotFound()
    return mail


def list_about(session: Session, ids: Collection[UUID]) -> dict[UUID, list[Mail]]:
    """The letters about each of these things, oldest first; an empty list for what no letter is about."""
    found: dict[UUID, list[Mail]] = {about: [] for about in ids}
    if not found:
        return found
    written = select(Mail).where(col(Mail.about).in_(found)).order_by(col(Mail.created_at), col(Mail.id))
    for mail in session.exec(written):
        if mail.about is not None:
            found[mail.about].append(mail)
    return found


def may_mail(session: Session, recipient: str, *, at: datetime) -> bool:
    """Whether letters that nobody asked for may go to this address: not when one came back in the last 30 days."""
    return not unreachable(session, [recipient], at=at)


def unreachable(session: Session, recipients: Collection[str], *, at: datetime) -> set[str]:
    """Those of the addresses, folded, from which a letter came back in the last 30 days."""
    refused = and_(
        col(Mail.state) == MailState.REFUSED,
        col(Mail.response).like("5%"),  # by a server: what we refuse ourselves says nothing about the address
    )
    came_back = (
        col(Mail.recipient_key).in_({workflow.fold_address(recipient) for recipient in recipients}),
        col(Mail.created_at) > at - workflow.KEPT,
        or_(refused, col(Mail.state) == MailState.BOUNCED),
    )
    return set(session.exec(select(Mail.recipient_key).where(*came_back).distinct()))
