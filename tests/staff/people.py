"""What the tests of accounts share: cheap hashes, signing in, the diary, links in letters."""

import re
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from app.core.mail import Letter
from app.events.models import Event
from tests.newsroom import PASSWORD, Newsroom

USERS = "/v1/editor/users"
BETTER = "ثلاثة قوارب وفانوس أزرق"


async def sign_in(newsroom: Newsroom, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    form = {"grant_type": "password", "username": email, "password": password}
    return await newsroom.reader.post("/v1/auth/token", data=form, headers=headers)


async def change_user(desk: httpx.AsyncClient, user_id: UUID | str, etag: str = "*", **members: Any) -> httpx.Response:
    return await desk.patch(f"{USERS}/{user_id}", json=members, headers={"If-Match": etag})


async def diary(newsroom: Newsroom, *rooms: str) -> list[tuple[str, UUID | None, str, dict[str, Any]]]:
    """Names, subjects, origins and data of events, in the order in which they happened."""

    def query(session: Session) -> list[tuple[str, UUID | None, str, dict[str, Any]]]:
        rows = session.exec(select(Event).order_by(col(Event.at), col(Event.id)))
        return [(row.name, row.subject_id, row.origin, row.data) for row in rows if row.name.startswith(rooms)]

    return await newsroom.stored(query)


def link_in(letter: Letter) -> str:
    """The one address in a letter."""
    (address,) = set(re.findall(r"https?://\S+", letter.text))
    return str(address)


def token_in(letter: Letter) -> str:
    return link_in(letter).rpartition("/")[2]
