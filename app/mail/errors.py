"""What can be wrong with a letter that somebody asks for."""

from app.core.errors import Conflict, NotFound


class LetterNotFound(NotFound):
    """No letter has this id."""


class NotStuck(Conflict):
    """This letter waits, or is out: only one that was refused or given up can be sent again."""

    code = "not_stuck"
    title, slug = "Not stuck", "not-stuck"
