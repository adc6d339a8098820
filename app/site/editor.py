"""The settings behind the fence; a change asks what is written in a language, so that door is the posts'."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Unauthenticated
from app.core.http.answers import versioned
from app.core.http.deps import Db
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.site import queries
from app.site.models import Site
from app.site.schemas import SiteEditor
from app.staff.guards import Guard
from app.staff.permissions import Permission

router = APIRouter(prefix="/v1/editor/site", tags=["editor: site"], route_class=GuardedRoute)

Reader = Annotated[
    Actor, Depends(Guard(Permission.SITE_WRITE, Permission.POSTS_READ_OWN, Permission.COMMENTS_MODERATE_ANY))
]


def _answer(site: Site | None) -> Response:
    """A site that nobody has set up yet shows the defaults as its version 1."""
    return versioned(SiteEditor.model_validate(site.settings if site else {}), site.version if site else 1)


@router.get(
    "", operation_id="getSiteSettings", response_model=SiteEditor, responses=problems(Unauthenticated, Forbidden)
)
async def get_settings(db: Db, actor: Reader) -> Response:
    """The whole settings document, texts in all languages; its ETag is what a change needs in `If-Match`."""
    return await db.read(queries.find_site, into=_answer)
