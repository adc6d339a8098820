"""What a person asks about their own data, on the wire; and the file that they take along."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.email import Email
from app.core.language import Locale


class DataRequest(BaseModel):
    """Whose data, and what is to become of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Annotated[Email, Field(description="the address that the comments carry")]
    kind: Annotated[Literal["export", "erase"], Field(description="`export`: a file with all of it")]
    locale: Annotated[Locale | None, Field(description="language of the letter, one of the site's")] = None


class DataRequestReceipt(BaseModel):
    """The same answer whether anything is known of the address or not."""

    kind: Literal["export", "erase"]
    link_valid_hours: Annotated[int, Field(description="if any comment carries the address, a letter is on its way")]


class ExportedStory(BaseModel):
    """Where a comment stands."""

    id: UUID
    title: str | None
    url: str | None


class ExportedComment(BaseModel):
    """One comment with all that its writer sent."""

    id: UUID
    number: int
    story: ExportedStory
    parent_id: UUID | None
    status: str
    author_name: str | None
    author_email: str | None
    verified: bool
    body: str | None
    locale: str
    notify: str
    created_at: datetime
    edited_at: datetime | None


class ExportedSubscription(BaseModel):
    """One reason why letters are sent."""

    scope: str
    about: UUID
    locale: str
    confirmed_at: datetime


class PersonalData(BaseModel):
    """Everything that stands under an address."""

    email: str
    exported_at: datetime
    comments: list[ExportedComment]
    subscriptions: list[ExportedSubscription]
