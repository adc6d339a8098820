"""The content of a revision: from what a client sent to what is stored, and on to what the public gets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.actor import Actor
from app.core.errors import wrong
from app.core.folding import search_text
from app.core.markup import render_story
from app.posts.models import Post, Revision
from app.posts.schemas import PostCreate, PostUpdate
from app.publications import queries as publications_queries
from app.publications.projection import Piece
from app.site import queries as site_queries
from app.taxonomy import queries as taxonomy_queries
from app.taxonomy import service as taxonomy_service
from app.taxonomy.models import Author, Section, Tag

_PLAIN = ("title", "dek", "excerpt", "body", "body_format", "cover_alt", "featured", "comments")
_CARRIED = ("slug", "section_id", "tag_ids", "author_ids", "seo", "body_html", "body_text", *_PLAIN)
_WHEN_NULL: Mapping[str, Any] = {"dek": "", "excerpt": "", "body": "", "cover_alt": "", "featured": False}


def resolve(
    session: Session, sent: PostCreate | PostUpdate, newest: Revision | None, post: Post, *, by: Actor, at: datetime
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Columns of the next revision, and what the sanitiser removed. Raises Invalid for unknown sections or bylines."""
    changed = sent.model_fields_set if newest else set(type(sent).model_fields)
    facts: dict[str, Any] = {name: getattr(newest, name) for name in _CARRIED} if newest else {}
    for name in changed.intersection(_PLAIN):
        value = getattr(sent, name)
        facts[name] = _WHEN_NULL.get(name) if value is None else value
    if "cover" in changed and sent.cover is not None:
        raise wrong("cover", "unknown", "must be the id of a picture in the media library, or null")
    if "section" in changed:
        facts["section_id"] = _section(session, sent.section)
    if "tags" in changed:
        facts["tag_ids"] = _tags(session, sent.tags or [], post.locale, by=by, at=at)
    if "authors" in changed:
        facts["author_ids"] = _authors(session, sent.authors or [])
    if "seo" in changed:
        facts["seo"] = _merged(facts.get("seo", {}), sent)
    warnings: tuple[str, ...] = ()
    if changed & {"body", "body_format"}:
        warnings = _render(session, facts)
    facts["search_text"] = search_text(facts["title"], facts["dek"])
    return facts, warnings


def copied(revision: Revision) -> dict[str, Any]:
    """Columns with which a translation begins: all but the slug, and not the address where the original is at home."""
    facts = {name: getattr(revision, name) for name in _CARRIED if name != "slug"}
    facts["seo"] = {name: value for name, value in revision.seo.items() if name != "canonical_url"}
    return facts | {"search_text": revision.search_text}


def _render(session: Session, facts: dict[str, Any]) -> tuple[str, ...]:
    base_url = site_queries.get_addresses(session).public_url
    rendered = render_story(facts["body"], facts["body_format"].value, base_url=base_url)
    facts["body_html"], facts["body_text"] = rendered.html, rendered.text
    return rendered.warnings


def _section(session: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    section = taxonomy_queries.find_section(session, slug)
    if section is None:
        raise wrong("section", "unknown", "must be the slug of a section")
    return section.id


def _tags(session: Session, items: list[str], locale: str, *, by: Actor, at: datetime) -> list[str]:
    open_tags = site_queries.get_settings(session).open_tags
    tags = taxonomy_service.tags_for(session, items, by=by, at=at, open_tags=open_tags, locale=locale)
    return list(dict.fromkeys(str(tag.id) for tag in tags))


def _authors(session: Session, slugs: list[str]) -> list[str]:
    found = taxonomy_queries.find_authors(session, slugs)
    for number, slug in enumerate(slugs):
        if slug not in found:
            raise wrong(f"authors/{number}", "unknown", "must be the slug of a byline")
    return list(dict.fromkeys(str(found[slug].id) for slug in slugs))


def _merged(before: Mapping[str, str], sent: PostCreate | PostUpdate) -> dict[str, str]:
    """RFC 7396 one level down: null takes a member back, null instead of the object takes all."""
    if sent.seo is None:
        return {}
    merged = {**before, **sent.seo.model_dump(exclude_unset=True)}
    return {name: value for name, value in merged.items() if value is not None}


def again(session: Session, old: Revision) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Columns of a revision with the content of an old one, rendered as texts are rendered today, and what was lost:
    tags and bylines that were deleted since, what the sanitiser removed. A section in use cannot be deleted.
    """
    facts: dict[str, Any] = {name: getattr(old, name) for name in _CARRIED}
    lost = []
    tags = taxonomy_queries.get_terms(session, Tag, {UUID(id_) for id_ in old.tag_ids})
    authors = taxonomy_queries.get_terms(session, Author, {UUID(id_) for id_ in old.author_ids})
    for member, there, word in (("tag_ids", {*tags}, "tag"), ("author_ids", {*authors}, "byline")):
        kept = [id_ for id_ in facts[member] if UUID(id_) in there]
        if len(kept) < len(facts[member]):
            lost.append(f"a {word} was deleted since")
        facts[member] = kept
    removed = _render(session, facts)
    facts["search_text"] = search_text(facts["title"], facts["dek"])
    return facts, (*lost, *removed)


def term_ids(revision: Revision) -> list[UUID]:
    """Every term that a revision names."""
    section = [revision.section_id] if revision.section_id else []
    return [*section, *(UUID(id_) for id_ in (*revision.tag_ids, *revision.author_ids))]


def project(
    session: Session, post: Post, revision: Revision, *, updated_at: datetime, published_at: datetime | None = None
) -> Piece:
    """A revision with its terms, ready to be put before the public; tags that an old one names may be gone since. What
    never was public is dated by `published_at`, else by `updated_at`.
    """
    since = published_at or post.published_at or updated_at
    sections = taxonomy_queries.get_terms(session, Section, {revision.section_id} if revision.section_id else set())
    tags = taxonomy_queries.get_terms(session, Tag, {UUID(id_) for id_ in revision.tag_ids})
    authors = taxonomy_queries.get_terms(session, Author, {UUID(id_) for id_ in revision.author_ids})
    section = sections[revision.section_id] if revision.section_id else None
    return Piece(
        id=post.id,
        kind=post.kind,
        locale=post.locale,
        group_id=post.group_id,
        revision=revision.number,
        slug=revision.slug,
        title=revision.title,
        dek=revision.dek,
        excerpt=revision.excerpt,
        body_html=revision.body_html,
        body_text=revision.body_text,
        section=section,
        section_ids=tuple(taxonomy_queries.ancestors(session, section.id)) if section else (),
        tags=tuple(tags[UUID(id_)] for id_ in revision.tag_ids if UUID(id_) in tags),
        authors=tuple(authors[UUID(id_)] for id_ in revision.author_ids if UUID(id_) in authors),
        featured=revision.featured,
        comments=revision.comments,
        seo=revision.seo,
        published_at=since,
        updated_at=updated_at,
        corrections=tuple(publications_queries.list_corrections(session, post.id)),
    )
