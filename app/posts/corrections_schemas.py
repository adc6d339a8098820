"""Corrections as editors write and read them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.merge_patch import Patch
from app.core.text import Prose
from app.publications.models import Correction, CorrectionKind

CorrectionText = Annotated[str, Prose(2_000)]
Said = Annotated[
    CorrectionKind,
    Field(
        description="`correction`: something was wrong; `clarification`: it could be misread; `update`: something "
        "happened since; `editors_note`: anything else that readers should know"
    ),
]


class CorrectionCreate(BaseModel):
    """What is to be said below a live story, as plain text in its language."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "correction", "text": "الرصيف بُني عام 1931، لا 1913."}]},
    )

    kind: Said
    text: CorrectionText


class CorrectionPatch(Patch):
    """A slip in what was said; the moment at which it was said stays."""

    kind: Said = CorrectionKind.CORRECTION
    text: CorrectionText = ""


class CorrectionEditor(BaseModel):
    """A correction, and who wrote it."""

    id: UUID
    kind: CorrectionKind
    text: str
    at: datetime
    created_by: UUID | None

    @classmethod
    def of(cls, correction: Correction) -> "CorrectionEditor":
        """One row on the wire."""
        return cls(**{name: getattr(correction, name) for name in cls.model_fields})
