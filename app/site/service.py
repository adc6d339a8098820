"""Changing the settings of the site."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid, Use
from app.core.http.conditional import Match
from app.core.merge_patch import merged
from app.events.service import record
from app.site.errors import LocaleInUse
from app.site.models import Site
from app.site.policies import TEXTS, SiteSettings, faults
from app.site.schemas import SitePatch
from app.staff.permissions import Permission

UsedBy = Callable[[Session, Sequence[str]], Sequence[Use]]


def change(session: Session, match: Match, patch: SitePatch, *, used_by: UsedBy, by: Actor, at: datetime) -> Site:
    """Merge a patch into the settings; a dropped locale takes its texts along. `used_by` looks on the floors above for
    what is written in it. Raises Invalid, Stale, LocaleInUse.
    """
    if not by.may(Permission.SITE_WRITE):
        raise Forbidden()
    site = _held(session, at)
    before = SiteSettings.model_validate(site.settings)
    sent = patch.sent()
    kept = _without_texts(before, sent.get("locales", before.locales))
    settings = SiteSettings.model_validate(merged(kept.model_dump(mode="json"), sent))
    _refuse_faults(settings)
    match.check(site.version, revision=site.version, updated_at=site.updated_at, updated_by=site.updated_by)
    dropped = [code for code in before.locales if code not in settings.locales]
    if dropped and (uses := used_by(session, dropped)):
        raise LocaleInUse(uses)
    return _replace(session, site, before, settings, by=by, at=at)


def configure(session: Session, settings: SiteSettings, *, by: Actor, at: datetime) -> Site:
    """Put a whole document in place of the settings, for the command line and imports. Raises Invalid."""
    _refuse_faults(settings)
    site = _held(session, at)
    return _replace(session, site, SiteSettings.model_validate(site.settings), settings, by=by, at=at)


def _held(session: Session, at: datetime) -> Site:
    """The row, locked; a new site gets it now, also when two admins are the first at once."""
    site = session.get(Site, 1, with_for_update=True)
    if site is not None:
        return site
    try:
        with session.begin_nested():
            session.add(Site(id=1, settings=SiteSettings().model_dump(mode="json"), version=1, updated_at=at))
    except IntegrityError:
        pass  # the other one was faster: theirs is locked below
    return session.get_one(Site, 1, with_for_update=True)


def _without_texts(settings: SiteSettings, locales: list[str] | tuple[str, ...]) -> SiteSettings:
    def kept(texts: Mapping[str, str]) -> dict[str, str]:
        return {code: text for code, text in texts.items() if code in locales}

    own = tuple(rule.model_copy(update={"text": kept(rule.text)}) for rule in settings.checklist.own)
    checklist = settings.checklist.model_copy(update={"own": own})
    return settings.model_copy(
        update={name: kept(getattr(settings, name)) for name in TEXTS} | {"checklist": checklist}
    )


def _refuse_faults(settings: SiteSettings) -> None:
    if found := faults(settings):
        raise Invalid(*found)


def _replace(
    session: Session, site: Site, before: SiteSettings, settings: SiteSettings, *, by: Actor, at: datetime
) -> Site:
    site.settings = settings.model_dump(mode="json")
    site.version += 1
    site.updated_at = at
    site.updated_by = by.id
    keys = [name for name in SiteSettings.model_fields if getattr(before, name) != getattr(settings, name)]
    record(session, "site.changed", None, by=by, at=at, keys=keys)
    return site
