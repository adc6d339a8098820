"""Public keys on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from app.core import base64url, sealing
from app.core.db import as_time
from app.core.text import Line
from app.sealing.models import SealingKey

PublicKey = Annotated[str, Field(description="the uncompressed point of a P-256 key, base64url without padding")]
Fingerprint = Annotated[
    str, Field(description="SHA-256 of the point, to be compared with what the newsroom prints or says on the phone")
]


class OfferedKey(BaseModel):
    """A key to seal tips for; a tip is sealed for all of them."""

    key_id: Annotated[str, Field(description="16 bytes in hexadecimal, by which an envelope names the key")]
    public_key: PublicKey
    fingerprint: Fingerprint
    created_at: datetime

    @classmethod
    def of(cls, key_id: str, public_key: str, created_at: Any) -> "OfferedKey":
        """From the columns as the driver hands them out."""
        created_at = as_time(created_at)
        return cls(key_id=key_id, public_key=public_key, fingerprint=told(public_key), created_at=created_at)


class KeyDraft(BaseModel):
    """A public key to offer to sources. The private key that belongs to it never leaves the editor's machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    public_key: Annotated[
        StrictStr, Field(description="P-256, as PEM (`BEGIN PUBLIC KEY`) or as its point in base64url")
    ]
    label: Annotated[Annotated[str, Line(120, 0)], Field(description="whose key it is, for the newsroom alone")] = ""


class SealingKeyShown(OfferedKey):
    """A key as the newsroom sees it, retired ones included."""

    id: UUID
    label: str
    created_by: UUID | None
    retired_at: Annotated[datetime | None, Field(description="no longer on offer since")]

    @classmethod
    def of_row(cls, key: SealingKey) -> "SealingKeyShown":
        """From its row."""
        return cls(**key.model_dump(), fingerprint=told(key.public_key))


def told(public_key: str) -> str:
    """The fingerprint of a stored key."""
    return sealing.fingerprint(base64url.to_bytes(public_key))
