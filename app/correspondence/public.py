"""Doors for the holders of links in letters, and for people who ask about their own data."""

from fastapi import APIRouter, Request, Response

from app.core.errors import Invalid, Malformed, TooMany, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, StillRunning, create
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.network import Network
from app.core.http.pages import Button, link_page
from app.core.http.problems import problems, request_id_of
from app.core.http.routes import StrictRoute
from app.correspondence import data, following, notices, words, workflow
from app.correspondence.following import Seen
from app.correspondence.links import LINKS_PATH, UNSUBSCRIBE_PATH
from app.correspondence.models import MailLink
from app.correspondence.schemas import DataRequest, DataRequestReceipt
from app.correspondence.workflow import LINK_TOKEN, STATUSES, UNSUBSCRIBE_ALL_TOKEN, UNSUBSCRIBE_TOKEN, Standing

router = APIRouter(prefix="/v1/comments/data-requests", tags=["comments"], route_class=StrictRoute)
pages_router = APIRouter(include_in_schema=False)

_ENDINGS = {
    "one": (UNSUBSCRIBE_TOKEN, notices.unsubscribe),
    "all": (UNSUBSCRIBE_ALL_TOKEN, notices.unsubscribe_all),
}


@router.post(
    "",
    operation_id="requestOwnData",
    status_code=202,
    response_model=DataRequestReceipt,
    responses=problems(Malformed, StillRunning, UnsupportedMediaType, Invalid, TooMany),
)
async def request_own_data(
    request: Request, db: Db, wanted: DataRequest, network: Network, repeat: Idempotency, guest: Guest, at: Now
) -> Response:
    """Ask for a file with all comments that carry your address, or for their erasure. If there are any, a letter to
    that address has a link with which to go on; the answer is the same if there are none.
    """

    def into(link: MailLink) -> Created:
        hours = workflow.LINK_LIFE.days * 24
        receipt = DataRequestReceipt(kind=wanted.kind, link_valid_hours=hours)
        return Created(receipt, about=link.id, status=202)

    limiter = request.app.state.limiter
    return await create(db, repeat, data.ask, wanted, network=network, limiter=limiter, by=guest, at=at, into=into)


@pages_router.get(LINKS_PATH + "/{token}")
async def show_link(request: Request, token: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """What a link does, with the button that does it: programs that open every link of a letter change nothing."""
    link_id = keys.subject(LINK_TOKEN, token)
    return _page(await db.read(following.look, link_id, request_id=request_id_of(request), at=at))


@pages_router.post(LINKS_PATH + "/{token}")
async def follow_link(request: Request, token: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """Do it, once."""
    link_id = keys.subject(LINK_TOKEN, token)
    seen = await db.write(following.follow, link_id, keys=keys, request_id=request_id_of(request), at=at)
    if seen.file is None:
        return _page(seen)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="comments.json"',
        "Referrer-Policy": "no-referrer",
    }
    return Response(seen.file.model_dump_json(indent=2), headers=headers, media_type="application/json")


def _page(seen: Seen) -> Response:
    buttons = [Button(seen.said.button)] if seen.said.button else []
    status = STATUSES[seen.standing]
    return link_page(
        seen.said.title, seen.said.lines, locale=seen.locale, status=status, quote=seen.quote, buttons=buttons
    )


@pages_router.get(UNSUBSCRIBE_PATH + "/{token}")
async def show_unsubscribe(token: str, keys: SecretKeys, locale: str = "en") -> Response:
    """How to end these letters."""
    for part, (purpose, _) in _ENDINGS.items():
        if keys.subject(purpose, token) is not None:
            return _page(Seen(words.unsubscribing(part, locale), Standing.LIVE, locale))
    return _page(following.refused(locale, Standing.UNKNOWN))


@pages_router.post(UNSUBSCRIBE_PATH + "/{token}")
async def unsubscribe(token: str, db: Db, keys: SecretKeys, guest: Guest, at: Now, locale: str = "en") -> Response:
    """End them; mail programs send this by themselves (RFC 8058), so nothing of the body is needed."""
    for purpose, verb in _ENDINGS.values():
        subject = keys.subject(purpose, token)
        if subject is not None:
            await db.write(verb, subject, by=guest, at=at)
            return _page(Seen(words.unsubscribing("done", locale), Standing.DONE, locale))
    return _page(following.refused(locale, Standing.UNKNOWN))
