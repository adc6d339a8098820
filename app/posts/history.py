"""The history of a dossier: its revisions, what changed between two, an old one brought back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core import diff
from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.conditional import Match
from app.core.http.paging import Page, PageQuery, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.core.language import direction
from app.events.service import record
from app.posts import changing, content, previews_queries, queries, workflow
from app.posts.errors import RevisionNotFound
from app.posts.history_schemas import FieldDiff, HunkShown, Mark, RevisionContent, RevisionDiff, RevisionItem
from app.posts.models import Dossier, Post, Revision
from app.posts.review_models import Move, Transition
from app.posts.workflow import Action
from app.publications import service as publications_service
from app.publications.errors import SlugTaken
from app.staff import queries as staff_queries

_LISTED = ("number", "title", "created_at", "created_by", "autosave", "restored_from", "approved_at", "published_at")
_WHOLE = (
    "slug", "dek", "excerpt", "body", "body_html", "body_format", "cover_alt", "featured", "comments", "seo",
)  # fmt: skip
_TEXTS = ("title", "dek", "excerpt", "body", "cover_alt")
_COMPARED = (
    "title", "slug", "dek", "excerpt", "body", "body_format", "section", "tags", "authors", "cover", "cover_alt",
    "featured", "comments", "seo",
)  # fmt: skip


def referred(session: Session, post: Post, revision: Revision) -> bool:
    """Whether anything was done with a revision: then it never changes, and no autosave takes its place."""
    moved = (col(Transition.post_id) == post.id, col(Transition.revision) == revision.number)
    return (
        revision.number in (post.live_revision, post.scheduled_revision)
        or revision.published_at is not None
        or revision.approved_at is not None
        or session.exec(select(Transition.id).where(*moved).limit(1)).first() is not None
        or previews_queries.is_pinned(session, post.id, revision.number)
    )


def list_revisions(session: Session, post_id: UUID, query: PageQuery, actor: Actor) -> Page[RevisionItem]:
    """The revisions of a visible dossier, the newest first. Raises PostNotFound."""
    post = queries.see_for_editor(session, post_id, actor)
    scope = f"/v1/editor/posts/{post_id}/revisions"
    statement = select(*(getattr(Revision, name) for name in _LISTED)).where(col(Revision.post_id) == post_id)
    total = total_of(session, statement, query)
    if query.cursor is not None:
        statement = statement.where(col(Revision.number) < decode_cursor(query.cursor, scope, (int,))[0])
    found = session.exec(statement.order_by(col(Revision.number).desc()).limit(query.limit + 1)).all()
    rows, cursor = page_of(found, query.limit, lambda last: encode_cursor(scope, (last.number,)))
    items = [RevisionItem(**facts) for facts in _listed(session, post, rows)]
    return Page[RevisionItem](items=items, next=cursor, total=total)


def _listed(session: Session, post: Post, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The members of list items: two queries however many rows."""
    names = staff_queries.list_names(session, {row.created_by for row in rows if row.created_by})
    submitted = set(
        session.exec(
            select(Transition.revision).where(
                col(Transition.post_id) == post.id,
                col(Transition.action) == Move.SUBMIT,
                col(Transition.revision).in_([row.number for row in rows]),
            )
        )
    )
    return [
        {name: getattr(row, name) for name in _LISTED}
        | {"created_by_name": names.get(row.created_by), "marks": _marks(post, row, row.number in submitted)}
        for row in rows
    ]


def _marks(post: Post, row: Any, submitted: bool) -> list[Mark]:
    marks = (
        (Mark.NEWEST, row.number == post.revision),
        (Mark.LIVE, row.number == post.live_revision),
        (Mark.SCHEDULED, row.number == post.scheduled_revision),
        (Mark.PUBLISHED, row.published_at is not None),
        (Mark.APPROVED, row.approved_at is not None),
        (Mark.SUBMITTED, submitted),
    )
    return [mark for mark, there in marks if there]


def get_revision(session: Session, post_id: UUID, number: int, actor: Actor) -> tuple[RevisionContent, int]:
    """A revision of a visible dossier, whole, and the dossier's version. Raises PostNotFound, RevisionNotFound."""
    post = queries.see_for_editor(session, post_id, actor)
    return _contents(session, post, [_existing(session, post, number)], actor)[0], post.version


def _existing(session: Session, post: Post, number: int) -> Revision:
    revision = queries.get_revision(session, post.id, number)
    if revision is None:
        raise RevisionNotFound()
    return revision


def _contents(session: Session, post: Post, revisions: list[Revision], actor: Actor) -> list[RevisionContent]:
    opened = queries.open_revisions(session, post, revisions, actor)
    listed = _listed(session, post, revisions)
    return [_content(dossier, facts) for dossier, facts in zip(opened, listed, strict=True)]


def _content(dossier: Dossier, facts: dict[str, Any]) -> RevisionContent:
    whole = {name: getattr(dossier.revision, name) for name in _WHOLE}
    terms = {"section": dossier.section, "tags": dossier.tags, "authors": dossier.authors}
    return RevisionContent(**facts, **whole, **terms, dir=direction(dossier.post.locale))


def compare(
    session: Session, post_id: UUID, number: int, against: int | None, actor: Actor
) -> tuple[RevisionDiff, int]:
    """What changed from `against`, or from the one before, to this revision. Raises PostNotFound, RevisionNotFound,
    Invalid when the other is not there.
    """
    post = queries.see_for_editor(session, post_id, actor)
    revision = _existing(session, post, number)
    other = queries.get_revision(session, post.id, against) if against else _before(session, post, number)
    if against and other is None:
        raise wrong("against", "unknown", "must be the number of a revision of this dossier", part="query")
    after, *before = _contents(session, post, [revision, other] if other else [revision], actor)
    fields = _differences(before[0].model_dump() if before else {}, after.model_dump())
    return RevisionDiff(number=number, against=other.number if other else None, fields=fields), post.version


def _before(session: Session, post: Post, number: int) -> Revision | None:
    older = select(Revision).where(col(Revision.post_id) == post.id, col(Revision.number) < number)
    return session.exec(older.order_by(col(Revision.number).desc()).limit(1)).first()


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[FieldDiff]:
    """Member by member; all texts share the time that comparing may take."""
    until = diff.deadline()
    found = []
    for name in _COMPARED:
        old, new = before.get(name), after[name]
        if (old or None) == (new or None):
            continue
        if name in _TEXTS:
            hunks = diff.word_diff(old or "", new, until=until)
            found.append(FieldDiff(field=name, hunks=[HunkShown(op=hunk.op, text=hunk.text) for hunk in hunks]))
        else:
            found.append(FieldDiff(field=name, before=old, after=new))
    return found


def bring_back(
    session: Session, post_id: UUID, number: int, match: Match, *, by: Actor, at: datetime
) -> tuple[Post, tuple[str, ...]]:
    """Write the content of an old revision as a new one; returns the dossier and what could not come back. Raises
    PostNotFound, Forbidden, Stale, RevisionNotFound, IllegalMove in the trash.
    """
    post = changing.reach(session, post_id, Action.EDIT, match, by=by, demand_match=False)
    changing.move(session, post, Action.EDIT, by=by)
    old, newest = _existing(session, post, number), queries.newest_revision(session, post)
    facts, lost = content.again(session, old)
    if old.slug != newest.slug:
        try:
            publications_service.claim_slug(session, old.slug, post_id)
            publications_service.release_slug(session, newest.slug, post_id)
        except SlugTaken:
            facts["slug"] = newest.slug
            lost = (f"the slug {old.slug} belongs to another story by now", *lost)
    post.revision += 1
    post.state = workflow.state_after_edit(post.state)
    changing.touch(post, by=by, at=at)
    changing.write_revision(session, post, facts | {"restored_from": number}, by=by, at=at)
    record(session, "post.edited", post.id, by=by, at=at, revision=post.revision, restored_from=number)
    return post, lost
