"""The settings on the wire: what the public sees, what an admin reads and may set."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from app.core.email import Email
from app.core.http.ready import Ready
from app.core.language import Direction, Locale, direction, language_name, pick
from app.core.merge_patch import Patch
from app.core.text import Line
from app.site import addresses
from app.site.checklist_schemas import ChecklistPatch, Word
from app.site.feed_links import FeedLink
from app.site.policies import TEXTS, Link, Moderation, ModerationMail, ProofOfWork, SiteSettings, Slugs, ThreadScope

Item = TypeVar("Item", bound=Hashable)


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _timezone(value: str) -> str:
    if value not in _timezones():
        raise ValueError("must be a time zone of the IANA database, such as Africa/Cairo")
    return value


def _different(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if len(set(items)) < len(items):
        raise ValueError("must not name anything twice")
    return items


Text = Annotated[str, Line(300)]
Texts = Annotated[
    dict[StrictStr, Text | None],
    Field(max_length=100, description="a text per locale; null removes one", examples=[{"en": "Mast", "ar": "سارية"}]),
]
Address = Annotated[str, Line(1_000)]
WebAddress = Annotated[Address, AfterValidator(addresses.web_address)]
PublicUrl = Annotated[Address, AfterValidator(addresses.base_address), Field(examples=["https://news.example"])]
Origin = Annotated[Address, AfterValidator(addresses.origin), Field(examples=["https://news.example"])]
Pattern = Annotated[
    Annotated[str, Line(200)], AfterValidator(addresses.url_pattern), Field(examples=["/{locale}/{slug}"])
]
AuthorPattern = Annotated[
    Annotated[str, Line(200)], AfterValidator(addresses.author_pattern), Field(examples=["/{locale}/authors/{slug}"])
]
Timezone = Annotated[StrictStr, AfterValidator(_timezone), Field(examples=["Africa/Cairo"])]
ContactKind = Literal["message", "correction", "tip", "advertising", "abuse"]
Recipients = Annotated[
    tuple[Email, ...], Field(max_length=20, examples=[["desk@news.example"]]), AfterValidator(_different)
]
Words = Annotated[
    tuple[Word, ...],
    Field(max_length=500, examples=[["casino", "ربح مضمون"]]),
    AfterValidator(_different),
]
Days = Annotated[StrictInt, Field(ge=1, le=36_500)]


class SiteQuery(BaseModel):
    """Which language the texts come in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Annotated[Locale | None, Field(description="a locale of the site; else the default one")] = None


class LocaleOffered(BaseModel):
    """A language of the magazine, named in its own words."""

    code: Annotated[str, Field(examples=["ar"])]
    name: Annotated[str, Field(examples=["العربية"])]
    dir: Direction


class LinkShown(BaseModel):
    """A link that front ends show."""

    label: str
    url: str


class CommentsOffered(BaseModel):
    """What readers meet below a story."""

    policy: Moderation
    name_required: bool
    email_required: bool
    close_after_days: int | None
    thread_scope: ThreadScope
    edit_window_minutes: Annotated[int, Field(description="how long its writer may change or delete a comment")]


class ContactOffered(BaseModel):
    """Which messages the newsroom takes."""

    kinds: list[str]


class SitePublic(BaseModel):
    """The magazine as front ends see it; `locale` and `dir` are those of the texts asked for."""

    name: str
    tagline: str
    publisher: str
    locale: str
    dir: Direction
    logo: str | None
    locales: list[LocaleOffered]
    default_locale: str
    timezone: str
    public_url: str
    links: list[LinkShown]
    feeds: Annotated[list[FeedLink], Field(description="of the stories in the language asked for, else of all")]
    comments: CommentsOffered
    contact: ContactOffered

    @classmethod
    def of(cls, settings: SiteSettings, locale: str, base_url: str, feeds: list[FeedLink]) -> "SitePublic":
        """The document in one language, missing texts in another."""
        plain: dict[str, Any] = settings.model_dump()
        texts = {name: pick(plain.pop(name), locale, settings.default_locale) for name in TEXTS}
        locales = [{"code": code, "name": language_name(code), "dir": direction(code)} for code in plain.pop("locales")]
        public_url = plain.pop("public_url") or base_url
        told = {"locale": locale, "dir": direction(locale), "feeds": feeds}
        return cls(**plain, **texts, **told, locales=locales, public_url=public_url)

    def ready(self) -> Ready:
        """The answer under its surrogate key."""
        return Ready(self.model_dump_json().encode(), keys=("site",))


class SiteEditor(SiteSettings):
    """Every setting of the magazine, texts in all languages; what is not set yet shows its default."""


class CommentPolicyPatch(Patch):
    """Settings of comments."""

    policy: Moderation = Moderation.PREMODERATE
    name_required: StrictBool = True
    email_required: StrictBool = False
    close_after_days: Annotated[StrictInt, Field(ge=1, le=36_500)] | None = None
    thread_scope: ThreadScope = ThreadScope.LANGUAGE
    edit_window_minutes: Annotated[StrictInt, Field(ge=0, le=1_440)] = 15
    report_threshold: Annotated[
        Annotated[StrictInt, Field(ge=1, le=1_000)] | None,
        Field(description="so many reports hold a comment until someone has read it; null: never"),
    ] = 3
    links_allowed: Annotated[
        StrictInt, Field(ge=0, le=100, description="a comment with more links waits to be read")
    ] = 0
    banned_words: Annotated[Words, Field(description="a comment with one of these is filed as spam")] = ()
    suspect_words: Annotated[Words, Field(description="a comment with one of these waits to be read")] = ()
    flood_per_minute: Annotated[
        Annotated[StrictInt, Field(ge=1, le=100_000)] | None,
        Field(description="when more comments than that are held in a minute, all wait until it calms; null: never"),
    ] = None
    confirm_addresses: Annotated[
        StrictBool, Field(description="whether writers with a reader key are asked by letter to prove their address")
    ] = True
    moderation_mail: Annotated[
        ModerationMail, Field(description="letters about comments that wait: of each at once, or of all every 6 hours")
    ] = ModerationMail.OFF
    moderation_mail_to: Annotated[
        Recipients, Field(description="addresses of accounts; none: all who may judge the comments of every thread")
    ] = ()


class RetentionPatch(Patch):
    """After how many days the content of messages goes."""

    closed_days: Days = 180
    spam_days: Days = 30
    sealed_days: Days = 30


class RecipientsPatch(Patch):
    """Addresses by kind of message; null removes those of a kind."""

    message: Recipients | None = None
    correction: Recipients | None = None
    tip: Recipients | None = None
    advertising: Recipients | None = None
    abuse: Recipients | None = None


class ContactPolicyPatch(Patch):
    """Settings of the contact form."""

    kinds: Annotated[tuple[ContactKind, ...], Field(max_length=5), AfterValidator(_different)] = ()
    return_origins: Annotated[tuple[Origin, ...], Field(max_length=20), AfterValidator(_different)] = ()
    recipients: Annotated[
        RecipientsPatch | None,
        Field(description="who is told of new messages of a kind; a kind without is the admins'"),
    ] = None
    acknowledge: Annotated[StrictBool, Field(description="whether senders get a receipt by mail")] = True
    retention: RetentionPatch = RetentionPatch()


class UrlPatternsPatch(Patch):
    """Paths of the front end per kind."""

    article: Pattern = ""
    page: Pattern = ""
    author: Annotated[AuthorPattern | None, Field(description="null: bylines have no pages")] = None


class LinkWritten(Link):
    """A label and an absolute web address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, Line(120)]
    url: WebAddress


class SitePatch(Patch):
    """What to change; members that are left out stay as they are."""

    name: Texts = Field(default_factory=dict)
    tagline: Texts | None = None
    publisher: Texts | None = None
    logo: WebAddress | None = None
    locales: Annotated[
        tuple[Locale, ...],
        Field(
            min_length=1,
            max_length=50,
            description="one left out goes with the site's texts in it; refused while a post or page is written in it",
        ),
        AfterValidator(_different),
    ] = ()
    default_locale: Locale = ""
    timezone: Timezone = ""
    public_url: PublicUrl | None = None
    url_patterns: UrlPatternsPatch = UrlPatternsPatch()
    links: Annotated[tuple[LinkWritten, ...], Field(max_length=50)] = ()
    slugs: Slugs = Slugs.NATIVE
    open_tags: StrictBool = True
    require_approval: StrictBool = False
    checklist: ChecklistPatch = ChecklistPatch()
    proof_of_work: Annotated[
        ProofOfWork, Field(description="when `GET /v1/challenge` asks for work: while much comes in, always, never")
    ] = ProofOfWork.AUTO
    comments: CommentPolicyPatch = CommentPolicyPatch()
    contact: ContactPolicyPatch = ContactPolicyPatch()
