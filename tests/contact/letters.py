"""What the tests of the letter box share: letters, senders, a look at what was stored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import Session

from app import tables
from app.contact.models import Submission
from app.core import render_tokens
from app.core.render_tokens import FormKind
from app.site.models import Site
from app.site.policies import SiteSettings
from tests.newsroom import BASE, Newsroom

URL = "/v1/contact"
INBOX = "/v1/editor/contact"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LETTER = {"email": "reader@example.org", "name": "Salma", "subject": "The tram", "body": "When does line 3 open?"}
ARABIC = {
    "email": "qari@example.org",
    "name": "سلمى",
    "subject": "الترام",
    "body": "متى يُفتتح الخط الثالث؟",
    "locale": "ar",
}


@asynccontextmanager
async def sender(newsroom: Newsroom, address: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A reader who writes from this network address."""
    transport = httpx.ASGITransport(newsroom.app, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


def shown(newsroom: Newsroom, before: timedelta = timedelta(minutes=1)) -> str:
    """The render token of a contact form that was shown a minute ago."""
    app = newsroom.app.state
    return render_tokens.issue(app.keys, FormKind.CONTACT, "", at=app.clock() - before)


async def post(newsroom: Newsroom, letter: dict[str, Any], **changes: Any) -> httpx.Response:
    """The letter with some members changed, from a form that was shown."""
    return await newsroom.reader.post(URL, json={"render_token": shown(newsroom)} | letter | changes)


async def stored(newsroom: Newsroom) -> list[Submission]:
    """Every submission, oldest first."""

    def query(session: Session) -> list[Submission]:
        return list(session.scalars(select(Submission).order_by(Submission.received_at, Submission.reference)))  # type: ignore[arg-type]

    return await newsroom.stored(query)


async def only_id(newsroom: Newsroom) -> str:
    """The id of the one submission that there is."""
    (submission,) = await stored(newsroom)
    return str(submission.id)


async def everything(newsroom: Newsroom) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the schema, as plain values."""

    def query(session: Session) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in tables.metadata.sorted_tables
        }

    return await newsroom.stored(query)


async def set_site(newsroom: Newsroom, settings: SiteSettings) -> None:
    """The settings of the site from now on."""
    row = Site(settings=settings.model_dump(mode="json"), updated_at=NOON)
    await newsroom.db.write(lambda session: session.add(row))
