"""What can go wrong below a story."""

from app.core.errors import Conflict, Forbidden, NotFound


class CommentNotFound(NotFound):
    """No comment with this id is there for you."""


class BatchNotFound(NotFound):
    """No decisions with this id are there for you."""


class ThreadClosed(Forbidden):
    """This thread takes no comments."""

    title, slug = "Thread closed", "thread-closed"


class WindowClosed(Forbidden):
    """The time in which a writer may change a comment has passed."""

    title, slug = "Too late to change this", "window-closed"


class DuplicateComment(Conflict):
    """The same words stand in this thread already, or wait for it."""

    code = "duplicate"
    recorded = True  # the attempt counts


class StaleRevision(Conflict):
    """The comment was edited since you read it; `current` is its newest revision."""

    code = "stale_revision"


class NotPublic(Conflict):
    """The story is not public, so it has no thread."""

    code = "not_public"


class CannotUndo(Conflict):
    """These decisions cannot be taken back: too old, taken back before, or the comment moved on."""

    code = "cannot_undo"


class CannotPin(Conflict):
    """Only a published comment at the top of its thread can be pinned."""

    code = "cannot_pin"
