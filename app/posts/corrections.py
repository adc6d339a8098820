"""Saying in public what was wrong: at once, below the version that is before the public, whatever waits on the desk."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.events.service import record
from app.posts import changing, corrections_queries, publishing
from app.posts.corrections_schemas import CorrectionCreate, CorrectionPatch
from app.posts.models import Post
from app.posts.workflow import Action
from app.publications.models import Correction


def correct(
    session: Session, post_id: UUID, said: CorrectionCreate, match: Match, *, by: Actor, at: datetime
) -> tuple[Correction, Post]:
    """Add a correction to a live story. Raises PostNotFound, Forbidden, Stale, IllegalMove when it is not live."""
    post = _reach(session, post_id, match, by=by)
    correction = Correction(
        id=new_id(), post_id=post.id, locale=post.locale, kind=said.kind, text=said.text, at=at, created_by=by.id
    )
    session.add(correction)
    _tell(session, post, by=by, at=at)
    return correction, post


def amend(
    session: Session,
    post_id: UUID,
    correction_id: UUID,
    change: CorrectionPatch,
    match: Match,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Correction, Post]:
    """Mend what a correction says. Raises PostNotFound, CorrectionNotFound, Forbidden, Stale, IllegalMove."""
    post = _reach(session, post_id, match, by=by)
    correction = corrections_queries.get_correction(session, post.id, correction_id)
    correction.sqlmodel_update(change.model_dump(exclude_unset=True))
    session.add(correction)
    _tell(session, post, by=by, at=at)
    return correction, post


def _reach(session: Session, post_id: UUID, match: Match, *, by: Actor) -> Post:
    post = changing.reach(session, post_id, Action.CORRECT, match, by=by, demand_match=False)
    post.life = changing.move(session, post, Action.CORRECT, by=by)
    return post


def _tell(session: Session, post: Post, *, by: Actor, at: datetime) -> None:
    """The story shows it from now on, and says that it was changed."""
    session.flush()
    public = publishing.rewrite(session, post, updated_at=at)
    changing.touch(post, by=by, at=at)
    where: dict[str, Any] = {"kind": post.kind.value, "locale": post.locale, "slug": public.slug, "path": public.path}
    record(session, "post.corrected", post.id, by=by, at=at, revision=public.revision, **where)
