"""Keeping the index: pieces whose words may have changed are read again in batches, the newest tellings first come."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select

from app.core.language import pick
from app.jobs import service as jobs
from app.publications.models import Kind, Publication, PublicationTerm, Unindexed
from app.search import facets, index
from app.search.facets import Filed
from app.search.models import SearchEntry
from app.search.passages import lay_out
from app.search.workflow import first_place
from app.site import queries as site_queries
from app.taxonomy.models import Author, Section, Tag, Term

CATCH_UP = "search.catch_up"
BATCH = 50

_KINDS: tuple[tuple[str, type[Term]], ...] = (("sections", Section), ("tags", Tag), ("authors", Author))


def owe(session: Session, *, at: datetime) -> None:
    """Have the index catch up when this transaction is committed; many who owe it owe it once."""
    jobs.enqueue(session, CATCH_UP, at=at, twin=CATCH_UP)


def catch_up(session: Session, *, at: datetime) -> None:
    """Read a batch of pieces again: those that the public may see or will see are in the index afterwards, those that
    it may not see any longer are not. What is left is owed at once.
    """
    waiting = select(Unindexed.post_id).order_by(col(Unindexed.post_id).desc()).limit(BATCH)
    ids = session.exec(waiting.with_for_update(skip_locked=True)).all()
    if not ids:
        return
    _forget(session, ids)
    pieces = select(Publication).where(col(Publication.id).in_(ids), col(Publication.kind) == Kind.ARTICLE)
    pieces = pieces.order_by(col(Publication.published_at), col(Publication.id))
    terms = _terms(session, ids)
    for piece in session.exec(pieces).all():
        if piece.unpublish_at is None or piece.unpublish_at > at:
            _hold(session, piece, terms[piece.id])
    session.execute(delete(Unindexed).where(col(Unindexed.post_id).in_(ids)))
    if len(ids) == BATCH:
        owe(session, at=at)


def _forget(session: Session, ids: Sequence[UUID]) -> None:
    for entry in session.exec(select(SearchEntry).where(col(SearchEntry.post_id).in_(ids))).all():
        index.forget(session, entry.id, entry.words)
        session.delete(entry)
    session.flush()


def _terms(session: Session, ids: Sequence[UUID]) -> defaultdict[UUID, list[tuple[str, Term]]]:
    """What each story stands under; a section counts for its ancestors too."""
    found: defaultdict[UUID, list[tuple[str, Term]]] = defaultdict(list)
    for kind, model in _KINDS:
        linked = select(PublicationTerm.post_id, model).join(model, col(model.id) == col(PublicationTerm.term_id))
        for post_id, term in session.exec(linked.where(col(PublicationTerm.post_id).in_(ids))).all():
            found[post_id].append((kind, term))
    return found


def _hold(session: Session, piece: Publication, terms: Sequence[tuple[str, Term]]) -> None:
    default = site_queries.get_settings(session).default_locale
    filed = [Filed(kind, term.slug, pick(term.names, piece.locale, default)) for kind, term in terms]
    words = [index.under(piece.id), index.in_locale(piece.locale), *(index.under(term.id) for _, term in terms)]
    laid_out = lay_out(
        piece.title,
        json.loads(piece.summary + "}")["dek"],
        [name for kind, _, name in filed if kind != "sections"],
        [*words, index.FEATURED] if piece.featured else words,
        json.loads(f"{{{piece.detail}}}")["body_text"],
    )
    id_ = _free_place(session, first_place(piece.published_at))
    share = facets.share(filed, piece.locale)
    session.add(SearchEntry(id=id_, post_id=piece.id, facets=share, words=laid_out.words, shown=laid_out.shown))
    session.flush()
    index.hold(session, id_, laid_out.words)


def _free_place(session: Session, first: int) -> int:
    """The number, or the next that no story of the same moment has."""
    if session.exec(select(SearchEntry.id).where(col(SearchEntry.id) == first)).first() is None:
        return first
    behind = aliased(SearchEntry)
    ends = ~exists(select(behind.id).where(col(behind.id) == col(SearchEntry.id) + 1))
    last = select(func.min(SearchEntry.id)).where(col(SearchEntry.id) >= first, ends)
    return int(session.exec(last).one() or 0) + 1
