"""Which reader proved by a mailed link which address is theirs: keyed hashes alone, from which nobody is read."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.abuse.memory_models import VerifiedAddress
from app.core import statements
from app.core.columns import table_of
from app.core.db import Prepared
from app.core.keys import Keys
from app.staff.queries import fold_email

GOOD_FOR = timedelta(days=365)


def remember_verified(session: Session, reader: UUID, email: str, *, keys: Keys, at: datetime) -> None:
    """From now on what this reader writes under this address is known to be the owner's; proved again, it lasts anew.
    A typed address alone proves nothing.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"writer": writer_tag(keys, reader, email), "address": address_tag(keys, email), "verified_at": at}
    new = insert(table_of(VerifiedAddress)).values(row)
    session.execute(new.on_conflict_do_update(index_elements=["writer"], set_={"verified_at": at}))


def is_verified(session: Session, reader: UUID | None, email: str | None, *, keys: Keys) -> bool:
    """Whether this reader proved that this address is theirs; at most one query."""
    if reader is None or email is None:
        return False
    return bool(statements.rows(session, _PROOF, {"writer": writer_tag(keys, reader, email)}))


_PROOF = Prepared(lambda: select(VerifiedAddress.writer).where(col(VerifiedAddress.writer) == bindparam("writer")))


def forget_address(session: Session, email: str, *, keys: Keys) -> None:
    """Drop every proof of an address: the person behind it was erased."""
    session.execute(delete(VerifiedAddress).where(col(VerifiedAddress.address) == address_tag(keys, email)))


def writer_tag(keys: Keys, reader: UUID, email: str) -> str:
    """The hash of a reader and an address together."""
    return keys.mac("verified-writer", reader.bytes + fold_email(email).encode()).hex()


def address_tag(keys: Keys, email: str) -> str:
    """The hash of an address alone."""
    return keys.mac("verified-address", fold_email(email).encode()).hex()


def reader_tag(keys: Keys, reader: UUID) -> str:
    """The hash of a reader alone."""
    return keys.mac("sanctioned-reader", reader.bytes).hex()


def sweep(session: Session, *, at: datetime) -> None:
    """Drop proofs that are too old to say who reads that mailbox today."""
    session.execute(delete(VerifiedAddress).where(col(VerifiedAddress.verified_at) <= at - GOOD_FOR))
