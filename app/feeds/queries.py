"""What stands in feeds beside their stories, and the pieces of sitemaps: prepared, one statement an answer."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, case, cast, func, literal, null, select
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Prepared, Twofold
from app.publications.models import Kind, Publication
from app.publications.queries import shape_of, visible
from app.publications.schemas import Include, StoryQuery
from app.site.models import Site
from app.site.queries import SETTINGS_TEXT
from app.taxonomy.models import Author, Section, Tag, Term

STORIES = 20  # WordPress gives 10, Ghost 15
URLS_IN_SITEMAP = 1_000  # 50,000 are allowed; so many take 40 ms to write and half a megabyte to send
MOST_NEWS = 1_000

P = table_of(Publication).c
LANGUAGES = table_of(Publication).alias("language")
L = LANGUAGES.c

_NOW = bindparam("now", type_=UTCDateTime())
_SINCE = bindparam("since", type_=UTCDateTime())


class Place(StrEnum):
    """What a feed is about; the name is that of the filter of stories."""

    SITE = "site"
    SECTION = "section"
    TAG = "tag"
    AUTHOR = "author"
    LOCALE = "locale"


_TERMS: dict[Place, type[Term]] = {Place.SECTION: Section, Place.TAG: Tag, Place.AUTHOR: Author}

# how the list of stories is asked for, whatever the slug
SHAPES = {
    place: shape_of(
        StoryQuery.model_validate(
            {"include": Include.BODY, "limit": STORIES} | ({} if place is Place.SITE else {place.value: "en"})
        ),
        0,
    )
    for place in Place
}


def _head(place: Place) -> Select[Any]:
    """Settings, when they changed, when the last piece was taken back; id, names, descriptions and change of a term."""
    changed = select(col(Site.updated_at)).where(col(Site.id) == 1).scalar_subquery()
    left = select(func.max(P.unpublish_at)).where(P.unpublish_at <= _NOW).scalar_subquery()
    if place not in _TERMS:
        return select(SETTINGS_TEXT, changed, left, *(null().label(f"none_{number}") for number in range(4)))
    term = table_of(_TERMS[place]).c
    texts = (cast(term.names, Text), cast(term.descriptions, Text))
    head = select(SETTINGS_TEXT, changed, left, term.id, *texts, term.updated_at).where(term.slug == bindparam("slug"))
    return head.where(term.public) if place is Place.TAG else head


def _sitemaps() -> Select[Any]:
    """(number, last change, public pieces) rows. Sitemaps are cut by the ids of all pieces, those taken back too: ids
    rise and none goes, so what stands in an old sitemap stays there, and no row is visited but the index alone.
    """
    gone = P.unpublish_at <= _NOW
    changed = case((gone, P.unpublish_at), else_=P.updated_at)
    shown = case((visible(_NOW), 1), else_=0)
    number = (cast(func.row_number().over(order_by=P.id), BigInteger) - 1) // URLS_IN_SITEMAP
    pieces = select(number.label("place"), changed.label("changed"), shown.label("shown")).subquery()
    rows = select(pieces.c.place + 1, func.max(pieces.c.changed), func.sum(pieces.c.shown))
    return rows.group_by(pieces.c.place).order_by(pieces.c.place)


def _sitemap(database: str) -> Select[Any]:
    """(id, last change, and of each of its languages: id, locale, document, whether it is at home here) rows."""
    page = select(P.id).order_by(P.id).offset(bindparam("skip")).limit(URLS_IN_SITEMAP).subquery()
    rows = select(P.id, P.updated_at, L.id, L.locale, L.translation, _at_home(database, L))
    rows = rows.join(page, page.c.id == P.id).join(LANGUAGES, L.group_id == P.group_id)
    return rows.where(visible(_NOW), visible(_NOW, L.published_at, L.unpublish_at)).order_by(P.id, L.locale)


def _news(database: str) -> Select[Any]:
    """(published, locale, title, link) rows, newest first."""
    rows = select(P.published_at, P.locale, P.title, P.link).where(P.kind == Kind.ARTICLE.value)
    rows = rows.where(P.published_at >= _SINCE, visible(_NOW), _at_home(database, P))
    return rows.order_by(P.published_at.desc(), P.id.desc()).limit(MOST_NEWS)


def _at_home(database: str, columns: Any) -> ColumnElement[bool]:
    """Whether its canonical address is its own: both documents end with the address, so they end alike. What a story
    says of itself cannot look like this, since quotes in it are escaped.
    """
    find = func.instr if database == "sqlite" else func.strpos
    address = func.substr(columns.translation, find(columns.translation, '"url":') + len('"url":'))
    return find(columns.detail, literal('"canonical_url":').concat(address)) > 0


HEAD = Prepared(_head)
SITEMAPS = Prepared(_sitemaps)
SITEMAP = Twofold(_sitemap)
NEWS = Twofold(_news)
