"""The magazine's card: what every front end reads first."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.errors import Invalid
from app.core.http.deps import Db
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.site import queries
from app.site.feed_links import FeedPlace, feed_links
from app.site.policies import offered_locale
from app.site.schemas import SitePublic, SiteQuery

router = APIRouter(prefix="/v1/site", tags=["site"], route_class=HotRoute)


@router.get("", operation_id="getSite", response_model=SitePublic, responses=problems(Invalid))
async def get_site(db: Db, query: Annotated[SiteQuery, Query()]) -> Ready:
    """Name, languages, links and policies of the magazine. Texts come in `locale`, else in the default locale; one that
    is missing there comes in another language.
    """
    settings = await queries.fast_settings(db)
    locale, base_url = offered_locale(settings, query.locale), db.info["base_url"]
    place = FeedPlace("locales", locale) if query.locale is not None else FeedPlace()
    return SitePublic.of(settings, locale, base_url, feed_links(place, base_url)).ready()
