"""What can go wrong on the desk."""

from app.core.errors import Conflict, NotFound


class PostNotFound(NotFound):
    """No dossier with this id is visible to you."""


class CorrectionNotFound(NotFound):
    """This story has no correction with this id."""


class NotReady(Conflict):
    """Something must be mended before this can be published; `blockers` lists it."""

    code = "not_ready"


class TranslationExists(Conflict):
    """There is a dossier of this story in this language."""

    code = "translation_exists"
