"""Leading paths of the front end elsewhere: never in a ring, never in a chain, never away from what is public there."""

import re
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.http.conditional import Match
from app.core.ids import new_id
from app.core.turns import take_turn
from app.events.service import record
from app.publications import redirects_queries as queries
from app.publications.errors import PathInUse, PathTaken, RedirectLoop, RedirectNotFound
from app.publications.redirects_models import Redirect
from app.publications.redirects_schemas import RedirectCreate, RedirectPatch
from app.site import addresses
from app.site import queries as site_queries
from app.staff.permissions import Permission

_QUERY = re.compile("[?#]")
_RINGS = 0x6D61737403  # the turn in which redirects are changed


def create(session: Session, new: RedirectCreate, *, by: Actor, at: datetime) -> Redirect:
    """Lead a path elsewhere. Raises PathInUse, PathTaken, RedirectLoop."""
    _begin(session, by)
    target = _end_of(session, new.path, new.target)
    _check_path(session, new.path, at=at)
    redirect = Redirect(id=new_id(), path=new.path, target=target, created_at=at, updated_at=at, updated_by=by.id)
    session.add(redirect)
    session.flush()
    record(session, "redirect.created", redirect.id, by=by, at=at, path=redirect.path)
    _shorten(session, redirect, by=by, at=at)
    return redirect


def change(
    session: Session, redirect_id: UUID, match: Match, patch: RedirectPatch, *, by: Actor, at: datetime
) -> Redirect:
    """Change a path or where it leads. Raises RedirectNotFound, Stale, PathInUse, PathTaken, RedirectLoop."""
    redirect = _held(session, redirect_id, match, by)
    path = patch.path if "path" in patch.model_fields_set else redirect.path
    wanted = patch.target if "target" in patch.model_fields_set else redirect.target
    target = _end_of(session, path, wanted, changed=redirect.id)
    if path != redirect.path:
        _check_path(session, path, at=at)
        redirect.path = path
    _lead(session, redirect, target, by=by, at=at)
    _shorten(session, redirect, by=by, at=at)
    return redirect


def delete(session: Session, redirect_id: UUID, match: Match, *, by: Actor, at: datetime) -> None:
    """Lead the path nowhere any more. Raises RedirectNotFound, Stale."""
    redirect = _held(session, redirect_id, match, by)
    session.delete(redirect)
    session.flush()
    record(session, "redirect.deleted", redirect_id, by=by, at=at, path=redirect.path)


def _begin(session: Session, by: Actor) -> None:
    """One change at a time: two that are harmless alone can make a ring together."""
    if not by.may(Permission.REDIRECTS_WRITE):
        raise Forbidden()
    take_turn(session, _RINGS)


def _held(session: Session, redirect_id: UUID, match: Match, by: Actor) -> Redirect:
    _begin(session, by)
    redirect = session.get(Redirect, redirect_id, populate_existing=True)
    if redirect is None:
        raise RedirectNotFound()
    current = {"updated_at": redirect.updated_at, "updated_by": redirect.updated_by}
    match.check_if_sent(redirect.version, revision=redirect.version, **current)
    return redirect


def _check_path(session: Session, path: str, *, at: datetime) -> None:
    if live := queries.find_live_at(session, path, at=at):
        raise PathInUse(live)
    if queries.find_redirect(session, path) is not None:
        raise PathTaken()


def _end_of(session: Session, path: str, target: str | None, *, changed: UUID | None = None) -> str | None:
    """Where a target leads in the end, whatever the one that is being changed said; our front end's own addresses are
    paths. Raises RedirectLoop.
    """
    passed = {path}
    while (inside := _path_of(session, target)) is not None:
        if inside in passed:
            raise RedirectLoop()
        passed.add(inside)
        further = queries.find_redirect(session, inside)
        if further is None or further.id == changed:
            break
        target = further.target
    return inside if inside and target and not _QUERY.search(target) else target


def _path_of(session: Session, target: str | None) -> str | None:
    """The path of the front end to which a target leads, without query and fragment; None: it leads elsewhere."""
    if target is None or target.startswith("/"):
        return target
    own = site_queries.get_addresses(session).public_url.rstrip("/")
    if not target.startswith(f"{own}/"):
        return None
    try:
        return addresses.front_path(_QUERY.split(target.removeprefix(own))[0])
    except ValueError:
        return None  # nothing of ours has such a path


def _lead(session: Session, redirect: Redirect, target: str | None, *, by: Actor, at: datetime) -> None:
    redirect.target = target
    redirect.version += 1
    redirect.updated_at, redirect.updated_by = at, by.id
    session.flush()
    record(session, "redirect.changed", redirect.id, by=by, at=at, path=redirect.path)


def _shorten(session: Session, redirect: Redirect, *, by: Actor, at: datetime) -> None:
    """Whoever led to this path now leads where it leads."""
    for before in queries.find_leading_to(session, redirect.path):
        _lead(session, before, redirect.target, by=by, at=at)
