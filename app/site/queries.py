"""Reading the settings of the site."""

from functools import lru_cache

from sqlalchemy import Text, cast
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select

from app.core import statements
from app.core.db import Database, Prepared
from app.core.http.forms import Back
from app.core.language import pick
from app.site.models import Site
from app.site.policies import Addresses, SiteSettings
from app.staff.workflow import Letterhead

SETTINGS_TEXT = select(cast(col(Site.settings), Text)).where(col(Site.id) == 1).scalar_subquery()
SETTINGS = Prepared(lambda: select(SETTINGS_TEXT))


def find_site(session: Session) -> Site | None:
    """The stored row; none on a new site."""
    return session.get(Site, 1)


def get_settings(session: Session) -> SiteSettings:
    """The settings in force: the defaults of a new site until someone changes them."""
    if identity_key(Site, 1) in session.identity_map:  # it may have been changed, and not be written yet
        return SiteSettings.model_validate(session.get_one(Site, 1).settings)
    found = statements.rows(session, SETTINGS, {})
    return parsed(found[0][0])


def hold_locales(session: Session) -> None:
    """Keep every locale from being dropped until the transaction ends; asked before any dossier is locked, as who
    changes the settings locks them first.
    """
    session.exec(select(Site.id).where(col(Site.id) == 1).with_for_update(read=True, key_share=True)).first()


async def fast_settings(db: Database) -> SiteSettings:
    """The same for hot routes, by one prepared statement."""
    return parsed((await db.fast(SETTINGS, {}))[0][0])


@lru_cache(maxsize=8)
def parsed(document: str | None) -> SiteSettings:
    """The settings from the text of their column, parsed once a version; a new site has none."""
    return SiteSettings.model_validate_json(document) if document else SiteSettings()


async def fast_addresses(db: Database) -> Addresses:
    """`get_addresses` for hot routes."""
    return Addresses.of(await fast_settings(db), db.info["base_url"])


def get_addresses(session: Session) -> Addresses:
    """Addresses of the front end."""
    return Addresses.of(get_settings(session), session.info["base_url"])


def get_letterhead(session: Session) -> Letterhead:
    """What letters to colleagues carry: staff stands below and cannot ask for it."""
    settings = get_settings(session)
    name = pick(settings.name, settings.default_locale, settings.default_locale)
    return Letterhead(name, settings.default_locale, tuple(settings.name.values()))


def get_form_manners(session: Session) -> tuple[Back, str]:
    """Where plain forms may lead, and the language in which we speak to a form that names none."""
    settings = get_settings(session)
    back = Back(get_addresses(session).public_url, settings.contact.return_origins)
    return back, settings.default_locale
