"""Publishing keys for sources, and taking them back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core import base64url, sealing
from app.core.actor import Actor
from app.core.errors import Forbidden, wrong
from app.core.ids import new_id
from app.events.service import record
from app.sealing import queries
from app.sealing.errors import KeyAlreadyPublished, TooManyKeys
from app.sealing.models import SealingKey
from app.staff.permissions import Permission


def publish(session: Session, public_key: str, label: str = "", *, by: Actor, at: datetime) -> SealingKey:
    """Offer a public key (PEM or base64url) to sources. Raises Invalid, KeyAlreadyPublished, TooManyKeys."""
    if not by.may(Permission.SITE_WRITE):
        raise Forbidden()
    try:
        point = sealing.parse_public_key(public_key)
    except ValueError as error:
        raise wrong("public_key", "not_a_public_key", str(error)) from None
    key = SealingKey(
        id=new_id(),
        key_id=sealing.key_id(point).hex(),
        public_key=base64url.to_text(point),
        label=label,
        created_at=at,
        created_by=by.id,
    )
    if queries.lock_offered(session) >= sealing.MOST_RECIPIENTS:
        raise TooManyKeys()
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError:
        raise KeyAlreadyPublished() from None
    record(session, "sealing_key.published", key.id, by=by, at=at, key_id=key.key_id)
    return key


def retire(session: Session, sealing_key_id: UUID, *, by: Actor, at: datetime) -> SealingKey:
    """Offer a key no longer; doing it twice changes nothing. Raises SealingKeyNotFound."""
    if not by.may(Permission.SITE_WRITE):
        raise Forbidden()
    key = queries.lock_key(session, sealing_key_id)
    if key.retired_at is None:
        key.retired_at = at
        record(session, "sealing_key.retired", key.id, by=by, at=at, key_id=key.key_id)
    return key
