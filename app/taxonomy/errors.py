"""What can go wrong with terms."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.core.errors import Conflict, NotFound

MOST_USES = 20


class Use(NamedTuple):
    """One thing that refers to a term."""

    kind: str
    id: UUID
    title: str


class TermNotFound(NotFound):
    """There is no such section, tag, byline or series."""


class SlugTaken(Conflict):
    """Another term of this kind has the slug."""

    code = "slug_taken"


class SectionLoop(Conflict):
    """A section may not stand below itself."""

    code = "section_loop"


class SectionTooDeep(Conflict):
    """The tree of sections would grow too deep."""

    code = "section_too_deep"


class TermInUse(Conflict):
    """Something refers to the term; `used_by` says what, up to 20."""

    code = "in_use"

    def __init__(self, uses: Sequence[Use]) -> None:
        used_by = [{"kind": use.kind, "id": str(use.id), "title": use.title} for use in uses[:MOST_USES]]
        super().__init__(used_by=used_by)
