"""From one revision to its public documents: rendered and validated when published, only concatenated when read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.clock import wire_time
from app.core.folding import search_text
from app.core.language import direction, pick
from app.core.text import count_words, excerpt, reading_minutes
from app.publications.models import CommentsMode, Kind
from app.publications.schemas import Story
from app.site.policies import Addresses, SiteSettings
from app.taxonomy.models import Author, Section, Tag, Term


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


def documents(piece: Piece, site: SiteSettings, addresses: Addresses) -> dict[str, str]:
    """The columns of a publication that are ready JSON, and the text that lists search."""
    path = addresses.path(piece.kind.value, piece.locale, piece.slug, piece.published_at, piece.id)
    url = addresses.url(path)
    words = count_words(piece.body_text)
    summary = _summary(piece, site, url, words)
    detail = {
        "body_text": piece.body_text,
        "word_count": words,
        "corrections": [],
        "seo": _seo(piece, summary, url),
        "json_ld": _json_ld(piece, site, summary, words),
    }
    _validate(summary, piece.body_html, detail)
    return {
        "path": path,
        "summary": _json(summary)[:-1],
        "body": _json({"body_html": piece.body_html})[1:-1],
        "detail": _json(detail)[1:-1],
        "link": _json({"slug": piece.slug, "url": url, "title": piece.title}),
        "translation": _json({"locale": piece.locale, "slug": piece.slug, "url": url}),
        "search_text": search_text(piece.title, piece.dek, piece.body_text),
    }


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


def _seo(piece: Piece, summary: Mapping[str, Any], url: str) -> dict[str, str]:
    return {
        "title": piece.seo.get("title") or piece.title,
        "description": piece.seo.get("description") or piece.dek or summary["excerpt"],
        "canonical_url": piece.seo.get("canonical_url") or url,
    }


def _json_ld(piece: Piece, site: SiteSettings, summary: Mapping[str, Any], words: int) -> dict[str, Any]:
    """schema.org NewsArticle, or WebPage for pages."""
    publisher = site.publisher or site.name
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle" if piece.kind is Kind.ARTICLE else "WebPage",
        "headline": piece.title,
        "description": piece.dek or summary["excerpt"],
        "inLanguage": piece.locale,
        "datePublished": summary["published_at"],
        "dateModified": summary["updated_at"],
        "mainEntityOfPage": summary["url"],
        "author": [{"@type": "Person", "name": author["name"]} for author in summary["authors"]],
        "publisher": {"@type": "Organization", "name": pick(publisher, piece.locale, site.default_locale)},
        "articleSection": summary["section"]["name"] if summary["section"] else None,
        "keywords": [tag["name"] for tag in summary["tags"]],
        "wordCount": words,
    }


def _validate(summary: dict[str, Any], body_html: str, detail: dict[str, Any]) -> None:
    """The wire schema judges once, here, so that reading need not."""
    moving = {
        "comment_count": 0,
        "translations": [],
        "previous": None,
        "next": None,
        "previous_in_section": None,
        "next_in_section": None,
        "series": [],
        "related": [],
        "comments": {"status": "open", "count": 0},
    }
    Story.model_validate_json(_json(summary | {"body_html": body_html} | detail | moving))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
