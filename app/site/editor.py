"""The settings behind the fence."""

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
from app.site import queries, service
from app.site.models import Site
from app.site.schemas import SiteEditor, SitePatch
from app.staff.guards import Guard
from app.staff.permissions import Permission

router = APIRouter(prefix="/v1/editor/site", tags=["editor: site"], route_class=GuardedRoute)

Reader = Annotated[
    Actor, Depends(Guard(Permission.SITE_WRITE, Permission.POSTS_READ_OWN, Permission.COMMENTS_MODERATE_ANY))
]
Admin = Annotated[Actor, Depends(Guard(Permission.SITE_WRITE))]


def _answer(site: Site | None) -> Response:
    """A site that nobody has set up yet shows the defaults as its version 1."""
    return versioned(SiteEditor.model_validate(site.settings if site else {}), site.version if site else 1)


@router.get(
    "", operation_id="getSiteSettings", response_model=SiteEditor, responses=problems(Unauthenticated, Forbidden)
)
async def get_settings(db: Db, actor: Reader) -> Response:
    """The whole settings document, texts in all languages; its ETag is what a change needs in `If-Match`."""
    return await db.read(queries.find_site, into=_answer)


@router.patch(
    "",
    operation_id="updateSiteSettings",
    response_model=SiteEditor,
    responses=problems(
        Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid, PreconditionRequired, Stale
    ),
)
async def update_settings(db: Db, at: Now, actor: Admin, match: IfMatch, patch: SitePatch) -> Response:
    """Change some settings (JSON Merge Patch): nested objects merge, lists are replaced, null removes a text. Dropping
    a locale removes its texts from name, tagline and publisher; terms and posts in it stay stored.
    """
    return await db.write(service.change, match, patch, by=actor, at=at, into=_answer)
