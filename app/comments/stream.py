"""The door to a thread's hints: server-sent events that say when it is time to read the thread again."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Receive, Scope, Send

from app.comments import threads
from app.comments.live import Hub, Pulse, Topic
from app.comments.schemas import ThreadHint
from app.core.errors import Invalid, TooMany, Unavailable
from app.core.http.deps import Db, Now
from app.core.http.network import Network
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute
from app.publications.errors import StoryNotFound, Withdrawn

HEARTBEAT_SECONDS = 15.0
_RETRY = b"retry: 5000\n\n"
# proxies must not gather what is meant to arrive now
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter(prefix="/v1", tags=["comments"], route_class=StrictRoute)


class ThreadStream(StreamingResponse):
    """One listener, from the first look to the moment when either side leaves."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, post_id: UUID, network: str, seen: int | None) -> None:
        super().__init__(self._events(), headers=_HEADERS)
        self.hub, self.post_id, self.network, self.seen = hub, post_id, network, seen
        self.topic = Topic(post_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises TooMany and Unavailable while nothing is sent yet."""
        with self.hub.follow(self.post_id, self.network) as self.topic:
            await self.hub.look(self.topic)
            if scope.get("head"):
                await Response(headers=_HEADERS, media_type=self.media_type)(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)

    async def _events(self) -> AsyncIterator[bytes]:
        yield _RETRY
        while not self.topic.over:
            pulse = self.topic.pulse
            if pulse is not None and pulse.moves != self.seen:
                self.seen = pulse.moves
                yield _event(pulse)
            elif not await self.topic.changes(HEARTBEAT_SECONDS):
                yield KEEPALIVE_COMMENT


def _event(pulse: Pulse) -> bytes:
    hint = ThreadHint(count=pulse.comments, last_id=pulse.last_id)
    return format_sse_event(data_str=hint.model_dump_json(), event="thread", id=str(pulse.moves))


@router.get(
    "/posts/{slug}/comments/stream",
    operation_id="streamThread",
    status_code=200,  # of a class of our own FastAPI does not know it
    response_class=ThreadStream,
    response_model=ThreadHint,
    responses=problems(StoryNotFound, Withdrawn, Invalid, TooMany, Unavailable),
)
async def stream_thread(
    request: Request,
    slug: str,
    db: Db,
    network: Network,
    at: Now,
    last_event_id: Annotated[str | None, Header(description="`id` of the last event that arrived")] = None,
) -> Response:
    """Hints in the form of server-sent events: `event: thread` whenever something is published, changed or taken away.

    The first event comes at once, unless `Last-Event-ID` says that nothing happened since. Several changes may come as
    one event. Where there is no place left (429, 503), ask for the thread with `If-None-Match` every minute instead.
    """
    post_id = await threads.shown_thread(db, slug, at)
    return ThreadStream(request.app.state.hub, post_id, network, _number(last_event_id))


def _number(last_event_id: str | None) -> int | None:
    """What was seen last; None for what is no id of ours, which is answered as if it had not been sent."""
    text = last_event_id or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
