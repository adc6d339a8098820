"""From one revision to its public documents: rendered and validated when published, only concatenated when read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.clock import wire_time
from app.core.folding import search_text
from app.core.images import images_in
from app.core.language import direction, pick
from app.core.text import count_words, excerpt, reading_minutes
from app.publications.models import CommentsMode, Correction, Kind
from app.publications.schemas import Story
from app.publications.sharing import Told, for_script, json_ld, open_graph
from app.publications.workflow import thread_mode
from app.site.policies import Addresses, SiteSettings
from app.taxonomy.models import Author, Section, Tag, Term

# rises with the members of the documents: those of an older shape are written anew after an upgrade
DOC_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is put before the public: one revision of a dossier with the terms that it names."""

    id: UUID
    kind: Kind
    locale: str
    group_id: UUID
    revision: int
    slug: str
    title: str
    dek: str
    excerpt: str
    body_html: str
    body_text: str
    section: Section | None
    section_ids: tuple[UUID, ...]  # the section and its ancestors
    tags: tuple[Tag, ...]
    authors: tuple[Author, ...]
    featured: bool
    comments: CommentsMode | None
    seo: Mapping[str, str]
    published_at: datetime
    updated_at: datetime
    corrections: tuple[Correction, ...] = ()  # oldest first


def documents(piece: Piece, site: SiteSettings, addresses: Addresses) -> dict[str, str]:
    """The columns of a publication that are ready JSON, and the text that lists search."""
    path = addresses.path(piece.kind.value, piece.locale, piece.slug, piece.published_at, piece.id)
    url = addresses.url(path)
    words = count_words(piece.body_text)
    summary = _summary(piece, site, url, words)
    corrections = [_correction(correction) for correction in piece.corrections]
    told = Told(summary, _seo(piece, summary, url), corrections, words, images_in(piece.body_html))
    detail = {
        "body_text": piece.body_text,
        "word_count": words,
        "corrections": corrections,
        "seo": told.seo,
        "json_ld": json_ld(told, site, addresses),
        "open_graph": open_graph(told, site, addresses),
    }
    _validate(summary, piece.body_html, detail)
    return {
        "path": path,
        "summary": _json(summary)[:-1],
        "body": _json({"body_html": piece.body_html})[1:-1],
        "detail": for_script(_json(detail))[1:-1],
        "link": _json({"slug": piece.slug, "url": url, "title": piece.title}),
        "translation": _json({"locale": piece.locale, "slug": piece.slug, "url": url}),
        "search_text": search_text(piece.title, piece.dek, piece.body_text),
    }


def whole_story(piece: Piece, site: SiteSettings, addresses: Addresses, *, at: datetime) -> dict[str, Any]:
    """A story on its own, as it would be published: with its documents, and nothing around it."""
    made = documents(piece, site, addresses)
    story: dict[str, Any] = json.loads(f"{made['summary']},{made['body']},{made['detail']}}}")
    status = thread_mode(piece.kind, piece.comments, piece.published_at, site.comments, at=at).value
    return story | _MOVING | {"comments": {"status": status, "count": 0}}


def _summary(piece: Piece, site: SiteSettings, url: str, words: int) -> dict[str, Any]:
    def named(terms: Iterable[Term]) -> list[dict[str, str]]:
        return [{"slug": term.slug, "name": pick(term.names, piece.locale, site.default_locale)} for term in terms]

    return {
        "id": str(piece.id),
        "kind": piece.kind.value,
        "slug": piece.slug,
        "url": url,
        "locale": piece.locale,
        "dir": direction(piece.locale),
        "title": piece.title,
        "dek": piece.dek,
        "excerpt": piece.excerpt or excerpt(piece.body_text),
        "published_at": wire_time(piece.published_at),
        "updated_at": wire_time(piece.updated_at),
        "section": named([piece.section])[0] if piece.section else None,
        "tags": named(piece.tags),
        "authors": named(piece.authors),
        "cover": None,
        "featured": piece.featured,
        "reading_minutes": reading_minutes(words),
    }


def _correction(correction: Correction) -> dict[str, str]:
    at = wire_time(correction.at)
    return {"id": str(correction.id), "kind": correction.kind.value, "text": correction.text, "at": at}


def _seo(piece: Piece, summary: Mapping[str, Any], url: str) -> dict[str, str]:
    return {
        "title": piece.seo.get("title") or piece.title,
        "description": piece.seo.get("description") or piece.dek or summary["excerpt"],
        "canonical_url": piece.seo.get("canonical_url") or url,
    }


# what reading splices in, while there is nothing of it
_MOVING: dict[str, Any] = {
    "comment_count": 0,
    "translations": [],
    "hreflang": [],
    "previous": None,
    "next": None,
    "previous_in_section": None,
    "next_in_section": None,
    "series": [],
    "related": [],
    "comments": {"status": "open", "count": 0},
}


def _validate(summary: dict[str, Any], body_html: str, detail: dict[str, Any]) -> None:
    """The wire schema judges once, here, so that reading need not."""
    Story.model_validate_json(_json(summary | {"body_html": body_html} | detail | _MOVING))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
