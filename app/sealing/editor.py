"""The keys behind the fence: publish, look, retire."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Malformed, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Db, Now
from app.core.http.paging import Page
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.sealing import queries, service
from app.sealing.errors import KeyAlreadyPublished, SealingKeyNotFound, TooManyKeys
from app.sealing.models import SealingKey
from app.sealing.schemas import KeyDraft, SealingKeyShown
from app.staff.guards import Guard
from app.staff.permissions import Permission

router = APIRouter(prefix="/v1/editor/contact/keys", tags=["editor: contact"], route_class=GuardedRoute)

Reader = Annotated[Actor, Depends(Guard(Permission.CONTACT_READ))]
Publisher = Annotated[Actor, Depends(Guard(Permission.SITE_WRITE))]
Retirer = Annotated[Actor, Depends(Guard(Permission.SITE_WRITE, sees=queries.sight))]


@router.get(
    "",
    operation_id="listSealingKeys",
    response_model=Page[SealingKeyShown],
    responses=problems(Unauthenticated, Forbidden),
)
async def list_sealing_keys(db: Db, actor: Reader) -> Response:
    """Every key that ever was published, newest first, never cut into pages: old tips open with retired ones alone."""
    keys = await db.read(queries.list_keys, into=lambda rows: [SealingKeyShown.of_row(row) for row in rows])
    page = Page[SealingKeyShown](items=keys)
    return Response(page.model_dump_json(exclude={"total"}), media_type="application/json")


@router.post(
    "",
    operation_id="publishSealingKey",
    status_code=201,
    response_model=SealingKeyShown,
    responses=problems(
        Malformed,
        Unauthenticated,
        Forbidden,
        KeyAlreadyPublished,
        TooManyKeys,
        StillRunning,
        UnsupportedMediaType,
        Invalid,
    ),
)
async def publish_sealing_key(db: Db, actor: Publisher, draft: KeyDraft, repeat: Idempotency, at: Now) -> Response:
    """Offer a public key to sources from now on. Never send a private key: it would be refused, but it was sent."""

    def into(key: SealingKey) -> Created:
        return Created(SealingKeyShown.of_row(key), about=key.id)

    return await create(db, repeat, service.publish, draft.public_key, draft.label, by=actor, at=at, into=into)


@router.post(
    "/{sealing_key_id:id}/retirement",
    operation_id="retireSealingKey",
    response_model=SealingKeyShown,
    responses=problems(Unauthenticated, Forbidden, SealingKeyNotFound),
)
async def retire_sealing_key(db: Db, actor: Retirer, sealing_key_id: UUID, at: Now) -> SealingKeyShown:
    """Offer a key no longer. Tips that were sealed for it are taken for seven more days; keep the private key as long
    as such tips are kept, since nothing else opens them.
    """
    return await db.write(service.retire, sealing_key_id, by=actor, at=at, into=SealingKeyShown.of_row)
