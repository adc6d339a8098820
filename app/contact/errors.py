"""What can go wrong with a message to the newsroom."""

from app.core.errors import Conflict, NotFound


class SubmissionNotFound(NotFound):
    """No contact message has this id."""


class DuplicateMessage(Conflict):
    """The same words of the same sender arrived within the last day."""

    code = "duplicate"


class ConversationNotFound(NotFound):
    """This conversation is no longer kept."""


class ConversationFull(Conflict):
    """This conversation has two hundred turns: write a new message."""

    code = "conversation_full"
