"""Sharing a revision with people who have no account, and taking what they say to it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.conditional import Match
from app.core.http.limits import GUEST_POSTS, Limiter
from app.core.ids import new_id, random_id
from app.events.service import record
from app.posts import changing, content, previews_queries, queries
from app.posts.errors import AnswersClosed, AnswersFull
from app.posts.models import Post, Revision
from app.posts.previews_models import Preview, PreviewAnswer
from app.posts.previews_schemas import AnswerInput, AnswerItem, PreviewInput, PreviewStory
from app.posts.workflow import Action
from app.publications.projection import Piece, whole_story
from app.site import queries as site_queries

TOKEN = "post-preview"  # the purpose under which they are derived
PAGES_PATH = "/previews"
MOST_ANSWERS = 50


def share(session: Session, post_id: UUID, wish: PreviewInput, match: Match, *, by: Actor, at: datetime) -> Preview:
    """Make a link to the newest or named revision, which never changes from now on. Raises PostNotFound, Forbidden,
    Stale, IllegalMove, Invalid.
    """
    post = changing.reach(session, post_id, Action.PREVIEW, match, by=by, demand_match=False)
    changing.move(session, post, Action.PREVIEW, by=by)
    number = wish.revision or post.revision
    if queries.get_revision(session, post.id, number) is None:
        raise wrong("revision", "unknown", f"must be the number of a revision, at most {post.revision}")
    preview = Preview(
        id=random_id(),
        post_id=post.id,
        revision=number,
        reader=wish.reader,
        may_answer=wish.may_answer,
        created_by=by.id,
        created_at=at,
        expires_at=at + timedelta(seconds=wish.expires_in),
    )
    session.add(preview)
    session.flush()
    _record(session, "preview.created", preview, by=by, at=at)
    return preview


def revoke(session: Session, post_id: UUID, preview_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """End a link now; what was answered stays, and doing it again does nothing. Raises PostNotFound, PreviewNotFound,
    Forbidden, Stale.
    """
    changing.reach(session, post_id, Action.PREVIEW, match, by=by, demand_match=False)
    preview = previews_queries.get_of_post(session, post_id, preview_id)
    if preview.revoked_at is None:
        preview.revoked_at = at
        _record(session, "preview.revoked", preview, by=by, at=at)


def show(session: Session, preview_id: UUID | None, *, at: datetime) -> PreviewStory:
    """The pinned revision as it would be published. Raises PreviewNotFound."""
    preview = previews_queries.get_open(session, preview_id, at=at)
    post = session.get_one(Post, preview.post_id)
    revision = queries.get_revision(session, post.id, preview.revision)
    assert revision is not None
    piece = _as_published(session, post, revision, preview)
    story = whole_story(piece, site_queries.get_settings(session), site_queries.get_addresses(session), at=at)
    told = {"revision": revision.number, "expires_at": preview.expires_at, "may_answer": preview.may_answer}
    return PreviewStory.model_validate(story | told)


def _as_published(session: Session, post: Post, revision: Revision, preview: Preview) -> Piece:
    """What never was public bears the date of the link, so that two looks show the same."""
    since = post.published_at or preview.created_at
    return content.project(session, post, revision, published_at=since, updated_at=max(since, revision.created_at))


def answer(
    session: Session, preview_id: UUID, said: AnswerInput, *, network: str, limiter: Limiter, by: Actor, at: datetime
) -> AnswerItem:
    """Keep what an outside reader says, bound to the revision they saw; it moves nothing on the desk. Raises TooMany,
    PreviewNotFound, AnswersClosed, AnswersFull.
    """
    limiter.hit(session, [(GUEST_POSTS, network)], at=at)
    preview = previews_queries.lock_open(session, preview_id, at=at)
    if not preview.may_answer:
        raise AnswersClosed()
    if previews_queries.count_answers(session, preview.id) >= MOST_ANSWERS:
        raise AnswersFull()
    row = PreviewAnswer(id=new_id(), preview_id=preview.id, verdict=said.verdict, name=said.name, text=said.text, at=at)
    session.add(row)
    session.flush()
    _record(session, "preview.answered", preview, by=by, at=at, verdict=said.verdict.value)
    return AnswerItem.of(row, preview)


def _record(session: Session, name: str, preview: Preview, *, by: Actor, at: datetime, **data: Any) -> None:
    """Events are about the dossier; neither the token nor anything that was written stands in them."""
    record(session, name, preview.post_id, by=by, at=at, preview=str(preview.id), revision=preview.revision, **data)
