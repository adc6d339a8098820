"""Verbs that must not overlap, in the order in which they come."""

from sqlalchemy import text
from sqlmodel import Session


def take_turn(session: Session, number: int) -> None:
    """Until the commit nobody else goes on who takes the same turn: SQLite has one writer anyway, PostgreSQL a lock by
    number. Each verb has one of its own.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
