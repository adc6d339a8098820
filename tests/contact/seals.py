"""Keys of a newsroom, and what is sealed for them."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlmodel import Session, select

from app.core import sealing
from app.core.actor import system
from app.core.base64url import to_text
from app.sealing import service
from app.sealing.models import SealingKey
from app.staff.permissions import Permission
from tests.contact.letters import NOON
from tests.newsroom import Newsroom

MESSAGE = {
    "name": "ليلى",
    "contact": "room 12, after six",
    "subject": "العقود",
    "body": "أخفت الوزارة canary-text العقود",
}
MACHINE = system("tests", permissions=frozenset({Permission.SITE_WRITE}))


def text_of(key: EllipticCurvePrivateKey) -> str:
    """Its public point as the wire has it."""
    return to_text(sealing.public_point(key))


def pem_of(key: EllipticCurvePrivateKey) -> str:
    """Its public key as OpenSSL writes it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem_of(key: EllipticCurvePrivateKey) -> str:
    """What must never be sent."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def published(newsroom: Newsroom, count: int = 1, *, at: datetime = NOON) -> list[EllipticCurvePrivateKey]:
    """New keys on offer since that time and the minutes after it."""
    keys = [sealing.new_key() for _ in range(count)]

    def publish(session: Session) -> None:
        for number, key in enumerate(keys):
            service.publish(session, text_of(key), by=MACHINE, at=at + timedelta(minutes=number))

    await newsroom.db.write(publish)
    return keys


async def retire(newsroom: Newsroom, key: EllipticCurvePrivateKey, *, at: datetime) -> None:
    """Take a key from the list."""

    def take(session: Session) -> None:
        row = session.exec(select(SealingKey).where(SealingKey.public_key == text_of(key))).one()
        service.retire(session, row.id, by=MACHINE, at=at)

    await newsroom.db.write(take)


def seal(*keys: EllipticCurvePrivateKey, body: str = MESSAGE["body"]) -> str:
    """An envelope for these keys."""
    return sealing.seal(MESSAGE | {"body": body}, [sealing.public_point(key) for key in keys])
