"""THE MAP: every room's doors in the order in which they are tried; the public tree first, the fenced tree last."""

from fastapi import APIRouter, FastAPI

from app.abuse import editor as abuse_editor
from app.abuse import public as abuse_public
from app.activity import editor as activity_editor
from app.comments import editor as comments_editor
from app.comments import embed as comments_embed
from app.comments import opinions as comments_opinions
from app.comments import public as comments_public
from app.comments import sanctions_editor
from app.comments import stream as comments_stream
from app.comments import widget as comments_widget
from app.contact import editor as contact_editor
from app.contact import public as contact_public
from app.core.http import pages, readers
from app.core.http.routes import GuardedRoute
from app.correspondence import public as correspondence_public
from app.feeds import crawling as feeds_crawling
from app.feeds import public as feeds_public
from app.posts import batch_editor as posts_batch
from app.posts import corrections_editor as posts_corrections
from app.posts import editor as posts_editor
from app.posts import front_editor as posts_front_editor
from app.posts import (
    history_editor,
    locks_editor,
    previews_editor,
    previews_pages,
    previews_public,
    review_editor,
    translations_editor,
)
from app.posts import schedule_editor as posts_schedule
from app.posts import settings_editor as posts_settings
from app.posts import terms as posts_terms
from app.posts import withdrawal_editor as posts_withdrawal
from app.publications import archive as publications_archive
from app.publications import corrections as publications_corrections
from app.publications import fronts as publications_fronts
from app.publications import oembed as publications_oembed
from app.publications import public as publications_public
from app.publications import redirects_editor as publications_redirects
from app.publications import resolving as publications_resolving
from app.publications import series as publications_series
from app.publications import terms as publications_terms
from app.sealing import editor as sealing_editor
from app.sealing import pages as sealing_pages
from app.sealing import public as sealing_public
from app.search import public as search_public
from app.site import editor as site_editor
from app.site import public as site_public
from app.staff import invitations_editor
from app.staff import keys_editor as staff_keys
from app.staff import pages as staff_pages
from app.staff import passwords_public as staff_passwords
from app.staff import public as staff_public
from app.staff import sessions_public as staff_sessions
from app.staff import users_editor as staff_users
from app.taxonomy import editor as taxonomy_editor
from app.taxonomy import series_editor as taxonomy_series_editor
from app.webhooks import editor as webhooks_editor

PUBLIC: tuple[APIRouter, ...] = (
    publications_public.router,
    comments_public.hot_router,
    comments_public.light_router,
    comments_public.router,
    comments_public.writer_router,
    comments_opinions.router,
    comments_stream.router,
    publications_public.pages_router,
    publications_resolving.router,
    publications_terms.router,
    publications_corrections.router,
    publications_fronts.router,
    publications_series.router,
    publications_archive.router,
    search_public.router,
    site_public.router,
    previews_public.router,
    contact_public.router,
    contact_public.sender_router,
    sealing_public.router,
    abuse_public.router,
    correspondence_public.router,
    readers.router,
    staff_public.router,
    staff_passwords.router,
    publications_oembed.router,
    feeds_public.router,
    feeds_crawling.router,
    pages.router,
    comments_embed.router,
    sealing_pages.router,
    comments_widget.router,
    correspondence_public.pages_router,
    previews_pages.router,
    staff_pages.router,
)

FENCED: tuple[APIRouter, ...] = (
    posts_editor.router,
    posts_schedule.router,
    posts_withdrawal.router,
    posts_editor.renderings_router,
    previews_editor.router,
    translations_editor.router,
    posts_batch.router,
    posts_corrections.router,
    review_editor.router,
    history_editor.router,
    locks_editor.router,
    posts_terms.router,
    posts_front_editor.router,
    taxonomy_series_editor.router,
    taxonomy_editor.router,
    site_editor.router,
    posts_settings.router,
    publications_redirects.router,
    comments_editor.router,
    comments_editor.posts_router,
    sanctions_editor.router,
    abuse_editor.router,
    sealing_editor.router,
    contact_editor.router,
    activity_editor.router,
    webhooks_editor.router,
    staff_public.own_router,
    staff_passwords.own_router,
    staff_sessions.router,
    staff_users.router,
    invitations_editor.router,
    staff_keys.router,
)


def add_doors(app: FastAPI) -> None:
    """Hang every door flat into the app: a tree of routers costs a match per branch. The fence is built here, once."""
    for router in PUBLIC:
        app.router.routes.extend(router.routes)
    for router in FENCED:
        for route in router.routes:
            if not isinstance(route, GuardedRoute):
                raise TypeError(f"{route} stands in the fenced tree without a guard")
            app.router.routes.append(route)
