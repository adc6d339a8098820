"""The door that changes the settings of the site: only this floor knows in which languages there are dossiers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import (
    Forbidden,
    Invalid,
    Malformed,
    PreconditionRequired,
    Stale,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.core.http.answers import versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.posts.term_queries import list_locale_uses
from app.site import service as site_service
from app.site.errors import LocaleInUse
from app.site.models import Site
from app.site.schemas import SiteEditor, SitePatch
from app.staff.guards import Guard
from app.staff.permissions import Permission

router = APIRouter(prefix="/v1/editor/site", tags=["editor: site"], route_class=GuardedRoute)

Admin = Annotated[Actor, Depends(Guard(Permission.SITE_WRITE))]

_REFUSALS = (Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid, PreconditionRequired, Stale)


@router.patch(
    "",
    operation_id="updateSiteSettings",
    response_model=SiteEditor,
    responses=problems(*_REFUSALS, LocaleInUse),
)
async def update_settings(db: Db, at: Now, actor: Admin, match: IfMatch, patch: SitePatch) -> Response:
    """Change some settings (JSON Merge Patch): nested objects merge, lists are replaced, null removes a text. A
    locale in which posts or pages are written, those in the trash too, cannot be dropped: 409 with `used_by`. Dropping
    another one removes its texts from name, tagline, publisher and the checklist; those of terms stay stored.
    """
    return await db.write(site_service.change, match, patch, used_by=list_locale_uses, by=actor, at=at, into=_answer)


def _answer(site: Site) -> Response:
    return versioned(SiteEditor.model_validate(site.settings), site.version)
