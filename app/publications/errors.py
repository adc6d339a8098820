"""What can go wrong with what is public."""

from app.core.errors import Conflict, Gone, NotFound


class StoryNotFound(NotFound):
    """No story has this slug."""


class Withdrawn(Gone):
    """The newsroom has withdrawn this piece; `notice` says what it tells about that, in the language `locale`."""


class SlugTaken(Conflict):
    """Another piece has this slug, or had it in public."""

    code = "slug_taken"
