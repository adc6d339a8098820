"""The settings behind the fence; a change asks what is written in a language, so that door is the posts'."""

from functools import partial
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
from app.site.policies import kept_from
from app.site.schemas import SiteEditor
from app.staff.guards import Guard
from app.staff.permissions import Permission

router = APIRouter(prefix="/v1/editor/site", tags=["editor: site"], route_class=GuardedRoute)

Reader = Annotated[
    Actor, Depends(Guard(Permission.SITE_WRITE, Permission.POSTS_READ_OWN, Permission.COMMENTS_MODERATE_ANY))
]


def _answer(site: Site | None, *, to: Actor) -> Response:
    """A site that nobody has set up yet shows the defaults as its version 1."""
    document = SiteEditor.model_validate(site.settings if site else {})
    return versioned(document, site.version if site else 1, without=kept_from(to))


@router.get(
    "", operation_id="getSiteSettings", response_model=SiteEditor, responses=problems(Unauthenticated, Forbidden)
)
async def get_settings(db: Db, actor: Reader) -> Response:
    """The settings, texts in all languages; the ETag is what a change needs in `If-Match`. Whoever may change them gets
    the whole document. Others get `banned_words`, `suspect_words` and `moderation_mail_to` of the comments only with
    `comments.moderate.any`, and `recipients` of the contact form only with `contact.read`: else they are left out.
    """
    return await db.read(queries.find_site, into=partial(_answer, to=actor))
