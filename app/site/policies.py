"""The settings document of the site, and the addresses that follow from it. Pure values."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.actor import Actor
from app.core.errors import FieldError, wrong
from app.core.http.problems import pointer
from app.site import checklist
from app.site.checklist import ChecklistPolicy
from app.staff.permissions import Permission

TEXTS = ("name", "tagline", "publisher")


class Moderation(StrEnum):
    """When a guest's comment is shown."""

    PREMODERATE = "premoderate"
    POSTMODERATE = "postmoderate"
    SOMETIMES = "sometimes"


class ThreadScope(StrEnum):
    """What a story's thread shows: its own comments, or those of all its translations."""

    LANGUAGE = "language"
    GROUP = "group"


class ProofOfWork(StrEnum):
    """When forms ask for work of the reader's browser: while much comes in, with every form, or not at all."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Slugs(StrEnum):
    """How slugs are made from titles."""

    NATIVE = "native"
    TRANSLITERATED = "transliterated"


class Frozen(BaseModel):
    """A value of the settings document."""

    model_config = ConfigDict(frozen=True)


class ModerationMail(StrEnum):
    """Whether moderators are written to about comments that wait: of each, or now and then of all."""

    OFF = "off"
    EACH = "each"
    DIGEST = "digest"


class CommentPolicy(Frozen):
    """What readers meet below a story, and how those who judge are told; `links_allowed` and the two lists of words are
    told to nobody outside.

    `confirm_addresses`: writers with a reader key are asked by letter to prove the address that they typed.
    `moderation_mail_to` are addresses of accounts; without any, all who may judge every thread are written to.
    """

    policy: Moderation = Moderation.PREMODERATE
    name_required: bool = True
    email_required: bool = False
    close_after_days: Annotated[int | None, Field(ge=1, le=36_500)] = None
    thread_scope: ThreadScope = ThreadScope.LANGUAGE
    edit_window_minutes: Annotated[int, Field(ge=0, le=1_440)] = 15
    report_threshold: Annotated[int | None, Field(ge=1, le=1_000)] = 3
    links_allowed: Annotated[int, Field(ge=0, le=100)] = 0
    banned_words: tuple[str, ...] = ()
    suspect_words: tuple[str, ...] = ()
    flood_per_minute: Annotated[int | None, Field(ge=1, le=100_000)] = 60
    confirm_addresses: bool = True
    moderation_mail: ModerationMail = ModerationMail.OFF
    moderation_mail_to: tuple[str, ...] = ()


class Retention(Frozen):
    """After how many days the content of a message goes: closed or spam since then, sealed ones after they arrived."""

    closed_days: Annotated[int, Field(ge=1, le=36_500)] = 180
    spam_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    sealed_days: Annotated[int, Field(ge=1, le=36_500)] = 30


class ContactPolicy(Frozen):
    """Which messages the newsroom takes, who is told of them, how long they stay, where plain forms may lead.

    A kind without `recipients` goes to the admins.
    """

    kinds: tuple[str, ...] = ("message", "correction", "tip", "advertising", "abuse")
    return_origins: tuple[str, ...] = ()
    recipients: dict[str, tuple[str, ...]] = {}
    acknowledge: bool = True
    retention: Retention = Retention()


class Link(Frozen):
    """A link that front ends show, such as a social profile."""

    label: Annotated[str, Field(max_length=120)]
    url: Annotated[str, Field(max_length=1_000)]


class UrlPatterns(Frozen):
    """Paths of the front end per kind; `{locale} {slug} {yyyy} {mm} {id}` are filled in.

    `author`: the pages of bylines, where the front end has any; of `{locale} {slug}`.
    """

    article: str = "/{locale}/{slug}"
    page: str = "/{locale}/{slug}"
    author: str | None = None


class SiteSettings(Frozen):
    """Everything an admin can set about the magazine; texts have one entry a locale."""

    name: dict[str, str] = {"en": "Masthead", "ar": "ترويسة"}
    tagline: dict[str, str] = {}
    publisher: dict[str, str] = {}
    logo: str | None = None
    locales: tuple[str, ...] = ("en", "ar")
    default_locale: str = "en"
    timezone: str = "UTC"
    public_url: str | None = None
    url_patterns: UrlPatterns = UrlPatterns()
    links: tuple[Link, ...] = ()
    slugs: Slugs = Slugs.NATIVE
    open_tags: bool = True
    require_approval: bool = False
    checklist: ChecklistPolicy = ChecklistPolicy()
    proof_of_work: ProofOfWork = ProofOfWork.AUTO
    comments: CommentPolicy = CommentPolicy()
    contact: ContactPolicy = ContactPolicy()


class Addresses(Frozen):
    """Where the front end shows things: never built from a Host header."""

    public_url: str
    patterns: UrlPatterns

    @classmethod
    def of(cls, settings: SiteSettings, base_url: str) -> "Addresses":
        """Those of the settings; `public_url` is the server's base address until it is set."""
        return cls(public_url=settings.public_url or base_url, patterns=settings.url_patterns)

    def path(self, kind: str, locale: str, slug: str, published_at: datetime, id: UUID) -> str:
        """The path of a piece, slug in its own script."""
        pattern: str = getattr(self.patterns, kind)
        return pattern.format(locale=locale, slug=slug, yyyy=f"{published_at.year:04}", mm=f"{published_at:%m}", id=id)

    def author_url(self, locale: str, slug: str) -> str | None:
        """The page of a byline; none when the front end has no such pages."""
        pattern = self.patterns.author
        return self.url(pattern.format(locale=locale, slug=slug)) if pattern else None

    def url(self, path: str) -> str:
        """The whole address, percent-encoded, fit for feeds and mail."""
        place, mark, query = path.partition("?")  # only old addresses have one, such as /?p=17
        return self.public_url.rstrip("/") + quote(place) + mark + quote(query, safe="=&")


# words that are looked for and addresses of staff: who needs them to do their work
_NEEDED_BY = (
    ("comments", {"banned_words", "suspect_words", "moderation_mail_to"}, Permission.COMMENTS_MODERATE_ANY),
    ("contact", {"recipients"}, Permission.CONTACT_READ),
)


def kept_from(by: Actor) -> dict[str, set[str]]:
    """The members of members of the settings that this person does not get; whoever may change them gets all."""
    if by.may(Permission.SITE_WRITE):
        return {}
    return {member: names for member, names, permission in _NEEDED_BY if not by.may(permission)}


def faults(settings: SiteSettings) -> list[FieldError]:
    """What does not fit together in a settings document whose members are sound one by one."""
    found = []
    if settings.default_locale not in settings.locales:
        found.append(FieldError("/body/default_locale", "unknown_locale", "must be one of the site's locales"))
    for member in TEXTS:
        found.extend(unknown_locales(getattr(settings, member), settings, member))
    if not settings.name:
        found.append(FieldError("/body/name", "missing", "needs a text in at least one of the site's locales"))
    return found + checklist.faults(settings.checklist, settings.locales)


def unknown_locales(texts: Iterable[str], settings: SiteSettings, member: str) -> list[FieldError]:
    """One error for each text in a language that the site does not have."""
    detail = f"the site's locales are {', '.join(settings.locales)}"
    return [
        FieldError(pointer("body", (member, code)), "unknown_locale", detail)
        for code in texts
        if code not in settings.locales
    ]


def offered_locale(settings: SiteSettings, asked: str | None, *, part: str = "query") -> str:
    """The language of `?locale=` or of a body's `locale`, else the default one. Raises Invalid for one that the site
    does not have.
    """
    if asked is None:
        return settings.default_locale
    if asked not in settings.locales:
        raise wrong("locale", "unknown_locale", f"the site's locales are {', '.join(settings.locales)}", part=part)
    return asked


def check_locales(settings: SiteSettings, asked: Iterable[str]) -> None:
    """The same for a filter that takes several. Raises Invalid."""
    for locale in asked:
        offered_locale(settings, locale)
