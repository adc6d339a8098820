"""What can go wrong with terms."""

from app.core.errors import Conflict, InUse, NotFound


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


class TermInUse(InUse):
    """Something refers to the term; `used_by` says what, up to 20."""
