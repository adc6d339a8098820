"""The desk's doors to translations: begin one, see all languages, say that one has caught up."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, IllegalMove, Invalid, Stale
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.conditional import IfMatch
from app.core.http.deps import Now
from app.core.http.paging import Page
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts import translations
from app.posts.doors import Db, DossierReader, guard, made, shown
from app.posts.errors import NoTranslation, PostNotFound, TranslationExists
from app.posts.schemas import PostEditor
from app.posts.translations_schemas import TranslatedInput, TranslationInput, TranslationItem
from app.posts.workflow import Action

router = APIRouter(prefix="/v1/editor/posts/{post_id}", tags=["editor: posts"], route_class=GuardedRoute)

Translator = Annotated[Actor, Depends(guard(Action.TRANSLATE))]


@router.post(
    "/translations",
    operation_id="translateDossier",
    status_code=201,
    response_model=PostEditor,
    responses=problems(PostNotFound, Forbidden, IllegalMove, TranslationExists, StillRunning, Stale, Invalid),
)
async def translate_dossier(
    db: Db, actor: Translator, post_id: UUID, match: IfMatch, repeat: Idempotency, at: Now, wish: TranslationInput
) -> Response:
    """Open a linked dossier in another language: a draft with the original's text to translate, or an empty one with
    `copy: false`. From then on neither writes the other. Give the title in its language, for the slug is made from it.
    """

    def make(session: Any, *, by: Actor, at: Any) -> Created:
        return made(session, translations.translate(session, post_id, wish, match, by=by, at=at), by, new=True)

    return await create(db, repeat, make, by=actor, at=at, into=lambda done: done)


@router.get(
    "/translations",
    operation_id="listTranslations",
    response_model=Page[TranslationItem],
    responses=problems(PostNotFound),
)
async def list_translations(db: Db, actor: DossierReader, post_id: UUID) -> Response:
    """Every language of the story that you may see, this one too; there are no more than the site has languages."""
    page = Page[TranslationItem](items=await db.read(translations.list_languages, post_id, by=actor))
    return Response(page.model_dump_json(exclude={"total"}), media_type="application/json")


@router.put(
    "/translated-revision",
    operation_id="markTranslated",
    response_model=PostEditor,
    responses=problems(PostNotFound, Forbidden, IllegalMove, NoTranslation, Stale, Invalid),
)
async def mark_translated(
    db: Db, actor: Translator, post_id: UUID, match: IfMatch, at: Now, wish: TranslatedInput | None = None
) -> Response:
    """Say that this translation has caught up with its original, as far as its newest or the named revision; its text
    and its ETag stay as they are.
    """
    said = wish or TranslatedInput()
    mark = partial(translations.catch_up, post_id=post_id, wish=said, match=match, by=actor, at=at)
    return await db.write(shown, mark, actor)
