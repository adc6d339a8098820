"""Reading redirects: those of the newsroom by path, and for readers the one of a path."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from app.core.columns import table_of
from app.core.db import Prepared
from app.core.errors import Use
from app.core.http.paging import Cut, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.publications.errors import RedirectNotFound
from app.publications.models import Publication, PublicPath
from app.publications.queries import published
from app.publications.redirects_models import Redirect
from app.publications.redirects_schemas import RedirectQuery
from app.staff import queries as staff_queries

R = table_of(Redirect).c


def _by_path() -> Select[Any]:
    return select(R.target).where(R.path == bindparam("path"))


BY_PATH = Prepared(_by_path)


# for guards: whoever may write redirects sees all of them
sight = staff_queries.sight_of(Redirect, "redirect_id", RedirectNotFound)


def get_redirect(session: Session, redirect_id: UUID) -> Redirect:
    """The redirect. Raises RedirectNotFound."""
    redirect = session.get(Redirect, redirect_id)
    if redirect is None:
        raise RedirectNotFound()
    return redirect


def find_redirect(session: Session, path: str) -> Redirect | None:
    """The redirect of a path."""
    return session.exec(select_models(Redirect).where(col(Redirect.path) == path)).first()


def find_leading_to(session: Session, path: str) -> Sequence[Redirect]:
    """The redirects whose target is a path."""
    return session.exec(select_models(Redirect).where(col(Redirect.target) == path).order_by(col(Redirect.id))).all()


def find_live_at(session: Session, path: str, *, at: datetime) -> list[Use]:
    """The pieces that are public under this very path now."""
    remembered = select_models(PublicPath.post_id).where(col(PublicPath.path) == path).scalar_subquery()
    live = session.exec(published(at).where(col(Publication.id) == remembered, col(Publication.path) == path)).all()
    return [Use(piece.kind.value, piece.id, piece.title) for piece in live]


def list_redirects(session: Session, query: RedirectQuery) -> Cut[Redirect]:
    """A page by path. Raises Invalid for a cursor of another list."""
    scope = query.bound_to("editor/redirects")
    statement = select_models(Redirect)
    if query.q is not None:
        holds = (col(column).contains(query.q, autoescape=True) for column in (Redirect.path, Redirect.target))
        statement = statement.where(or_(*holds))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, scope, (str,))
        statement = statement.where(col(Redirect.path) > last)
    rows = session.exec(statement.order_by(col(Redirect.path)).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda redirect: encode_cursor(scope, (redirect.path,)))
    return Cut(shown, following, total)
