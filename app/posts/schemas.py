"""Dossiers on the wire, as editors write and read them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from app.core.actor import Actor
from app.core.clock import Moment
from app.core.http.filters import AnyOf, Words, split_values
from app.core.http.paging import PageQuery
from app.core.inputs import Forgiving
from app.core.language import Locale, direction
from app.core.numbers import RevisionNumber
from app.core.slugs import Slug
from app.core.text import Line, Prose
from app.posts import workflow
from app.posts.locks_schemas import LockShown
from app.posts.models import BodyFormat, Dossier, Life, Revision, State
from app.posts.withdrawal_models import Withdrawal
from app.posts.withdrawal_schemas import WithdrawalView
from app.publications.models import CommentsMode, Kind
from app.publications.workflow import OLDEST

MOST_TAGS = 50
MOST_AUTHORS = 20

Title = Annotated[str, Line(300)]
Dek = Annotated[str, Prose(1_000, min_length=0)]
Excerpt = Annotated[str, Prose(1_000, min_length=0)]
Body = Annotated[str, Prose(500_000, min_length=0)]
Alt = Annotated[str, Line(1_000, min_length=0)]
TagItem = Annotated[str, Line(120)]
Tags = Annotated[list[TagItem], Field(max_length=MOST_TAGS, description="slugs or names; unknown names make new tags")]
Authors = Annotated[list[Annotated[str, Line(160)]], Field(max_length=MOST_AUTHORS, description="slugs of bylines")]
SectionSlug = Annotated[str, Line(160)]
WebAddress = Annotated[str, Line(1_000), Field(pattern=r"^https?://[^\s/?#]+[^\s]*$")]


class Strict(BaseModel):
    """An input that lists exactly what a client may set."""

    model_config = ConfigDict(extra="forbid")


class SeoInput(Strict):
    """What search engines are told instead of title, dek and address; null takes it back."""

    title: Annotated[str, Line(300)] | None = None
    description: Annotated[str, Line(1_000)] | None = None
    canonical_url: WebAddress | None = None


class PostCreate(Strict, Forgiving):
    """A new dossier; only title and locale are needed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "أصوات الميناء",
                    "locale": "ar",
                    "dek": "صباح في سوق السمك القديم.",
                    "body": "يبدأ اليوم **قبل الفجر**.",
                    "tags": ["الميناء"],
                },
                {"title": "Voices of the harbour", "locale": "en", "body": "The day begins *before dawn*."},
            ]
        },
    )

    title: Title
    locale: Locale
    kind: Kind = Kind.ARTICLE
    slug: Slug | None = None
    dek: Dek = ""
    excerpt: Excerpt = ""
    body: Body = ""
    body_format: BodyFormat = BodyFormat.MARKDOWN
    section: SectionSlug | None = None
    tags: Tags = []
    authors: Authors = []
    cover: UUID | None = None
    cover_alt: Alt = ""
    featured: StrictBool = False
    comments: CommentsMode | None = None
    seo: SeoInput = SeoInput()
    translation_of: Annotated[UUID | None, Field(description="the dossier of which this is a translation")] = None


class PostUpdate(Strict):
    """A merge patch (RFC 7396): what is absent stays, null takes an optional member back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "أصوات الميناء القديم", "section": None}]}
    )

    title: Title = ""
    slug: Slug = ""
    dek: Dek | None = None
    excerpt: Excerpt | None = None
    body: Body | None = None
    body_format: BodyFormat = BodyFormat.MARKDOWN
    section: SectionSlug | None = None
    tags: Tags | None = None
    authors: Authors | None = None
    cover: UUID | None = None
    cover_alt: Alt | None = None
    featured: StrictBool | None = None
    comments: CommentsMode | None = None
    seo: SeoInput | None = None


def _not_too_early(moment: datetime | None) -> datetime | None:
    if moment is not None and moment < OLDEST:
        raise PydanticCustomError("too_early", "must not be before {year}", {"year": OLDEST.year})
    return moment


class PublicationInput(Strict):
    """Which revision, and since when: both optional."""

    revision: Annotated[RevisionNumber | None, Field(description="the newest unless said")] = None
    published_at: Annotated[
        Moment | None,
        AfterValidator(_not_too_early),
        Field(description="only at the first publication, not in the future and not before 1600"),
    ] = None


class PublicationQuery(Strict):
    """`dry_run=true` only looks."""

    dry_run: bool = False


class EditQuery(Strict):
    """`autosave=true` lets the next autosave of the same person replace this revision."""

    autosave: bool = False


class Finding(BaseModel):
    """One line of the publish checklist."""

    code: str
    pointer: str
    detail: str


class Checklist(BaseModel):
    """What blocks publishing, and what only deserves a look."""

    blockers: list[Finding]
    warnings: list[Finding]


class RenderingInput(Strict):
    """Text to be shown as it would be published."""

    body: Body
    body_format: BodyFormat = BodyFormat.MARKDOWN
    locale: Locale


class Rendering(BaseModel):
    """Sanitised HTML, and what the sanitiser took out."""

    body_html: str
    warnings: list[str]


class PostItem(BaseModel):
    """A dossier in lists: everything but the body."""

    id: UUID
    kind: Kind
    locale: str
    dir: Literal["ltr", "rtl"]
    slug: str
    state: State
    life: Life
    revision: Annotated[int, Field(description="the number of the newest revision")]
    live_revision: int | None
    scheduled_revision: int | None
    title: str
    dek: str
    excerpt: str
    body_format: BodyFormat
    section: str | None
    tags: list[str]
    authors: list[str]
    cover: UUID | None = None
    cover_alt: str
    featured: bool
    comments: CommentsMode | None
    seo: dict[str, Any]
    translation_of: UUID | None
    stale_since_revision: Annotated[
        int | None, Field(description="the first published revision of the original that is not translated yet")
    ] = None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    unpublish_at: datetime | None
    embargoed: bool
    withdrawal: WithdrawalView | None
    trashed_at: datetime | None
    lock: Annotated[LockShown | None, Field(description="who writes here now; it stops nobody")] = None
    allowed: Annotated[list[str], Field(description="what you may do to it now")]


class PostEditor(PostItem):
    """A dossier with its newest revision."""

    body: str
    body_html: str
    warnings: Annotated[list[str], Field(description="what the sanitiser removed from what you just sent")] = []

    @classmethod
    def of(cls, dossier: Dossier, actor: Actor, *, warnings: tuple[str, ...] = ()) -> "PostEditor":
        """A dossier as this person sees it."""
        return cls(**facts_of(dossier, actor), **_body_of(dossier.revision), warnings=list(warnings))


def facts_of(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """The members of a list item."""
    post, revision = dossier.post, dossier.revision
    return {
        **{name: getattr(post, name) for name in _FROM_POST},
        **{name: getattr(revision, name) for name in _FROM_REVISION},
        "dir": direction(post.locale),
        "section": dossier.section,
        "tags": dossier.tags,
        "authors": dossier.authors,
        "translation_of": dossier.translation_of,
        "stale_since_revision": dossier.stale_since_revision,
        "withdrawal": _withdrawal_of(dossier.withdrawal),
        "lock": LockShown.of(dossier.lock) if dossier.lock else None,
        "allowed": workflow.allowed(
            post.state, post.life, actor.permissions, own=dossier.own, scheduled=post.is_scheduled
        ),
    }


def _withdrawal_of(found: Withdrawal | None) -> WithdrawalView | None:
    if found is None:
        return None
    return WithdrawalView(reason=found.reason, notice=found.notice, at=found.at, by=found.withdrawn_by)


def _body_of(revision: Revision) -> dict[str, str]:
    return {"body": revision.body, "body_html": revision.body_html}


_FROM_POST = (
    "id", "kind", "locale", "state", "life", "revision", "live_revision", "created_by", "created_at", "updated_at",
    "published_at", "trashed_at", "scheduled_revision", "publish_at", "unpublish_at", "embargoed",
)  # fmt: skip
_FROM_REVISION = (
    "slug", "title", "dek", "excerpt", "body_format", "cover_alt", "featured", "comments", "seo",
)  # fmt: skip


class PostSort(StrEnum):
    """How dossiers are ordered."""

    UPDATED = "-updated_at"
    UPDATED_FIRST = "updated_at"


class PostQuery(PageQuery):
    """Filters combine as and; commas within one mean any of. Trashed dossiers show with `life=trashed` only."""

    kind: Kind | None = None
    state: State | None = None
    life: Life | None = None
    author: AnyOf | None = None
    section: AnyOf | None = None
    tag: AnyOf | None = None
    locale: AnyOf | None = None
    ids: Annotated[tuple[UUID, ...] | None, BeforeValidator(split_values), Field(min_length=1, max_length=100)] = None
    q: Annotated[Words | None, Field(description="words of the title or dek")] = None
    updated_after: Moment | None = None
    sort: PostSort = PostSort.UPDATED
