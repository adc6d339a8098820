"""What can go wrong with the keys of the newsroom."""

from app.core.errors import Conflict, NotFound


class SealingKeyNotFound(NotFound):
    """No key of the newsroom has this id."""


class KeyAlreadyPublished(Conflict):
    """This key was published before; one that was retired does not come back."""

    code = "duplicate"


class TooManyKeys(Conflict):
    """A tip is sealed for every key on offer, and an envelope has room for eight: retire one first."""

    code = "too_many_keys"
