"""Doing one thing to many dossiers: each in a savepoint of its own, with the verbs and rights of a single one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import DomainError, wrong
from app.core.http.conditional import Match, etag_for, tags_in
from app.core.http.problems import problem_of
from app.core.slugs import slugify
from app.posts import changing, publishing, queries, service
from app.posts.batch_schemas import Batch, BatchAction, BatchAnswer, BatchDone, BatchItem, BatchRefused
from app.posts.models import Post
from app.posts.schemas import MOST_TAGS, PostUpdate, PublicationInput
from app.posts.workflow import Action
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy.models import Tag

_TAGGING = (BatchAction.TAG, BatchAction.UNTAG)


def run(session: Session, wanted: Batch, *, by: Actor, at: datetime) -> BatchAnswer:
    """Do it to each dossier that takes it; what does not is answered with its problem. Raises Invalid."""
    _check(wanted)
    queries.lock_dossiers(session, {item.id for item in wanted.items})
    results: list[BatchDone | BatchRefused] = []
    for item in wanted.items:
        try:
            with session.begin_nested():
                post = _VERBS[wanted.action](session, wanted, item.id, _match(item), by=by, at=at)
            results.append(_done(post))
        except DomainError as error:
            results.append(BatchRefused(id=item.id, problem=problem_of(error, by.request_id)))
    return BatchAnswer(results=results)


def _check(wanted: Batch) -> None:
    """The facts that the action needs, and no others."""
    sent = wanted.model_fields_set
    if wanted.action in _TAGGING and not wanted.tags:
        raise wrong("tags", "missing", f"say which, to {wanted.action.value}")
    if wanted.action not in _TAGGING and "tags" in sent:
        raise wrong("tags", "unexpected", f"has no meaning here: the action is {wanted.action.value}")
    if wanted.action is BatchAction.MOVE and "section" not in sent:
        raise wrong("section", "missing", "say where to move to: the slug of a section, or null")
    if wanted.action is not BatchAction.MOVE and "section" in sent:
        raise wrong("section", "unexpected", f"has no meaning here: the action is {wanted.action.value}")


def _match(item: BatchItem) -> Match:
    return Match(anything=True) if item.etag is None else Match(tags_in(item.etag))


def _done(post: Post) -> BatchDone:
    return BatchDone(id=post.id, state=post.state, life=post.life, revision=post.revision, etag=etag_for(post.version))


def _publish(session: Session, wanted: Batch, post_id: UUID, match: Match, *, by: Actor, at: datetime) -> Post:
    return publishing.publish(session, post_id, PublicationInput(), match, by=by, at=at)


def _simply(
    verb: Callable[..., Post], session: Session, wanted: Batch, post_id: UUID, match: Match, *, by: Actor, at: datetime
) -> Post:
    """A verb that needs no more than the dossier."""
    return verb(session, post_id, match, by=by, at=at)


def _edit(
    change_for: Callable[[Session, Post, Batch], PostUpdate | None],
    session: Session,
    wanted: Batch,
    post_id: UUID,
    match: Match,
    *,
    by: Actor,
    at: datetime,
) -> Post:
    """A new revision where something changes; none where it is so already."""
    post = changing.reach(session, post_id, Action.EDIT, match, by=by)
    changing.move(session, post, Action.EDIT, by=by)
    change = change_for(session, post, wanted)
    if change is not None:
        post, _ = service.edit(session, post_id, change, match, autosave=False, by=by, at=at)
    return post


def _tagged(session: Session, post: Post, wanted: Batch) -> PostUpdate | None:
    slugs = _tags_of(session, post)
    new = [item for item in wanted.tags or () if not _spellings(item) & set(slugs)]
    if len(slugs) + len(new) > MOST_TAGS:
        raise wrong("tags", "too_long", f"a story has at most {MOST_TAGS} tags")
    return PostUpdate(tags=[*slugs, *new]) if new else None


def _untagged(session: Session, post: Post, wanted: Batch) -> PostUpdate | None:
    slugs = _tags_of(session, post)
    gone = {spelling for item in wanted.tags or () for spelling in _spellings(item)}
    kept = [slug for slug in slugs if slug not in gone]
    return PostUpdate(tags=kept) if len(kept) < len(slugs) else None


def _moved(session: Session, post: Post, wanted: Batch) -> PostUpdate | None:
    section_id = queries.newest_revision(session, post).section_id
    target = taxonomy_queries.find_section(session, wanted.section) if wanted.section else None
    if wanted.section is not None and target is None:
        raise wrong("section", "unknown", "must be the slug of a section")
    same = section_id == (target.id if target else None)
    return None if same else PostUpdate(section=wanted.section)


def _tags_of(session: Session, post: Post) -> list[str]:
    ids = [UUID(id_) for id_ in queries.newest_revision(session, post).tag_ids]
    tags = taxonomy_queries.get_terms(session, Tag, ids)
    return [tags[id_].slug for id_ in ids if id_ in tags]


def _spellings(item: str) -> set[str]:
    """The slugs that a name may stand for, whichever way the site makes them."""
    return {slugify(item), slugify(item, transliterate=True)}


_VERBS: dict[BatchAction, Callable[..., Any]] = {
    BatchAction.PUBLISH: _publish,
    BatchAction.UNPUBLISH: partial(_simply, publishing.unpublish),
    BatchAction.TAG: partial(_edit, _tagged),
    BatchAction.UNTAG: partial(_edit, _untagged),
    BatchAction.MOVE: partial(_edit, _moved),
    BatchAction.TRASH: partial(_simply, service.trash),
    BatchAction.RESTORE: partial(_simply, service.restore),
}
