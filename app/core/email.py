"""E-mail addresses as people type them: `email: Email` is one address of ours or any other script, on one line."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.text import Line

MAX_EMAIL_LENGTH = 254
_MAX_LOCAL_LENGTH = 64
_MAX_LABEL_LENGTH = 63

_NOT_IN_LOCAL = re.compile(r'[\s@<>()\[\],;:"\\]')
_NOT_IN_DOMAIN = re.compile(r'[\s@<>()\[\],;:"\\!#$%&\'*+/=?^`{|}~_]')
_NOT_AN_ADDRESS = "must be one e-mail address such as reader@example.org"


def check_email(value: str) -> str:
    """The address as it was written; raises ValueError for what no mail could reach or what could forge a header."""
    local, at, domain = value.rpartition("@")
    labels = domain.split(".")
    fits = 0 < len(local) <= _MAX_LOCAL_LENGTH and all(local.split(".")) and not _NOT_IN_LOCAL.search(local)
    named = len(labels) > 1 and all(map(_is_label, labels)) and not _NOT_IN_DOMAIN.search(domain)
    if not (at and fits and named) or any(unicodedata.category(char)[0] in "CZ" for char in value):
        raise ValueError(_NOT_AN_ADDRESS)
    return value


def _is_label(label: str) -> bool:
    return 0 < len(label) <= _MAX_LABEL_LENGTH and label[0] != "-" and label[-1] != "-"


Email = Annotated[
    str,
    Line(MAX_EMAIL_LENGTH),
    AfterValidator(check_email),
    Field(json_schema_extra={"format": "email"}, examples=["reader@example.org"]),
]
