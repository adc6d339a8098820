"""What can go wrong with what is public."""

from app.core.errors import Conflict, Gone, InUse, NotFound


class StoryNotFound(NotFound):
    """No story has this slug."""


class Withdrawn(Gone):
    """The newsroom has withdrawn this piece; `notice` says what it tells about that, in the language `locale`."""


class SlugTaken(Conflict):
    """Another piece has this slug, or had it in public."""

    code = "slug_taken"


class RedirectNotFound(NotFound):
    """There is no such redirect."""


class PathInUse(InUse):
    """A piece is public under this path now; `used_by` names it."""


class PathTaken(Conflict):
    """Another redirect has this path."""

    code = "path_taken"


class RedirectLoop(Conflict):
    """The target leads back to the path."""

    code = "redirect_loop"
