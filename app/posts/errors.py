"""What can go wrong on the desk."""

from app.core.errors import Conflict, Forbidden, NotFound


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


class NoTranslation(Conflict):
    """This dossier is not the translation of another, or that one is gone."""

    code = "no_translation"


class PreviewNotFound(NotFound):
    """There is no preview behind this link, or there is none any more."""


class AnswersClosed(Forbidden):
    """This preview is to be read only."""


class AnswersFull(Conflict):
    """This preview was answered too often; ask the newsroom for another link."""

    code = "answers_full"


class NotNewest(Conflict):
    """The dossier was edited since you read it; `current` is the number of its newest revision."""

    code = "stale_revision"


class ApprovalRequired(Conflict):
    """This site publishes approved revisions only, and this one is not."""

    code = "approval_required"


class Locked(Conflict):
    """Somebody else is writing here: `holder`, `since`, `expires_at`. `take_over` takes the lock from them."""

    code = "locked"


class RevisionNotFound(NotFound):
    """The dossier has no revision with this number, or has it no more."""
