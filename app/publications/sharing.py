"""What search engines and other sites are told of a story: schema.org as JSON-LD, and Open Graph."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.core.images import Image
from app.core.language import pick
from app.core.text import excerpt
from app.publications.models import Kind
from app.site.policies import Addresses, SiteSettings

LONGEST_HEADLINE = 110  # search engines cut what is longer
MOST_IMAGES = 10

# where a language without a region is at home, as Open Graph wants to know; for others it is told nothing
_TERRITORIES = {
    "am": "ET", "ar": "AR", "bn": "IN", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES",
    "fa": "IR", "fi": "FI", "fr": "FR", "ha": "NG", "he": "IL", "hi": "IN", "hu": "HU", "id": "ID", "it": "IT",
    "ja": "JP", "ko": "KR", "ku": "TR", "ms": "MY", "nl": "NL", "no": "NO", "pl": "PL", "ps": "AF", "pt": "PT",
    "ro": "RO", "ru": "RU", "so": "SO", "sv": "SE", "sw": "KE", "tr": "TR", "uk": "UA", "ur": "PK", "vi": "VN",
    "zh": "CN",
}  # fmt: skip


class Told(NamedTuple):
    """What both are made of: members of the story as they stand on the wire, and the pictures of its body."""

    summary: Mapping[str, Any]
    seo: Mapping[str, str]
    corrections: Sequence[Mapping[str, Any]]
    words: int
    images: Sequence[Image]

    @property
    def is_article(self) -> bool:
        """Pages have no section and no words to count."""
        return bool(self.summary["kind"] == Kind.ARTICLE.value)


def json_ld(told: Told, site: SiteSettings, addresses: Addresses) -> dict[str, Any]:
    """schema.org NewsArticle, or WebPage for pages; what is not known is left out, never null."""
    summary, locale = told.summary, told.summary["locale"]
    name = pick(site.name, locale, site.default_locale)
    publisher = {"name": pick(site.publisher, locale, site.default_locale) or name, "url": addresses.public_url}
    logo = {"logo": {"@type": "ImageObject", "url": site.logo}} if site.logo else {}
    document = {
        "@context": "https://schema.org",
        "@type": "NewsArticle" if told.is_article else "WebPage",
        "@id": summary["url"],
        "url": summary["url"],
        "mainEntityOfPage": summary["url"],
        "headline": excerpt(summary["title"], LONGEST_HEADLINE),
        "description": summary["dek"] or summary["excerpt"],
        "image": [image.src for image in _fetchable(told)[:MOST_IMAGES]],
        "inLanguage": locale,
        "datePublished": summary["published_at"],
        "dateModified": summary["updated_at"],
        "author": [_person(author, addresses, locale) for author in summary["authors"]],
        "publisher": {"@type": "Organization", **publisher, **logo},
        "isPartOf": {"@type": "WebSite", "name": name, "url": addresses.public_url},
        "isAccessibleForFree": True,
        "keywords": [tag["name"] for tag in summary["tags"]],
        "correction": [_comment(correction, locale) for correction in told.corrections],
    }
    if told.is_article:
        document |= {"articleSection": _section(summary), "wordCount": told.words}
    return {member: value for member, value in document.items() if value not in (None, [], "")}


def for_script(document: str) -> str:
    """JSON that means the same and can be printed into a script element: nothing in it ends the element."""
    return document.replace("<", "\\u003c")


def _section(summary: Mapping[str, Any]) -> str | None:
    return summary["section"]["name"] if summary["section"] else None


def _person(author: Mapping[str, str], addresses: Addresses, locale: str) -> dict[str, str]:
    person = {"@type": "Person", "name": author["name"]}
    url = addresses.author_url(locale, author["slug"])
    return person | ({"url": url} if url else {})


def _comment(correction: Mapping[str, Any], locale: str) -> dict[str, str]:
    told = {"text": correction["text"], "datePublished": correction["at"], "inLanguage": locale}
    return {"@type": "CorrectionComment", **told}


def open_graph(told: Told, site: SiteSettings, addresses: Addresses) -> dict[str, str | list[str]]:
    """Properties of ogp.me by their names; a list stands for one `meta` element an item."""
    summary, locale = told.summary, told.summary["locale"]
    found: dict[str, str | list[str] | None] = {
        "og:title": told.seo["title"],
        "og:type": "article" if told.is_article else "website",
        "og:url": told.seo["canonical_url"],
        "og:description": told.seo["description"],
        "og:site_name": pick(site.name, locale, site.default_locale),
        "og:locale": og_locale(locale),
    }
    found |= _picture(_fetchable(told))
    if told.is_article:
        found |= {
            "article:published_time": summary["published_at"],
            "article:modified_time": summary["updated_at"],
            "article:section": _section(summary),
            "article:author": _profiles(summary["authors"], addresses, locale),
            "article:tag": [tag["name"] for tag in summary["tags"]],
        }
    return {name: value for name, value in found.items() if value}


def _profiles(authors: Sequence[Mapping[str, str]], addresses: Addresses, locale: str) -> list[str]:
    """Pages of bylines where the front end has such, else their names, which readers of the data take as well."""
    return [addresses.author_url(locale, author["slug"]) or author["name"] for author in authors]


def _picture(images: Sequence[Image]) -> dict[str, str | None]:
    """The first one is shown beside the link."""
    for image in images:
        told: dict[str, str | None] = {"og:image": image.src, "og:image:alt": image.alt}
        sizes = {"width": image.width, "height": image.height}
        return told | {f"og:image:{name}": str(pixels) for name, pixels in sizes.items() if pixels}
    return {}


def _fetchable(told: Told) -> list[Image]:
    return [image for image in told.images if image.src.startswith(("http://", "https://"))]


def og_locale(locale: str) -> str | None:
    """Open Graph's `language_TERRITORY`: the region of the code, else where the language is at home."""
    language, *rest = locale.split("-")
    territory = next((part for part in rest if len(part) == 2), None) or _TERRITORIES.get(language)
    return f"{language}_{territory}" if territory else None
