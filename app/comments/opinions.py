"""The readers' doors for what they think of a comment: recommending it, and reporting it to the moderators."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.comments import feedback
from app.comments.errors import CommentNotFound
from app.comments.feedback_schemas import CommentIds, RecommendationAnswer, Recommended, ReportDraft, ReportReceipt
from app.core.errors import Invalid, Malformed, TooMany, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.readers import MaybeReader, Reader
from app.core.http.routes import StrictRoute

router = APIRouter(prefix="/v1/comments", tags=["comments"], route_class=StrictRoute)


@router.put(
    "/{comment_id:id}/recommendation",
    operation_id="recommendComment",
    response_model=RecommendationAnswer,
    responses=problems(Malformed, CommentNotFound, Invalid, TooMany),
)
async def recommend_comment(
    request: Request, comment_id: UUID, db: Db, reader: Reader, network: Network, keys: SecretKeys, at: Now
) -> RecommendationAnswer:
    """Recommend a comment; again changes nothing. Who did is known to nobody, and needs no cookie."""
    limiter = request.app.state.limiter
    return await db.write(
        feedback.recommend, comment_id, reader=reader, network=network, keys=keys, limiter=limiter, at=at
    )


@router.delete(
    "/{comment_id:id}/recommendation",
    operation_id="takeRecommendationBack",
    response_model=RecommendationAnswer,
    responses=problems(Malformed, CommentNotFound, Invalid),
)
async def take_recommendation_back(
    comment_id: UUID, db: Db, reader: Reader, keys: SecretKeys, at: Now
) -> RecommendationAnswer:
    """Recommend a comment no longer; again changes nothing."""
    return await db.write(feedback.take_back, comment_id, reader=reader, keys=keys, at=at)


@router.post(
    "/recommended",
    operation_id="listRecommended",
    response_model=Recommended,
    responses=problems(Malformed, UnsupportedMediaType, Invalid),
)
async def list_recommended(asked: CommentIds, db: Db, reader: Reader, keys: SecretKeys) -> Response:
    """Which of these comments this reader recommends: threads are the same for everyone, so they do not say it."""
    found = await db.read(feedback.list_recommended, asked, reader=reader, keys=keys)
    return Response(found.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post(
    "/{comment_id:id}/reports",
    operation_id="reportComment",
    status_code=202,
    response_model=ReportReceipt,
    responses=problems(Malformed, CommentNotFound, StillRunning, UnsupportedMediaType, Invalid, TooMany),
)
async def report_comment(
    request: Request,
    comment_id: UUID,
    draft: ReportDraft,
    db: Db,
    reader: MaybeReader,
    network: Network,
    keys: SecretKeys,
    repeat: Idempotency,
    guest: Guest,
    at: Now,
) -> Response:
    """Tell the moderators what is wrong with a comment. Each reader counts once; enough of them hold it back once,
    until someone has read it.
    """
    return await create(
        db,
        repeat,
        feedback.report,
        comment_id,
        draft,
        reader=reader,
        network=network,
        keys=keys,
        limiter=request.app.state.limiter,
        by=guest,
        at=at,
        into=lambda about: Created(ReportReceipt(), about=about, status=202),
    )
