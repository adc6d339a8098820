"""Phase 12: whoever is banned is told so, and until when; what they sent is not stored."""

from sqlmodel import Session

from app.abuse import addresses, sanctions
from app.abuse.attempt import Attempt, Finding
from app.abuse.errors import Sanctioned
from app.abuse.memory_models import Target
from app.abuse.sanctions import Ban
from app.core.day_keys import network_tag
from app.core.render_tokens import FormKind


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Lets those who are not banned pass; letters to the newsroom are open to all. Raises Sanctioned."""
    if attempt.form is not FormKind.COMMENT:
        return None
    subjects = _subjects(session, attempt)
    for ban in sanctions.find_all(session, subjects, at=attempt.at) if subjects else ():
        if _concerns(session, ban, attempt):
            raise Sanctioned(ban.notice, ban.ends_at)
    return None


def _subjects(session: Session, attempt: Attempt) -> list[str]:
    found = [] if attempt.is_edit else [network_tag(session, attempt.keys, attempt.network, at=attempt.at)]
    if attempt.reader is not None:
        found.append(addresses.reader_tag(attempt.keys, attempt.reader))
        if attempt.email is not None:
            found.append(addresses.address_tag(attempt.keys, attempt.email))
    return found


def _concerns(session: Session, ban: Ban, attempt: Attempt) -> bool:
    """An address that is only typed proves nothing: strangers must not learn that its owner is banned."""
    if ban.target is not Target.ADDRESS:
        return True
    return addresses.is_verified(session, attempt.reader, attempt.email, keys=attempt.keys)
