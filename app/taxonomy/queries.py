"""Reading terms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from unicodedata import normalize
from uuid import UUID

from sqlmodel import Session, col, false, or_, select

from app.core.errors import MOST_USES
from app.core.folding import fold, search_terms
from app.core.http.paging import Cut, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.staff import queries as staff_queries
from app.staff.queries import Sight
from app.taxonomy.errors import TermNotFound
from app.taxonomy.models import Author, Section, Series, Tag
from app.taxonomy.schemas import Filed, TermQuery

TermT = TypeVar("TermT", Section, Tag, Author, Series)


def sees(kind: type[TermT]) -> Sight:
    """The sight of a door whose path ends in a `term_id`: 404 where there is none."""
    return staff_queries.sight_of(kind, "term_id", TermNotFound)


def get_term(session: Session, kind: type[TermT], term_id: UUID) -> TermT:
    """The term. Raises TermNotFound."""
    term = session.get(kind, term_id)
    if term is None:
        raise TermNotFound()
    return term


def get_terms(session: Session, kind: type[TermT], ids: Iterable[UUID]) -> dict[UUID, TermT]:
    """Those of the terms that exist, by id."""
    wanted = set(ids)
    rows = session.exec(select(kind).where(col(kind.id).in_(wanted))) if wanted else ()
    return {term.id: term for term in rows}


def find_section(session: Session, slug: str) -> Section | None:
    """The section with this slug, kept from being deleted until the transaction ends."""
    return _held_by_slug(session, Section, [slug]).get(normalize("NFC", slug))


def find_authors(session: Session, slugs: Iterable[str]) -> dict[str, Author]:
    """The bylines with these slugs, by the slug as given, kept from being deleted until the transaction ends."""
    given = list(slugs)
    found = _held_by_slug(session, Author, given)
    return {slug: found[normal] for slug in given if (normal := normalize("NFC", slug)) in found}


def find_tags(session: Session, slugs: Iterable[str]) -> dict[str, Tag]:
    """The tags with these slugs, kept from being deleted until the transaction ends."""
    return _held_by_slug(session, Tag, slugs)


def find_tags_named(session: Session, names: Iterable[str], locale: str) -> dict[str, Tag]:
    """The tags that are called so in a language, capitals or not, by the names asked for; kept like those above."""
    wanted = {name.casefold(): name for name in names if fold(name)}
    if not wanted:
        return {}
    likely = or_(*(col(Tag.search_text).contains(f" {fold(name)}", autoescape=True) for name in wanted))
    rows = session.exec(select(Tag.slug, Tag.names).where(likely).order_by(col(Tag.slug).desc())).all()
    slugs = {wanted[name]: slug for slug, texts in rows if (name := texts.get(locale, "").casefold()) in wanted}
    tags = find_tags(session, slugs.values())
    return {name: tags[slug] for name, slug in slugs.items() if slug in tags}


def _held_by_slug(session: Session, kind: type[TermT], slugs: Iterable[str]) -> dict[str, TermT]:
    """FOR KEY SHARE: what a foreign key would do, for references that stand in JSON; it waits for no mere change."""
    wanted = {normalize("NFC", slug) for slug in slugs}
    if not wanted:
        return {}
    statement = select(kind).where(col(kind.slug).in_(wanted)).order_by(col(kind.id))
    return {term.slug: term for term in session.exec(statement.with_for_update(read=True, key_share=True))}


def list_terms(session: Session, kind: type[TermT], query: TermQuery) -> Cut[TermT]:
    """A page by slug. Raises Invalid for a cursor of another list."""
    scope = f"editor/{kind.__tablename__}?q={query.q}"
    statement = select(kind)
    if query.q is not None:
        words = search_terms(query.q)
        begins = [col(kind.search_text).contains(f" {word}", autoescape=True) for word in words]
        statement = statement.where(*begins) if words else statement.where(false())
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, scope, (str,))
        statement = statement.where(col(kind.slug) > last)
    rows = session.exec(statement.order_by(col(kind.slug)).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda term: encode_cursor(scope, (term.slug,)))
    return Cut(shown, following, total)


def list_sections(session: Session, query: TermQuery) -> Cut[Filed]:
    """The same with the slug of each parent."""
    page = list_terms(session, Section, query)
    return Cut(filed(session, page.items), page.next, page.total)


def get_section(session: Session, section_id: UUID) -> Filed:
    """A section with its parent's slug. Raises TermNotFound."""
    return filed(session, [get_term(session, Section, section_id)])[0]


def filed(session: Session, sections: Sequence[Section]) -> list[Filed]:
    """Sections with the slugs of their parents, by one more query."""
    parents = get_terms(session, Section, {section.parent_id for section in sections if section.parent_id})
    return [Filed(section, parents[section.parent_id].slug if section.parent_id else None) for section in sections]


def find_children(session: Session, section_id: UUID) -> Sequence[Section]:
    """The first sections below, as many as an answer would name."""
    below = select(Section).where(col(Section.parent_id) == section_id)
    return session.exec(below.order_by(col(Section.position), col(Section.slug)).limit(MOST_USES)).all()


def parents_of_all(session: Session) -> dict[UUID, UUID | None]:
    """The whole tree: which section stands below which."""
    return dict(session.exec(select(Section.id, Section.parent_id)).all())


def ancestors(session: Session, section_id: UUID) -> list[UUID]:
    """The section and all above it, itself first."""
    return path_to_top(parents_of_all(session), section_id)


def path_to_top(parents: Mapping[UUID, UUID | None], section_id: UUID) -> list[UUID]:
    """The same from a tree at hand."""
    path, above = [section_id], parents.get(section_id)
    while above is not None:
        path.append(above)
        above = parents[above]
    return path
