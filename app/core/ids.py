"""Identifiers: sortable ones for what is published, random ones for what people confide to us."""

import secrets
import uuid

from uuid_utils.compat import uuid7

# Crockford's base 32 without the letters people misread; 32 symbols, five bits each
_READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> uuid.UUID:
    """UUID version 7: rises with time, so that index pages fill in order."""
    return uuid7()


def random_id() -> uuid.UUID:
    """UUID version 4: says nothing about when it was made (contact submissions)."""
    return uuid.uuid4()


def reference(groups: int = 2) -> str:
    """A random reference that people can read out on the phone, such as `7K3F-9QXT` (20 bits a group)."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(groups))


def parse_id(text: str) -> uuid.UUID | None:
    """The UUID written in its canonical form, else None: one thing has one address."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None
