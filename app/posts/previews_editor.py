"""The desk's doors to previews: share a revision, see what came back, end a link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Stale
from app.core.http.answers import Created, Idempotency, StillRunning, create, tagged
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now, SecretKeys
from app.core.http.paging import Cut, Page, PageQuery, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.keys import Keys
from app.posts import previews, previews_queries
from app.posts.doors import Db, guard
from app.posts.errors import PostNotFound, PreviewNotFound
from app.posts.previews_models import Preview
from app.posts.previews_queries import Answered
from app.posts.previews_schemas import PreviewInput, PreviewItem, PreviewListItem, PreviewMade
from app.posts.workflow import Action

router = APIRouter(prefix="/v1/editor/posts/{post_id}/previews", tags=["editor: posts"], route_class=GuardedRoute)

Previewer = Annotated[Actor, Depends(guard(Action.PREVIEW))]
_SHARED = set(PreviewItem.model_fields)


@router.post(
    "",
    operation_id="sharePreview",
    status_code=201,
    response_model=PreviewMade,
    responses=problems(PostNotFound, Forbidden, IllegalMove, StillRunning, Stale, Invalid),
)
async def share_preview(
    request: Request,
    db: Db,
    keys: SecretKeys,
    actor: Previewer,
    post_id: UUID,
    match: IfMatch,
    repeat: Idempotency,
    at: Now,
    wish: PreviewInput | None = None,
) -> Response:
    """Make a link with which people without an account read a revision, and may approve or comment. It ends by itself,
    or by DELETE; the revision never changes from now on.
    """

    def into(preview: Preview) -> Created:
        item = PreviewItem(**preview.model_dump(include=_SHARED))
        return Created(item, preview.id, f"/v1/editor/posts/{post_id}/previews/{preview.id}")

    def secrets(preview_id: UUID) -> dict[str, str]:
        return {"token": keys.token(previews.TOKEN, preview_id), "url": _url(request, keys, preview_id)}

    wanted = wish or PreviewInput()
    return await create(db, repeat, previews.share, post_id, wanted, match, by=actor, at=at, into=into, secrets=secrets)


@router.get("", operation_id="listPreviews", response_model=Page[PreviewListItem], responses=problems(PostNotFound))
async def list_previews(
    request: Request,
    db: Db,
    keys: SecretKeys,
    actor: Previewer,
    post_id: UUID,
    at: Now,
    query: Annotated[PageQuery, Query()],
) -> Response:
    """The links that were shared, newest first, with what their readers said."""
    path = f"/v1/editor/posts/{post_id}/previews"

    def page(cut: Cut[Answered]) -> Page[PreviewListItem]:
        return cut.shown(lambda one: _shown(request, keys, one, at))

    return paged(await db.read(previews_queries.list_of_post, post_id, query, path, into=page), path, query)


@router.get(
    "/{preview_id}",
    operation_id="getPreview",
    response_model=PreviewListItem,
    responses=problems(PostNotFound, PreviewNotFound),
)
async def get_preview(
    request: Request, db: Db, keys: SecretKeys, actor: Previewer, post_id: UUID, preview_id: UUID, at: Now
) -> Response:
    """One of them."""
    item = await db.read(
        previews_queries.get_answered, post_id, preview_id, into=lambda found: _shown(request, keys, found, at)
    )
    return tagged(item.model_dump_json())


@router.delete(
    "/{preview_id}",
    operation_id="revokePreview",
    status_code=204,
    responses=problems(PostNotFound, PreviewNotFound, Forbidden, Stale),
)
async def revoke_preview(
    db: Db, actor: Previewer, post_id: UUID, preview_id: UUID, match: IfMatch, at: Now
) -> Response:
    """End a link now; its answers stay."""
    await db.write(previews.revoke, post_id, preview_id, match, by=actor, at=at)
    return Response(status_code=204)


def _shown(request: Request, keys: Keys, found: Answered, at: Now) -> PreviewListItem:
    preview, answers = found
    live = preview.revoked_at is None and preview.expires_at > at
    url = _url(request, keys, preview.id) if live else None
    return PreviewListItem(**preview.model_dump(include=_SHARED), url=url, answers=answers)


def _url(request: Request, keys: Keys, preview_id: UUID) -> str:
    """The page behind a link, at the configured address of this server."""
    base: str = request.app.state.settings.base_url
    return f"{base}{previews.PAGES_PATH}/{keys.token(previews.TOKEN, preview_id)}"
