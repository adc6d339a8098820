"""Translations on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from app.core.inputs import Forgiving
from app.core.language import Locale
from app.core.numbers import RevisionNumber
from app.posts.models import Life, State
from app.posts.schemas import Strict, Title


class TranslationInput(Forgiving):
    """Into which language, and with what to begin."""

    locale: Locale
    title: Annotated[
        Title | None,
        Field(description="the slug is made from it; the original's unless given", examples=["أصوات الميناء"]),
    ] = None
    copy_content: Annotated[
        StrictBool, Field(alias="copy", description="begin with the original's text, section, tags and bylines")
    ] = True


class TranslatedInput(Strict):
    """Up to which revision of the original the translation has caught up."""

    revision: Annotated[RevisionNumber | None, Field(description="the original's newest unless said")] = None


class TranslationItem(BaseModel):
    """One language of a story, as far as you may see it."""

    id: UUID
    locale: str
    slug: str
    title: str
    state: State
    life: Life
    translation_of: UUID | None
    stale_since_revision: int | None
