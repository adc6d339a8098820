"""The tree of sections: no section stands below itself, none too deep."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import wrong
from app.taxonomy import queries
from app.taxonomy.errors import SectionLoop, SectionTooDeep
from app.taxonomy.models import Section

MOST_LEVELS = 10


def hold(session: Session, parent_slug: str | None) -> Section | None:
    """Lock the tree, since two moves that are harmless alone can make a ring together, and find the parent.
    Raises Invalid for an unknown one.
    """
    session.exec(select(Section.id).order_by(col(Section.id)).with_for_update(key_share=True)).all()
    if parent_slug is None:
        return None
    parent = queries.find_section(session, parent_slug)
    if parent is None:
        raise wrong("parent", "unknown_section", "must be the slug of a section")
    return parent


def check_depth(session: Session, parent: Section | None) -> None:
    """Raises SectionTooDeep when nothing more may stand below the parent."""
    if parent and len(queries.ancestors(session, parent.id)) >= MOST_LEVELS:
        raise SectionTooDeep()


def check_move(session: Session, section: Section, parent: Section | None) -> None:
    """Raises SectionLoop, SectionTooDeep."""
    if parent is None:
        return
    parents = queries.parents_of_all(session)
    above = queries.path_to_top(parents, parent.id)
    if section.id in above:
        raise SectionLoop()
    if len(above) + _levels(parents, section.id) > MOST_LEVELS:
        raise SectionTooDeep()


def _levels(parents: Mapping[UUID, UUID | None], section_id: UUID) -> int:
    """How many levels a section takes with all below it."""
    paths = (queries.path_to_top(parents, child) for child in parents)
    return max(path.index(section_id) + 1 for path in paths if section_id in path)
