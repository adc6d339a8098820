"""Puts the house together: settings, database, layers, problem handlers, doors."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app.api import add_doors
from app.comments.live import Hub
from app.core.clock import now
from app.core.db import Database, open_database
from app.core.errors import DomainError
from app.core.http.access import AccessLog
from app.core.http.docs import docs_routes
from app.core.http.goodbye import on_goodbye
from app.core.http.health import health_routes
from app.core.http.layers import Envelope, Gate
from app.core.http.limits import Limiter
from app.core.http.misses import on_framework_refusal, unknown_path
from app.core.http.problems import on_domain_error, on_invalid_request
from app.core.keys import Keys
from app.core.logs import configure_logs
from app.core.settings import Settings
from app.correspondence import links as correspondence_links
from app.openapi import openapi_route
from app.posts import previews as posts_previews
from app.posts.schedule import settle
from app.publications.upcoming import Bell
from app.reactions import REACTIONS
from app.sealing import pages as sealing_pages
from app.site import queries as site_queries
from app.staff import workflow as staff_workflow
from app.staff.guards import known
from app.worker import night_shift

# a tip carries no finer time than its day, so the log is silent about all that leads to a message and comes after it
SILENT = (
    *("/v1/contact", "/v1/editor/contact", "/v1/challenge", "/tips", *sorted(sealing_pages.SILENT_PATHS)),
    *(correspondence_links.LINKS_PATH, correspondence_links.UNSUBSCRIBE_PATH),  # what stands behind them opens doors
    *("/v1/previews", posts_previews.PAGES_PATH),  # and so do these
    *(staff_workflow.INVITATIONS_PATH, staff_workflow.RESETS_PATH),
)


def open_site(settings: Settings) -> Database:
    """The site's database with what its sessions carry for the rooms."""
    mail_domain = settings.sender.address.rpartition("@")[2]
    info = {
        "reactions": REACTIONS,
        "bell": Bell(settle),
        "base_url": settings.base_url,
        "letterhead": site_queries.get_letterhead,
        "mail_domain": mail_domain,
        "comment_check": bool(settings.comment_check_url),
    }
    return open_database(settings.sync_database_url, info)


@asynccontextmanager
async def _lifespan(access_log: AccessLog | None, app: FastAPI) -> AsyncIterator[None]:
    await app.state.db.start()
    _calm_the_collector()
    hub: Hub = app.state.hub
    async with night_shift(app.state.settings, app.state.db, app.state.keys):
        with on_goodbye(hub.say_goodbye):
            yield
        await hub.close()
    await app.state.db.stop()
    if access_log is not None:
        access_log.flush()


def _calm_the_collector() -> None:
    """What was loaded stays, so the cycle collector need not walk it again with every few hundred rows read."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole server for one site."""
    settings = settings or Settings()
    configure_logs()
    access_log = AccessLog(silent=SILENT) if settings.log == "json" else None

    app = FastAPI(
        title="Masthead",
        lifespan=partial(_lifespan, access_log),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # asking whether it is on costs 6 µs a request
        # outermost first; the cache of public answers will stand behind the gate
        middleware=[
            Middleware(Envelope, editor_origins=settings.editor_origins, access_log=access_log),
            Middleware(Gate),
        ],
        exception_handlers={
            DomainError: on_domain_error,
            RequestValidationError: on_invalid_request,
            HTTPException: on_framework_refusal,
        },
    )
    app.state.settings = settings
    app.state.clock = now
    app.state.db = open_site(settings)
    app.state.keys = Keys(settings.secret)
    app.state.hub = Hub(app.state.db, app.state.clock)
    app.state.limiter = Limiter(app.state.keys, on=settings.limits == "on")
    add_doors(app)
    app.router.routes += [*health_routes(), openapi_route(app), *docs_routes("Masthead")]
    app.router.default = unknown_path(known.admit)
    return app
