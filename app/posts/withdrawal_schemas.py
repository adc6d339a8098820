"""Withdrawals on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.inputs import Forgiving
from app.core.text import Prose


class WithdrawalInput(Forgiving):
    """Why, for the newsroom; and what readers are told, in the language of the piece."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"reason": "Legal, 12 March: wrong person named.", "notice": "سُحب هذا النص لأنه تضمّن معلومات خاطئة."}
            ]
        },
    )

    reason: Annotated[str, Prose(2_000), Field(description="never shown in public")]
    notice: Annotated[str, Prose(2_000, min_length=0), Field(description="plain text")] = ""


class WithdrawalView(BaseModel):
    """The takedown that is in force."""

    reason: str
    notice: str
    at: datetime
    by: UUID | None
