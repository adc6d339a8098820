"""The desk's doors: write, list, publish, take back, throw away."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from app.core.actor import Actor
from app.core.errors import Invalid, Malformed
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch, etag_for
from app.core.http.deps import Now
from app.core.http.paging import Cut, Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.markup import render_story
from app.posts import publishing, queries, service
from app.posts.doors import WRITES, Db, DossierReader, DossierWriter, Publisher, Reader, Trasher, Writer, made, shown
from app.posts.errors import ApprovalRequired, NotReady, PostNotFound, TranslationExists
from app.posts.models import Dossier
from app.posts.schemas import (
    Checklist,
    EditQuery,
    PostCreate,
    PostEditor,
    PostItem,
    PostQuery,
    PostUpdate,
    PublicationInput,
    PublicationQuery,
    Rendering,
    RenderingInput,
    facts_of,
)
from app.publications.errors import SlugTaken

router = APIRouter(prefix="/v1/editor/posts", tags=["editor: posts"], route_class=GuardedRoute)
renderings_router = APIRouter(prefix="/v1/editor/renderings", tags=["editor: posts"], route_class=GuardedRoute)


@router.get("", operation_id="listDossiers", response_model=Page[PostItem], responses=problems(Invalid))
async def list_dossiers(db: Db, actor: Reader, query: Annotated[PostQuery, Query()]) -> Response:
    """The dossiers that you may see, most recently changed first; the trash only with `life=trashed`."""
    scope = query.bound_to("/v1/editor/posts")

    def page(cut: Cut[Dossier]) -> Page[PostItem]:
        return cut.shown(lambda dossier: PostItem(**facts_of(dossier, actor)))

    return paged(await db.study(queries.list_dossiers, query, actor, scope, into=page), "/v1/editor/posts", query)


@router.post(
    "",
    operation_id="createDossier",
    response_model=PostEditor,
    status_code=201,
    responses=problems(Invalid, SlugTaken, TranslationExists),
)
async def create_dossier(db: Db, actor: Writer, repeat: Idempotency, at: Now, draft: PostCreate) -> Response:
    """Open a dossier; only `title` and `locale` are needed."""

    def make(session: Any, *, by: Actor, at: Any) -> Created:
        return made(session, service.create(session, draft, by=by, at=at), by, new=True)

    return await create(db, repeat, make, by=actor, at=at, into=lambda done: done)


@router.get("/{post_id:id}", operation_id="getDossier", response_model=PostEditor, responses=problems(PostNotFound))
async def get_dossier(db: Db, actor: DossierReader, post_id: UUID) -> Response:
    """One dossier with its newest revision; the ETag names its version."""
    view, version = await db.read(
        queries.get_dossier, post_id, actor, into=lambda found: (PostEditor.of(found[0], actor), found[1])
    )
    return versioned(view, version)


@router.patch(
    "/{post_id:id}", operation_id="editDossier", response_model=PostEditor, responses=problems(*WRITES, SlugTaken)
)
async def edit_dossier(
    db: Db,
    actor: DossierWriter,
    post_id: UUID,
    match: IfMatch,
    at: Now,
    query: Annotated[EditQuery, Query()],
    change: Annotated[PostUpdate, Body(media_type="application/merge-patch+json")],
) -> Response:
    """Write a new revision (merge patch); nothing changes in public until it is published."""
    edit = partial(service.edit, post_id=post_id, change=change, match=match, autosave=query.autosave, by=actor, at=at)
    return await db.write(shown, edit, actor)


@router.delete("/{post_id:id}", operation_id="trashDossier", status_code=204, responses=problems(*WRITES))
async def trash_dossier(db: Db, actor: Trasher, post_id: UUID, match: IfMatch, at: Now) -> Response:
    """Move a dossier that is not public to the trash; it keeps its slug."""
    version = await db.write(service.trash, post_id, match, by=actor, at=at, into=lambda post: post.version)
    return Response(status_code=204, headers={"ETag": etag_for(version)})


@router.post(
    "/{post_id}/restoration",
    operation_id="restoreDossier",
    response_model=PostEditor,
    responses=problems(*WRITES, Malformed, StillRunning),
)
async def restore_dossier(
    db: Db, actor: Trasher, post_id: UUID, match: IfMatch, repeat: Idempotency, at: Now
) -> Response:
    """Take a dossier out of the trash."""

    def make(session: Any, *, by: Actor, at: Any) -> Created:
        return made(session, service.restore(session, post_id, match, by=by, at=at), by)

    return await create(db, repeat, make, by=actor, at=at, into=lambda done: done)


@router.put(
    "/{post_id}/publication",
    operation_id="publishDossier",
    response_model=PostEditor | Checklist,
    responses=problems(*WRITES, NotReady, ApprovalRequired, SlugTaken),
)
async def publish_dossier(
    db: Db,
    actor: Publisher,
    post_id: UUID,
    match: IfMatch,
    at: Now,
    query: Annotated[PublicationQuery, Query()],
    wish: PublicationInput | None = None,
) -> Response:
    """Put the newest or the named revision before the public; `dry_run=true` answers the checklist instead."""
    wish = wish or PublicationInput()
    if query.dry_run:
        found = await db.read(publishing.check, post_id, wish, by=actor)
        return Response(found.model_dump_json(), media_type="application/json")
    publish = partial(publishing.publish, post_id=post_id, wish=wish, match=match, by=actor, at=at)
    return await db.write(shown, publish, actor)


@router.delete(
    "/{post_id}/publication", operation_id="unpublishDossier", response_model=PostEditor, responses=problems(*WRITES)
)
async def unpublish_dossier(db: Db, actor: Publisher, post_id: UUID, match: IfMatch, at: Now) -> Response:
    """Take a story back from the public; its date, slug and comments are kept for its return."""
    return await db.write(shown, partial(publishing.unpublish, post_id=post_id, match=match, by=actor, at=at), actor)


@renderings_router.post("", operation_id="renderBody", response_model=Rendering, responses=problems(Invalid))
async def render_body(db: Db, actor: Writer, draft: RenderingInput) -> Rendering:
    """Show a text as it would be published, and what the sanitiser would take out; nothing is stored."""
    base_url = await db.read(service.base_url_for, draft.locale)
    rendered = render_story(draft.body, draft.body_format.value, base_url=base_url)
    return Rendering(body_html=rendered.html, warnings=list(rendered.warnings))
