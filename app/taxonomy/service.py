"""Every change to sections, tags, bylines and the names of series."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.actor import Actor
from app.core.errors import MOST_USES, Forbidden, Invalid, Use, wrong
from app.core.folding import search_text
from app.core.http.conditional import Match
from app.core.language import pick
from app.core.merge_patch import merged
from app.events.service import record
from app.site import queries as site_queries
from app.site.policies import SiteSettings, unknown_locales
from app.staff.models import User
from app.staff.permissions import Permission
from app.taxonomy import queries, slugs, tree
from app.taxonomy.errors import TermInUse, TermNotFound
from app.taxonomy.models import Author, Section, Series, Tag
from app.taxonomy.schemas import (
    AuthorCreate,
    AuthorPatch,
    Filed,
    SectionCreate,
    SectionPatch,
    TagCreate,
    TagPatch,
)

TermT = TypeVar("TermT", Section, Tag, Author, Series)
UsedBy = Callable[[Session, UUID], Sequence[Use]]


class Texts(NamedTuple):
    """What a term is called and how it is described, by locale."""

    names: dict[str, str]
    descriptions: dict[str, str]


def create_tag(session: Session, new: TagCreate, *, by: Actor, at: datetime) -> Tag:
    """Add a keyword. Raises SlugTaken for a slug that was asked for."""
    return _create(session, Tag, new, by=by, at=at, public=True)


def create_author(session: Session, new: AuthorCreate, *, by: Actor, at: datetime) -> Author:
    """Add a byline. Raises SlugTaken, and Invalid for an unknown account."""
    _check_account(session, new.user_id)
    return _create(session, Author, new, by=by, at=at, user_id=new.user_id)


def create_series(session: Session, new: TagCreate, *, by: Actor, at: datetime) -> Series:
    """Add a series, still without parts. Raises SlugTaken for a slug that was asked for."""
    return _create(session, Series, new, by=by, at=at)


def create_section(session: Session, new: SectionCreate, *, by: Actor, at: datetime) -> Filed:
    """Add a section. Raises SlugTaken, SectionTooDeep, and Invalid for an unknown parent."""
    parent = tree.hold(session, new.parent)
    tree.check_depth(session, parent)
    parent_id = parent.id if parent else None
    section = _create(session, Section, new, by=by, at=at, parent_id=parent_id, position=new.position)
    return Filed(section, parent.slug if parent else None)


def _create(session: Session, kind: type[TermT], new: TagCreate, *, by: Actor, at: datetime, **facts: Any) -> TermT:
    _check_may_write(by)
    settings = site_queries.get_settings(session)
    texts = _checked(Texts(new.names, new.descriptions), new, settings)
    term = slugs.add(session, kind, new.slug, _name(texts, settings), settings, _columns(texts, by, at) | facts)
    record(session, f"{kind.__tablename__}.created", term.id, by=by, at=at, slug=term.slug, previous_slug=None)
    return term


def change_tag(session: Session, tag_id: UUID, match: Match, patch: TagPatch, *, by: Actor, at: datetime) -> Tag:
    """Change a keyword; one that only drafts named is public from now on. Raises TermNotFound, Stale, SlugTaken."""
    tag = _held(session, Tag, tag_id, by)
    texts = _patched(session, tag, patch)
    _check_version(match, tag)
    _save(session, tag, texts, patch, by=by, at=at)
    tag.public = True
    return tag


def change_series(
    session: Session, series_id: UUID, match: Match, patch: TagPatch, *, by: Actor, at: datetime
) -> Series:
    """Change a series. Raises TermNotFound, Stale, SlugTaken."""
    series = _held(session, Series, series_id, by)
    texts = _patched(session, series, patch)
    _check_version(match, series)
    return _save(session, series, texts, patch, by=by, at=at)


def change_author(
    session: Session, author_id: UUID, match: Match, patch: AuthorPatch, *, by: Actor, at: datetime
) -> Author:
    """Change a byline. Raises TermNotFound, Stale, SlugTaken, and Invalid for an unknown account."""
    author = _held(session, Author, author_id, by)
    texts = _patched(session, author, patch)
    _check_account(session, patch.user_id)
    _check_version(match, author)
    if "user_id" in patch.model_fields_set:
        author.user_id = patch.user_id
    return _save(session, author, texts, patch, by=by, at=at)


def change_section(
    session: Session, section_id: UUID, match: Match, patch: SectionPatch, *, by: Actor, at: datetime
) -> Filed:
    """Change a section; all below moves with it. Raises TermNotFound, Stale, SlugTaken, SectionLoop, SectionTooDeep."""
    moves = "parent" in patch.model_fields_set
    parent = tree.hold(session, patch.parent) if moves else None
    section = _held(session, Section, section_id, by)
    texts = _patched(session, section, patch)
    _check_version(match, section)
    if moves:
        tree.check_move(session, section, parent)
        section.parent_id = parent.id if parent else None
    if "position" in patch.model_fields_set:
        section.position = patch.position
    return queries.filed(session, [_save(session, section, texts, patch, by=by, at=at)])[0]


def delete_term(
    session: Session, kind: type[TermT], term_id: UUID, match: Match, *, used_by: UsedBy, by: Actor, at: datetime
) -> None:
    """Remove what nothing refers to; `used_by` looks on the floors above. Raises TermNotFound, Stale, TermInUse."""
    _check_may_write(by)
    found = session.exec(select(kind).where(col(kind.id) == term_id).with_for_update()).first()
    if found is None:
        raise TermNotFound()
    term: Section | Tag | Author | Series = found
    _check_version(match, term)
    uses = [*_sections_below(session, term), *used_by(session, term.id)]
    if uses:
        raise TermInUse(uses[:MOST_USES])
    session.delete(term)
    session.flush()
    record(session, f"{kind.__tablename__}.deleted", term.id, by=by, at=at, slug=_known_slug(term), previous_slug=None)


def _sections_below(session: Session, term: Section | Tag | Author | Series) -> list[Use]:
    if not isinstance(term, Section):
        return []
    default = site_queries.get_settings(session).default_locale
    children = queries.find_children(session, term.id)
    return [Use("section", child.id, pick(child.names, default, default)) for child in children]


def tags_for(
    session: Session, items: Sequence[str], *, by: Actor, at: datetime, open_tags: bool, locale: str
) -> list[Tag]:
    """A tag for each slug or name, matched by the slug it makes, else by its name in this language; new names make new
    tags where the site has open tags. Raises Invalid or Forbidden naming the item.
    """
    settings = site_queries.get_settings(session)
    spelled = [slugs.spellings(item, settings) for item in items]
    found = queries.find_tags(session, {slug for spellings in spelled for slug in spellings})
    strange = {
        item: spellings[0] for item, spellings in zip(items, spelled, strict=True) if not found.keys() & set(spellings)
    }
    found |= {strange[name]: tag for name, tag in queries.find_tags_named(session, strange, locale).items()}
    unknown: dict[str, str] = {}
    for number, (item, spellings) in enumerate(zip(items, spelled, strict=True)):
        if not found.keys() & set(spellings):
            _check_may_name(number, item, by, open_tags=open_tags)
            unknown.setdefault(spellings[0], item)
    for slug in sorted(unknown):  # in one order for everybody, so that two who name the same tags never wait in a ring
        found[slug] = _named(session, slug, Texts({locale: unknown[slug]}, {}), by=by, at=at)
    return [next(found[slug] for slug in spellings if slug in found) for spellings in spelled]


def _check_may_name(number: int, item: str, by: Actor, *, open_tags: bool) -> None:
    if not any(map(str.isalnum, item)):
        raise wrong(f"tags/{number}", "no_letters", "must have a letter or a digit")
    if not open_tags:
        raise wrong(f"tags/{number}", "unknown_tag", "is no tag of this site; new ones are made in the list of tags")
    if not by.may(Permission.TAGS_CREATE):
        raise Forbidden(f"/body/tags/{number} is no tag yet, and your role does not include {Permission.TAGS_CREATE}")


def _named(session: Session, slug: str, texts: Texts, *, by: Actor, at: datetime) -> Tag:
    """The new tag, or that of whoever was faster with the same name."""
    while (tag := slugs.try_to_add(session, Tag, slug, _columns(texts, by, at))) is None:
        if theirs := queries.find_tags(session, [slug]):
            return theirs[slug]
    record(session, "tag.named", tag.id, by=by, at=at, slug=slug, previous_slug=None)
    return tag


def show_tags(session: Session, tags: Sequence[Tag], *, by: Actor, at: datetime) -> None:
    """Let readers see tags that so far only drafts named: a story that carries them comes out."""
    hidden = [tag.id for tag in tags if not tag.public]
    if not hidden:
        return
    locked = select(Tag).where(col(Tag.id).in_(hidden)).order_by(col(Tag.id)).with_for_update(key_share=True)
    for tag in session.exec(locked.execution_options(populate_existing=True)).all():
        if not tag.public:
            tag.public = True
            record(session, "tag.created", tag.id, by=by, at=at, slug=tag.slug, previous_slug=None)


def _known_slug(term: Section | Tag | Author | Series) -> str | None:
    """The slug for those who may know: none while it is a word of somebody's draft."""
    return None if isinstance(term, Tag) and not term.public else term.slug


def _check_may_write(by: Actor) -> None:
    if not by.may(Permission.TERMS_WRITE):
        raise Forbidden()


def _check_account(session: Session, user_id: UUID | None) -> None:
    if user_id is not None and session.get(User, user_id) is None:
        raise wrong("user_id", "unknown_user", "must be the id of an account")


def _held(session: Session, kind: type[TermT], term_id: UUID, by: Actor) -> TermT:
    _check_may_write(by)
    statement = select(kind).where(col(kind.id) == term_id).with_for_update(key_share=True)
    term = session.exec(statement.execution_options(populate_existing=True)).first()
    if term is None:
        raise TermNotFound()
    return term


def _patched(session: Session, term: Section | Tag | Author | Series, patch: TagPatch) -> Texts:
    names = merged(term.names, patch.names)
    given = patch.descriptions if "descriptions" in patch.model_fields_set else {}
    descriptions = {} if given is None else merged(term.descriptions, given)
    return _checked(Texts(names, descriptions), patch, site_queries.get_settings(session))


def _checked(texts: Texts, sent: TagCreate | TagPatch, settings: SiteSettings) -> Texts:
    """Raises Invalid for a text sent in a language that the site does not have, and when no name is left."""
    found = []
    for member in ("names", "descriptions"):
        written = [code for code, text in (getattr(sent, member) or {}).items() if text is not None]
        found += unknown_locales(written, settings, member)
    if found:
        raise Invalid(*found)
    if not set(texts.names) & set(settings.locales):
        raise wrong("names", "missing", "needs a name in at least one of the site's locales")
    return texts


def _check_version(match: Match, term: Section | Tag | Author | Series) -> None:
    match.check(term.version, revision=term.version, updated_at=term.updated_at, updated_by=term.updated_by)


def _name(texts: Texts, settings: SiteSettings) -> str:
    return pick(texts.names, settings.default_locale, settings.default_locale)


def _columns(texts: Texts, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "names": texts.names,
        "descriptions": texts.descriptions,
        "created_at": at,
        "updated_at": at,
        "updated_by": by.id,
    }


def _save(session: Session, term: TermT, texts: Texts, patch: TagPatch, *, by: Actor, at: datetime) -> TermT:
    before = _known_slug(term)
    if "slug" in patch.model_fields_set:
        slugs.rename(session, term, patch.slug)
    term.names, term.descriptions = texts
    term.search_text = search_text(term.slug, *texts.names.values())
    term.version += 1
    term.updated_at, term.updated_by = at, by.id
    previous = before if before != term.slug else None
    record(session, f"{term.__tablename__}.changed", term.id, by=by, at=at, slug=term.slug, previous_slug=previous)
    return term
