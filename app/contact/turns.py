"""The turns of a conversation: each gets the next place, and what can be read can be found."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.contact import queries, workflow
from app.contact.models import Reply, Submission
from app.core import ids
from app.core.folding import search_text


def add(
    session: Session,
    submission: Submission,
    *,
    body: str = "",
    sealed: str | None = None,
    author_id: UUID | None = None,
    at: datetime,
) -> Reply:
    """Write the next turn of a message which the caller holds locked, and which gets a new version."""
    turn = Reply(
        id=ids.random_id(),
        submission_id=submission.id,
        place=queries.last_place(session, Reply, submission.id) + 1,
        author_id=author_id,
        body=body,
        sealed=sealed,
        written_at=workflow.told_time(submission.kind, at),
    )
    session.add(turn)
    submission.search_text += search_text(body)
    submission.version += 1
    return turn
