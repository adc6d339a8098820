"""Bans on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.abuse.memory_models import Sanction, Target
from app.core.clock import Moment
from app.core.http.paging import PageQuery
from app.core.text import Prose


class SanctionCreate(BaseModel):
    """Whom to ban: whoever wrote this comment, by what is known of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    comment: Annotated[UUID, Field(description="a comment of theirs")]
    target: Annotated[
        Target,
        Field(
            description="`reader`: the reader key; `address`: the e-mail address, if they proved it; `network`: where "
            "it came from, for the rest of this day, and only of a comment of today"
        ),
    ]
    reason: Annotated[str, Prose(1_000, min_length=0), Field(description="for the desk")] = ""
    notice: Annotated[str, Prose(1_000), Field(description="what they are told", examples=["حُظرت بسبب إهانات متكررة."])]
    ends_at: Annotated[
        Moment | None, Field(description="a year from now at most; needed unless `target` is `network`")
    ] = None


class SanctionQuery(PageQuery):
    """Which bans are listed."""

    active: Annotated[bool | None, Field(description="those in force, or those that ended, for a month")] = None


class SanctionShown(BaseModel):
    """A ban; of whom it concerns nothing but a comment is known."""

    id: UUID
    comment: UUID
    target: Target
    reason: str
    notice: str
    created_at: datetime
    created_by: UUID | None
    ends_at: datetime
    lifted_by: UUID | None

    @classmethod
    def of(cls, sanction: Sanction) -> "SanctionShown":
        """The row without its keyed hash."""
        return cls(comment=sanction.comment_id, **sanction.model_dump(exclude={"comment_id", "subject"}))
