"""What a front end fetches before it shows a form: proof, later on, that somebody looked at it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core import render_tokens
from app.core.errors import Invalid
from app.core.http.deps import Now, SecretKeys
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute
from app.core.render_tokens import FormKind
from app.core.slugs import MAX_SLUG_LENGTH

router = APIRouter(prefix="/v1/challenge", tags=["challenge"], route_class=StrictRoute)


class ChallengeQuery(BaseModel):
    """Which form will be shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: FormKind
    post: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4 * MAX_SLUG_LENGTH,  # letters that come apart from their marks are composed again
            validate_default=True,
            description="the slug of the story, needed with `form=comment` and refused with `form=contact`",
            examples=["voices-of-the-harbour"],
        ),
    ] = None

    @field_validator("post")
    @classmethod
    def _with_comments_only(cls, post: str | None, info: ValidationInfo) -> str | None:
        form = info.data.get("form")
        if form is FormKind.COMMENT and post is None:
            raise PydanticCustomError("missing", "the slug of the story is needed")
        if form is FormKind.CONTACT and post is not None:
            raise PydanticCustomError("not_for_contact", "belongs to form=comment only")
        return post


class Challenge(BaseModel):
    """What to send back with the form."""

    render_token: Annotated[str, Field(description="send it back as `render_token`, not sooner than after 3 seconds")]
    expires_at: Annotated[datetime, Field(description="fetch another one after this")]
    challenge: Annotated[
        dict[str, Any] | None, Field(description="null, or an ALTCHA challenge to solve into `altcha`")
    ] = None


@router.get("", operation_id="getChallenge", response_model=Challenge, responses=problems(Invalid))
async def get_challenge(query: Annotated[ChallengeQuery, Query()], keys: SecretKeys, at: Now) -> Response:
    """Ask for this when you show a form, and send `render_token` with what was written. Whoever sends none, one that is
    older than a day, or answers within 3 seconds is still heard, but a person will look first.
    """
    token = render_tokens.issue(keys, query.form, query.post or "", at=at)
    made = Challenge(render_token=token, expires_at=at + render_tokens.OLDEST)
    return Response(made.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")
