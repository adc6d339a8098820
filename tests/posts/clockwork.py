"""Schedules through the editor's doors, and what the diary and the public say of them."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.core.clock import wire_time
from app.events.models import Event
from tests.comments.talk import NOON
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS

HOUR = timedelta(hours=1)
ANY = {"If-Match": "*"}


def in_hours(hours: float) -> datetime:
    return NOON + hours * HOUR


async def plan(
    desk: Desk, post: dict[str, Any], publish: float | None = None, end: float | None = None, **more: Any
) -> dict[str, Any]:
    """Schedule it, so many hours after noon."""
    moments = {"publish_at": publish, "unpublish_at": end}
    wish = {name: None if hours is None else wire_time(in_hours(hours)) for name, hours in moments.items()}
    answer = await desk.put(f"{POSTS}/{post['id']}/schedule", json=wish | more, headers=ANY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def edit(desk: Desk, post: dict[str, Any], **change: Any) -> dict[str, Any]:
    answer = await desk.patch(f"{POSTS}/{post['id']}", json=change, headers=ANY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def desk_view(desk: Desk, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"{POSTS}/{post['id']}")).json()
    return found


async def titles(newsroom: Newsroom, query: str = "") -> list[str]:
    return [story["title"] for story in (await newsroom.reader.get(f"/v1/posts{query}")).json()["items"]]


async def diary(newsroom: Newsroom, post: dict[str, Any]) -> list[tuple[str, datetime, str]]:
    """What is told of a dossier: name, moment, origin."""
    rows = await newsroom.stored(lambda session: list(session.exec(select(Event).order_by(col(Event.id)))))
    return [(row.name, row.at, row.origin) for row in rows if str(row.subject_id) == post["id"]]


async def told(newsroom: Newsroom, post: dict[str, Any]) -> list[str]:
    return [name.removeprefix("post.") for name, _, _ in await diary(newsroom, post)]
