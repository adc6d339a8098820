"""Is the server there, and can it reach its database?"""

from sqlalchemy import literal, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.db import Prepared
from app.core.errors import Unavailable

_ONE = Prepared(lambda: select(literal(1)))


async def live(request: Request) -> Response:
    """200 as long as the process answers at all."""
    return JSONResponse({"status": "live"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """200 when the database answers, else 503: a load balancer waits with sending readers."""
    try:
        await request.app.state.db.fast(_ONE, {})
    except Exception as error:
        raise Unavailable("the database does not answer", headers={"Retry-After": "5"}) from error
    return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})


def health_routes() -> list[Route]:
    """`/health/live` and `/health/ready`, outside of the documented API."""
    return [
        Route("/health/live", live, include_in_schema=False),
        Route("/health/ready", ready, include_in_schema=False),
    ]
