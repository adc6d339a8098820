"""The door to the thread as a page: for readers without JavaScript, in a frame or by itself."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.comments import threads
from app.comments.embed_page import STYLE, Asked, Item, Scene, missing_page, thread_page
from app.comments.errors import CommentNotFound
from app.comments.form import FORM
from app.comments.models import Status
from app.comments.prepared import Story
from app.comments.schemas import RepliesQuery, ThreadQuery
from app.core import render_tokens
from app.core.db import Database
from app.core.errors import Invalid, NotFound
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.forms import EMBEDDED, SENT, prefers_html
from app.core.http.pages import html_response, language_of
from app.core.ids import parse_id
from app.core.render_tokens import FormKind
from app.publications.models import CommentsMode
from app.site.policies import CommentPolicy

DEPTH, REPLIES = 6, 20
MOST_TEXT = 1_000
SORTS = ("oldest", "newest", "top")

router = APIRouter(prefix=EMBEDDED.rstrip("/"), include_in_schema=False)


@router.get("/posts/{slug}/comments")
async def show_thread(request: Request, slug: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """The thread of a story with the form below it; what the address does not say rightly is left out of account."""
    asked = _asked(slug, request.query_params)
    try:
        story = await threads.get_story(db, slug, at)
        token = render_tokens.issue(keys, FormKind.COMMENT, slug, at=at)
        body, status = thread_page(await _scene(db, asked, story, token, at)), 200
    except (NotFound, Invalid) as error:
        if not prefers_html(request.headers.get("accept", "")):
            raise
        body, status = missing_page(asked, language_of(asked.locale or "en"), error.status), error.status
    # the page carries a token for one reader, so nobody keeps it; it knows nobody, so everybody may frame it
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return html_response(body, status, headers=headers, style=STYLE, ancestors="*")


def _asked(slug: str, given: Mapping[str, str]) -> Asked:
    sort = given.get("sort", "")
    return Asked(
        slug=slug,
        locale=given.get("locale", "")[:MOST_TEXT] or None,
        sort=sort if sort in SORTS else SORTS[0],
        cursor=given.get("cursor", "")[:MOST_TEXT] or None,
        branch=_id(given.get("branch")),
        parent=_id(given.get("parent")),
        sent=given.get(SENT),
    )


def _id(text: str | None) -> str | None:
    found = parse_id(text or "")
    return str(found) if found else None


async def _scene(db: Database, asked: Asked, story: Story, token: str, at: datetime) -> Scene:
    mode, settings = story.mode(at), story.settings
    found = await _items(db, asked, story, at) if mode is not CommentsMode.HIDDEN else {"items": [], "next": None}
    writing = mode is CommentsMode.OPEN and asked.parent is not None
    return Scene(
        asked=asked,
        lang=language_of(asked.locale or story.locale),
        title=json.loads(story.link)["title"],
        story_locale=story.locale,
        mode=mode,
        count=story.comment_count,
        items=found["items"],
        next=found["next"],
        parent=await _parent(db, asked, story, at) if writing else None,
        form=FORM,
        needed=_needed(settings.comments),
        form_locale=asked.locale if asked.locale in settings.locales else None,
        timezone=settings.timezone,
        render_token=token,
    )


async def _items(db: Database, asked: Asked, story: Story, at: datetime) -> dict[str, Any]:
    """A page of the thread, one comment with its answers, or a page of the answers to one."""
    shape: dict[str, Any] = {"cursor": asked.cursor, "depth": DEPTH, "replies": REPLIES}
    if asked.branch is None:
        query = ThreadQuery(sort=asked.sort, **shape)
        page: dict[str, Any] = json.loads((await threads.thread_page(db, asked.slug, query, at)).body)
        return page
    comment_id, answers = UUID(asked.branch), RepliesQuery(**shape)
    alone = await threads.branch(db, story, comment_id, answers.model_copy(update={"cursor": None}), at)
    if asked.cursor is None:
        return {"items": [json.loads(alone)], "next": None}
    rest: dict[str, Any] = json.loads((await threads.replies_page(db, comment_id, answers, at)).body)
    return rest


async def _parent(db: Database, asked: Asked, story: Story, at: datetime) -> Item | None:
    """The comment to answer; one that is gone is left out, and the form writes a comment of its own."""
    try:
        shown = json.loads(await threads.branch(db, story, UUID(asked.parent), RepliesQuery(depth=1), at))
    except CommentNotFound:
        return None
    item: Item = shown
    return item if item["status"] == Status.PUBLISHED else None


def _needed(policy: CommentPolicy) -> frozenset[str]:
    asked = {"body": True, "author_name": policy.name_required, "author_email": policy.email_required}
    return frozenset(name for name, needed in asked.items() if needed)
