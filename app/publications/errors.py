"""What can go wrong with what is public."""

from app.core.errors import Conflict, NotFound


class StoryNotFound(NotFound):
    """No story has this slug."""


class SlugTaken(Conflict):
    """Another piece has this slug, or had it in public."""

    code = "slug_taken"
