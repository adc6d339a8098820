"""The keys on offer, for whoever wants to seal a tip."""

from fastapi import APIRouter

from app.core.http.deps import Db
from app.core.http.paging import Page
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.sealing import queries
from app.sealing.schemas import OfferedKey

router = APIRouter(prefix="/v1/contact/keys", tags=["contact"], route_class=HotRoute)


@router.get("", operation_id="listOfferedKeys", response_model=Page[OfferedKey])
async def list_offered_keys(db: Db) -> Ready:
    """The newsroom's public keys, newest first and never cut into pages. Seal a tip for all of them, so that every
    editor can open it; check the fingerprints against what the newsroom has printed.
    """
    page = Page[OfferedKey](items=[OfferedKey.of(*row) for row in await db.fast(queries.OFFERED, {})])
    return Ready(page.model_dump_json(exclude={"total"}).encode(), ("site",))
