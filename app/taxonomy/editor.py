"""Sections, tags and bylines behind the fence; DELETE asks what uses a term, so those doors are the posts'."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.core.actor import Actor
from app.core.errors import (
    Forbidden,
    Invalid,
    Malformed,
    PreconditionRequired,
    Stale,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.core.http.answers import Created, Idempotency, StillRunning, create, versioned
from app.core.http.conditional import IfMatch
from app.core.http.deps import Db, Now
from app.core.http.paging import Page, paged
from app.core.http.problems import problems
from app.core.http.routes import GuardedRoute
from app.staff.guards import Guard
from app.staff.permissions import Permission
from app.taxonomy import queries, service
from app.taxonomy.errors import SectionLoop, SectionTooDeep, SlugTaken, TermNotFound
from app.taxonomy.models import Author, Section, Tag
from app.taxonomy.schemas import (
    AuthorCreate,
    AuthorEditor,
    AuthorPatch,
    Filed,
    SectionCreate,
    SectionEditor,
    SectionPatch,
    TagCreate,
    TagEditor,
    TagPatch,
    TermQuery,
)

SECTIONS, TAGS, AUTHORS = "/v1/editor/sections", "/v1/editor/tags", "/v1/editor/authors"
router = APIRouter(tags=["editor: terms"], route_class=GuardedRoute)

READING = (Permission.POSTS_READ_OWN, Permission.TERMS_WRITE)

Reader = Annotated[Actor, Depends(Guard(*READING))]
Writer = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE))]
SectionReader = Annotated[Actor, Depends(Guard(*READING, sees=queries.sees(Section)))]
SectionWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=queries.sees(Section)))]
TagReader = Annotated[Actor, Depends(Guard(*READING, sees=queries.sees(Tag)))]
TagWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=queries.sees(Tag)))]
AuthorReader = Annotated[Actor, Depends(Guard(*READING, sees=queries.sees(Author)))]
AuthorWriter = Annotated[Actor, Depends(Guard(Permission.TERMS_WRITE, sees=queries.sees(Author)))]

_LISTED = problems(Unauthenticated, Forbidden, Invalid)
_SHOWN = problems(Unauthenticated, Forbidden, TermNotFound)
_MADE = problems(Malformed, Unauthenticated, Forbidden, UnsupportedMediaType, Invalid, SlugTaken, StillRunning)
_CHANGED = problems(
    Malformed,
    Unauthenticated,
    Forbidden,
    TermNotFound,
    SlugTaken,
    Stale,
    UnsupportedMediaType,
    Invalid,
    PreconditionRequired,
)
_PLANTED = problems(SlugTaken, SectionTooDeep, StillRunning)
_MOVED = problems(SlugTaken, SectionLoop, SectionTooDeep)


@router.get(SECTIONS, operation_id="listEditorSections", response_model=Page[SectionEditor], responses=_LISTED)
async def list_sections(db: Db, actor: Reader, query: Annotated[TermQuery, Query()]) -> Response:
    """Sections by slug, each with the slug of the one above."""
    terms = await db.read(queries.list_sections, query)
    return paged(terms.shown(SectionEditor.of), SECTIONS, query)


@router.get(SECTIONS + "/{term_id}", operation_id="getEditorSection", response_model=SectionEditor, responses=_SHOWN)
async def get_section(db: Db, actor: SectionReader, term_id: UUID) -> Response:
    """A section with its texts in all languages."""
    return await db.read(queries.get_section, term_id, into=_show_section)


@router.post(
    SECTIONS, operation_id="createSection", status_code=201, response_model=SectionEditor, responses=_MADE | _PLANTED
)
async def create_section(db: Db, at: Now, repeat: Idempotency, actor: Writer, new: SectionCreate) -> Response:
    """Add a section. Without `slug` one is made from the name in the default locale."""
    return await create(db, repeat, service.create_section, new, by=actor, at=at, into=_made_section)


@router.patch(
    SECTIONS + "/{term_id}", operation_id="updateSection", response_model=SectionEditor, responses=_CHANGED | _MOVED
)
async def change_section(
    db: Db, at: Now, actor: SectionWriter, term_id: UUID, match: IfMatch, patch: SectionPatch
) -> Response:
    """Change a section (JSON Merge Patch); with `parent` it moves with all sections below it."""
    return await db.write(service.change_section, term_id, match, patch, by=actor, at=at, into=_show_section)


def _show_section(filed: Filed) -> Response:
    return versioned(SectionEditor.of(filed), filed.section.version)


def _made_section(filed: Filed) -> Created:
    return Created(SectionEditor.of(filed), filed.section.id, f"{SECTIONS}/{filed.section.id}", filed.section.version)


@router.get(TAGS, operation_id="listEditorTags", response_model=Page[TagEditor], responses=_LISTED)
async def list_tags(db: Db, actor: Reader, query: Annotated[TermQuery, Query()]) -> Response:
    """Tags by slug, those too that only drafts name (`public` is false)."""
    terms = await db.read(queries.list_terms, Tag, query)
    return paged(terms.shown(TagEditor.of), TAGS, query)


@router.get(TAGS + "/{term_id}", operation_id="getEditorTag", response_model=TagEditor, responses=_SHOWN)
async def get_tag(db: Db, actor: TagReader, term_id: UUID) -> Response:
    """A tag with its texts in all languages."""
    return await db.read(queries.get_term, Tag, term_id, into=_show_tag)


@router.post(TAGS, operation_id="createTag", status_code=201, response_model=TagEditor, responses=_MADE)
async def create_tag(db: Db, at: Now, repeat: Idempotency, actor: Writer, new: TagCreate) -> Response:
    """Add a tag. Without `slug` one is made from the name in the default locale."""
    return await create(db, repeat, service.create_tag, new, by=actor, at=at, into=_made_tag)


@router.patch(TAGS + "/{term_id}", operation_id="updateTag", response_model=TagEditor, responses=_CHANGED)
async def change_tag(db: Db, at: Now, actor: TagWriter, term_id: UUID, match: IfMatch, patch: TagPatch) -> Response:
    """Change a tag (JSON Merge Patch): a text of null removes that language. Any change, an empty one too, makes a tag
    `public` that only drafts named.
    """
    return await db.write(service.change_tag, term_id, match, patch, by=actor, at=at, into=_show_tag)


def _show_tag(tag: Tag) -> Response:
    return versioned(TagEditor.of(tag), tag.version)


def _made_tag(tag: Tag) -> Created:
    return Created(TagEditor.of(tag), tag.id, f"{TAGS}/{tag.id}", tag.version)


@router.get(AUTHORS, operation_id="listEditorAuthors", response_model=Page[AuthorEditor], responses=_LISTED)
async def list_authors(db: Db, actor: Reader, query: Annotated[TermQuery, Query()]) -> Response:
    """Bylines by slug."""
    terms = await db.read(queries.list_terms, Author, query)
    return paged(terms.shown(AuthorEditor.of), AUTHORS, query)


@router.get(AUTHORS + "/{term_id}", operation_id="getEditorAuthor", response_model=AuthorEditor, responses=_SHOWN)
async def get_author(db: Db, actor: AuthorReader, term_id: UUID) -> Response:
    """A byline with its texts in all languages."""
    return await db.read(queries.get_term, Author, term_id, into=_show_author)


@router.post(AUTHORS, operation_id="createAuthor", status_code=201, response_model=AuthorEditor, responses=_MADE)
async def create_author(db: Db, at: Now, repeat: Idempotency, actor: Writer, new: AuthorCreate) -> Response:
    """Add a byline; `user_id` links it to the account of the person, whose stories it then marks as their own."""
    return await create(db, repeat, service.create_author, new, by=actor, at=at, into=_made_author)


@router.patch(AUTHORS + "/{term_id}", operation_id="updateAuthor", response_model=AuthorEditor, responses=_CHANGED)
async def change_author(
    db: Db, at: Now, actor: AuthorWriter, term_id: UUID, match: IfMatch, patch: AuthorPatch
) -> Response:
    """Change a byline (JSON Merge Patch): a text of null removes that language."""
    return await db.write(service.change_author, term_id, match, patch, by=actor, at=at, into=_show_author)


def _show_author(author: Author) -> Response:
    return versioned(AuthorEditor.of(author), author.version)


def _made_author(author: Author) -> Created:
    return Created(AuthorEditor.of(author), author.id, f"{AUTHORS}/{author.id}", author.version)
