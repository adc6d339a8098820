"""What can go wrong with a message to the newsroom."""

from app.core.errors import Conflict, NotFound


class SubmissionNotFound(NotFound):
    """No contact message has this id."""


class DuplicateMessage(Conflict):
    """The same words of the same sender arrived within the last day."""

    code = "duplicate"
