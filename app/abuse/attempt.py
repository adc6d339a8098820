"""What is known of something that a guest wrote, and what a phase can say about it. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from app.core.keys import Keys
from app.core.render_tokens import FormKind
from app.site.policies import SiteSettings


class Ruling(StrEnum):
    """What a phase asks for, mildest first; a flag is only for the eyes of moderators."""

    PASS = "pass"
    FLAG = "flag"
    HOLD = "hold"
    SPAM = "spam"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One comment or message before it is stored.

    `subject` is the render token's: the slug of the story, or nothing. `thread` are the stories that share the thread.
    `network` stands here in plain: it is only ever keyed, never stored. `folded` are the words of `body` in one
    spelling. `known_writer` and `twin` (the same words stand there already) the room answers that keeps the texts.
    """

    form: FormKind
    subject: str
    thread: tuple[UUID, ...]
    id: UUID
    body: str
    folded: str
    body_html: str
    name: str | None
    email: str | None
    locale: str
    homepage: str | None
    render_token: str | None
    altcha: str | None
    network: str
    reader: UUID | None
    settings: SiteSettings
    story_age: timedelta
    keys: Keys
    at: datetime
    known_writer: bool = True
    twin: bool = False
    is_edit: bool = False


class Finding(NamedTuple):
    """What a phase found. `reason` is what the writer is told of a hold, `flag` what the inbox calls it."""

    phase: str
    ruling: Ruling
    detail: str
    reason: str | None = None
    flag: str | None = None


Phase = Callable[[Session, Attempt], Finding | None]
