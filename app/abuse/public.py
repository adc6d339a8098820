"""The door that front ends knock at before they show a form: proof, later on, that somebody looked at it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.abuse import challenges, queries
from app.abuse.schemas import Altcha, Challenge, ChallengeQuery
from app.core import render_tokens
from app.core.errors import Invalid
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute

router = APIRouter(prefix="/v1/challenge", tags=["challenge"], route_class=StrictRoute)


@router.get("", operation_id="getChallenge", response_model=Challenge, responses=problems(Invalid))
async def get_challenge(
    query: Annotated[ChallengeQuery, Query()], db: Db, keys: SecretKeys, network: Network, at: Now
) -> Response:
    """Ask for this when you show a form, and send `render_token` with what was written. Whoever sends none, one that is
    older than a day, or answers within 3 seconds is still heard, but a person will look first. While much is written
    there is a `challenge` too, in the wire format of ALTCHA, good for an hour and for one message.
    """
    subject, expires_at, work = query.post or "", at + render_tokens.OLDEST, None
    token = render_tokens.issue(keys, query.form, subject, at=at)
    if asked := await db.read(queries.get_asked, keys, network, at=at):
        work = Altcha(**challenges.make(keys, query.form, subject, largest_number=asked, at=at))
        expires_at = at + challenges.LIFE
    made = Challenge(render_token=token, expires_at=expires_at, challenge=work)
    return Response(made.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")
