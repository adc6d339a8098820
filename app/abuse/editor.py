"""What moderators taught the word filter, for copies and for curious eyes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.abuse import bayes
from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http.deps import Db
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.core.language import Locale
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.staff.guards import Guard
from app.staff.permissions import Permission as P

MOST_WORDS = 20_000

router = APIRouter(prefix="/v1/editor/abuse", tags=["editor: comments"], route_class=GuardedRoute)

Moderator = Annotated[Actor, Depends(Guard(P.COMMENTS_MODERATE_ANY))]


class BayesQuery(BaseModel):
    """Which language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Annotated[Locale | None, Field(description="a locale of the site; else the default one")] = None


class WordCount(BaseModel):
    """In how many judged texts a word stood, in its folded spelling."""

    word: str
    ham: int
    spam: int


class BayesExport(BaseModel):
    """What was learnt in one language: how many texts were judged, and their words, the most frequent first."""

    language: str
    ham: int
    spam: int
    words: list[WordCount]


@router.get(
    "/bayes",
    operation_id="exportBayes",
    response_model=BayesExport,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def export_bayes(db: Db, actor: Moderator, query: Annotated[BayesQuery, Query()]) -> Response:
    """What the word filter learnt from approvals and spam, as JSON. Words of fewer than three texts are left out: they
    could point to somebody.
    """
    exported = await db.study(_export, query.locale)
    return Response(exported.model_dump_json(), media_type="application/json")


def _export(session: Session, locale: str | None) -> BayesExport:
    language = bayes.language_of(offered_locale(site_queries.get_settings(session), locale))
    ham, spam = bayes.texts(session, language)
    words = [WordCount(word=word, ham=h, spam=s) for word, h, s in bayes.all_words(session, language, most=MOST_WORDS)]
    return BayesExport(language=language, ham=ham, spam=spam, words=words)
