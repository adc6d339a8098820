"""What the tests of the desk share: messages with their receipts, answers of both sides, the letters that went out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from app.contact.models import MessageState, Submission
from app.core.mail import Letter
from app.events.models import Event
from app.mail.models import Mail
from tests.contact.letters import INBOX, LETTER, NOON, post
from tests.newsroom import Newsroom

CONVERSATION = "/v1/contact/conversation"
DAY = timedelta(days=1)


class Message(NamedTuple):
    """A message that was sent: where the newsroom finds it, what its sender holds."""

    url: str
    id: UUID
    reference: str
    receipt: str


async def send(newsroom: Newsroom, letter: dict[str, Any] = LETTER, **changes: Any) -> Message:
    """A message as it comes from a form."""
    answer = await post(newsroom, letter, **changes)
    assert answer.status_code == 202, answer.text
    reference, receipt = answer.json()["reference"], answer.json()["receipt"]
    query = select(Submission.id).where(col(Submission.reference) == reference)
    submission_id = await newsroom.stored(lambda session: session.exec(query).one())
    return Message(f"{INBOX}/{submission_id}", submission_id, reference, receipt)


async def put(newsroom: Newsroom, message: Message, **facts: Any) -> None:
    """Change the stored row, past every rule."""

    def change(session: Session) -> None:
        row = session.get_one(Submission, message.id)
        for name, value in facts.items():
            setattr(row, name, value)

    await newsroom.db.write(change)


async def in_state(newsroom: Newsroom, state: MessageState, **changes: Any) -> Message:
    """A message that arrived at noon and is in that state."""
    newsroom.set_clock(NOON)
    message = await send(newsroom, **changes)
    await put(newsroom, message, state=state)
    return message


async def row(newsroom: Newsroom, message: Message) -> Submission:
    """What is stored of it."""
    return await newsroom.stored(lambda session: session.get_one(Submission, message.id))


async def follow_up(newsroom: Newsroom, message: Message, body: str = "One more thing.") -> httpx.Response:
    """The sender goes on."""
    headers = {"Authorization": f"Bearer {message.receipt}"}
    return await newsroom.reader.post(CONVERSATION, json={"body": body}, headers=headers)


async def events(newsroom: Newsroom, *names: str) -> list[tuple[str, datetime]]:
    """What the diary says of contact messages since they were received; with names, of these things alone."""
    query = select(Event).where(col(Event.name).startswith("contact."), col(Event.name) != "contact.received")
    found = await newsroom.stored(lambda session: session.exec(query.order_by(col(Event.at), col(Event.name))).all())
    return [(event.name, event.at) for event in found if not names or event.name in names]


async def mails(newsroom: Newsroom, template: str | None = None) -> Sequence[Mail]:
    """The rows of the post, oldest first."""
    query = select(Mail).order_by(col(Mail.created_at), col(Mail.recipient))
    if template is not None:
        query = query.where(col(Mail.template) == template)
    return await newsroom.stored(lambda session: session.exec(query).all())


def letters_to(newsroom: Newsroom, address: str) -> list[Letter]:
    """What went out to this address."""
    return [letter for letter in newsroom.post.letters if letter.to == address]
