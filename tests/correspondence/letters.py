"""What the tests of letters about comments share: writers with addresses, links in letters, people who follow them."""

import re
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session, SQLModel, col, select

from app.core.http import readers
from app.core.ids import random_id
from app.core.mail import Letter
from app.correspondence.models import MailLink, Subscription
from app.events.models import Event
from tests.comments.talk import THREAD, shown
from tests.newsroom import Newsroom

SALMA, LEILA = "salma.q@example.org", "leila@example.org"
HTML = {"Accept": "text/html"}
_LINK = re.compile(r"https://news\.example(/comments/\S+)")


def reader_key(newsroom: Newsroom) -> dict[str, str]:
    """The header of a new reader."""
    return {"Reader-Key": newsroom.app.state.keys.token(readers.PURPOSE, random_id())}


async def write(
    newsroom: Newsroom, body: str, *, email: str | None = None, headers: dict[str, str] | None = None, **members: Any
) -> dict[str, Any]:
    """A reader writes a comment into a form that was shown; the comment of the answer."""
    shown_form = {"render_token": shown(newsroom)}
    draft = {"body": body, "author_name": "Salma Qamari", "author_email": email} | shown_form | members
    answer = await newsroom.reader.post(THREAD, json=draft, headers=headers)
    assert answer.status_code in (201, 202), answer.text
    comment: dict[str, Any] = answer.json()["comment"]
    return comment | {"edit_token": answer.json()["edit_token"]}


def links_in(letter: Letter) -> list[str]:
    """The paths of our own links in a letter, in their order; page and text have the same."""
    found = _LINK.findall(letter.text)
    assert letter.html is not None
    assert all(path in letter.html for path in found)
    return found


def letters(newsroom: Newsroom, address: str | None = None) -> list[Letter]:
    """What went out, to one address or to all."""
    return [letter for letter in newsroom.post.letters if address in (None, letter.to)]


async def follow(newsroom: Newsroom, path: str) -> httpx.Response:
    """Press the button of a page."""
    return await newsroom.reader.post(path, headers=HTML)


async def confirmed(newsroom: Newsroom, body: str, *, email: str, **facts: Any) -> dict[str, Any]:
    """A comment whose writer has proved the address."""
    comment = await write(newsroom, body, email=email, **facts)
    await newsroom.night()
    answer = await follow(newsroom, links_in(letters(newsroom, email)[-1])[0])
    assert answer.status_code == 200, answer.text
    newsroom.post.letters.clear()
    return comment


async def rows(newsroom: Newsroom, table: type[SQLModel]) -> list[Any]:
    """Every row of a table."""
    return await newsroom.stored(lambda session: list(session.exec(select(table))))


async def subscriptions(newsroom: Newsroom) -> list[tuple[str, UUID]]:
    """What is listened to."""
    return [(row.scope.value, row.about) for row in await rows(newsroom, Subscription)]


async def told(newsroom: Newsroom, name: str) -> list[Event]:
    """The events of a name, in order."""

    def query(session: Session) -> list[Event]:
        return list(session.exec(select(Event).where(col(Event.name) == name).order_by(col(Event.id))))

    return await newsroom.stored(query)


async def expire(newsroom: Newsroom) -> None:
    """Every link is a second too old."""

    def age(session: Session) -> None:
        for link in session.exec(select(MailLink)):
            link.expires_at = newsroom.app.state.clock()

    await newsroom.db.write(age)
