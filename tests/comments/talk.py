"""What the tests of the threads share: a story to talk about, people who talk, a look at what was stored."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from app.abuse import addresses
from app.comments import service
from app.comments.models import Comment, Status
from app.core import render_tokens
from app.core.actor import Actor
from app.core.ids import random_id
from app.core.render_tokens import FormKind
from app.events.models import Event
from app.site.models import Site
from app.site.policies import CommentPolicy, SiteSettings
from tests.make import live_story
from tests.newsroom import BASE, Newsroom

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SLUG = "harbour"
THREAD = f"/v1/posts/{SLUG}/comments"
QUEUE = "/v1/editor/comments"
DECISIONS = f"{QUEUE}/decisions"
DRAFT = {"body": "The ferry was late again.", "author_name": "Salma"}
ARABIC = {"body": "تأخرت العبّارة مجددًا.", "author_name": "سلمى", "locale": "ar"}
IMPORTER = Actor(None, "tests", "import")

Tree = Mapping[str, Any]


async def open_thread(newsroom: Newsroom, slug: str = SLUG, **facts: Any) -> UUID:
    """A public story; the clock stands at noon, an hour after it came out."""
    newsroom.set_clock(NOON)
    facts.setdefault("published_at", NOON - timedelta(hours=1))
    return await newsroom.db.write(live_story, slug=slug, **facts)


async def set_policy(newsroom: Newsroom, policy: str = "premoderate", **members: Any) -> None:
    """The comment policy of the site from now on."""
    settings = SiteSettings(comments=CommentPolicy.model_validate({"policy": policy} | members))
    await set_site(newsroom, settings)


async def set_site(newsroom: Newsroom, settings: SiteSettings) -> None:
    """The settings of the site from now on."""

    def store(session: Session) -> None:
        row = session.get(Site, 1) or Site(settings={}, updated_at=NOON)
        row.settings = settings.model_dump(mode="json")
        session.add(row)

    await newsroom.db.write(store)


def shown(newsroom: Newsroom, slug: str = SLUG) -> str:
    """The render token of a form that was shown a minute ago."""
    app = newsroom.app.state
    return render_tokens.issue(app.keys, FormKind.COMMENT, slug, at=app.clock() - timedelta(minutes=1))


async def say(newsroom: Newsroom, body: str = DRAFT["body"], *, slug: str = SLUG, **members: Any) -> httpx.Response:
    """A reader writes a comment into a form that was shown."""
    draft = {"body": body, "author_name": "Salma", "render_token": shown(newsroom, slug)} | members
    return await newsroom.reader.post(f"/v1/posts/{slug}/comments", json=draft)


async def reader_key(newsroom: Newsroom) -> tuple[UUID, dict[str, str]]:
    """A reader, and the header that tells them from others."""
    reader = random_id()
    return reader, {"Reader-Key": newsroom.app.state.keys.token("reader", reader)}


async def verify(newsroom: Newsroom, reader: UUID, email: str) -> None:
    """The reader opened the mailed link."""
    keys = newsroom.app.state.keys
    await newsroom.db.write(addresses.remember_verified, reader, email, keys=keys, at=NOON)


async def plant(newsroom: Newsroom, post_id: UUID, body: str, **facts: Any) -> UUID:
    """A comment put into the thread without any checks; published unless said."""
    given: dict[str, Any] = {"locale": "en", "written_at": NOON, "author_name": "Basma"} | facts

    def work(session: Session) -> UUID:
        return service.import_comment(session, post_id, body, by=IMPORTER, at=NOON, **given).id

    return await newsroom.db.write(work)


async def plant_tree(newsroom: Newsroom, post_id: UUID, tree: Tree, parent_id: UUID | None = None) -> dict[str, UUID]:
    """Comments named by their text, nested as the mapping is."""
    planted: dict[str, UUID] = {}
    for body, below in tree.items():
        planted[body] = await plant(newsroom, post_id, body, parent_id=parent_id)
        planted |= await plant_tree(newsroom, post_id, below, planted[body])
    return planted


def bearer(answer: httpx.Response) -> dict[str, str]:
    """The header of the writer of this comment."""
    return {"Authorization": f"Bearer {answer.json()['edit_token']}"}


async def stored(newsroom: Newsroom) -> list[Comment]:
    """Every comment, in the order of arrival."""
    return await newsroom.stored(lambda session: list(session.exec(select(Comment).order_by(col(Comment.number)))))


async def one(newsroom: Newsroom, comment_id: UUID | str) -> Comment | None:
    """One comment as it is stored."""
    wanted = UUID(str(comment_id))
    return await newsroom.stored(lambda session: session.get(Comment, wanted))


async def events(newsroom: Newsroom) -> list[str]:
    """The names of what happened to comments, in order."""
    rows = await newsroom.stored(lambda session: list(session.exec(select(Event).order_by(col(Event.id)))))
    return [row.name for row in rows if row.name.startswith(("comment.", "decision."))]


async def decide(desk: httpx.AsyncClient, comment_id: Any, action: str, **more: str) -> Any:
    """One decision about the first revision; what became of it."""
    wanted = {"id": str(comment_id), "revision": 1, "action": action} | more
    answer = await desk.post(DECISIONS, json={"decisions": [wanted]})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"][0] | {"batch": answer.json()["batch"]}


@asynccontextmanager
async def reader_at(newsroom: Newsroom, address: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A reader who writes from this network address."""
    transport = httpx.ASGITransport(newsroom.app, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


async def statuses(newsroom: Newsroom) -> list[Status]:
    """Where every comment stands."""
    return [comment.status for comment in await stored(newsroom)]
