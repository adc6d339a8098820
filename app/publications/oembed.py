"""oEmbed 1.0: the card of a story for sites that are given its address."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import Select, bindparam, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.columns import table_of
from app.core.db import Database, Prepared
from app.core.errors import DomainError, Invalid
from app.core.http.conditional import etag_of, not_modified
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.ready import CACHE_CONTROL
from app.core.language import pick
from app.publications import upcoming
from app.publications.errors import StoryNotFound
from app.publications.models import Publication, PublicPath
from app.publications.queries import visible
from app.site import queries as site_queries
from app.site.policies import Addresses

PATH = "/oembed"
CACHE_AGE = 3_600
_COMMAS = {"ltr": ", ", "rtl": "، "}
router = APIRouter(prefix=PATH, tags=["stories"])

P, PUBLIC = table_of(Publication).c, table_of(PublicPath).c


class NotImplementedFormat(DomainError):
    """Only JSON is spoken here."""

    status, title, slug = 501, "Format not implemented", "format"


class OEmbed(BaseModel):
    """A card of type `link`; the three members of a thumbnail come together or not at all."""

    version: Literal["1.0"] = "1.0"
    type: Literal["link"] = "link"
    title: Annotated[str, Field(examples=["أصوات الميناء"])]
    author_name: str | None = None
    author_url: str | None = None
    provider_name: str
    provider_url: str
    cache_age: Annotated[int, Field(description="seconds for which the card may be kept")] = CACHE_AGE
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None


def _story() -> Select[Any]:
    now = bindparam("now", type_=UTCDateTime())
    statement = select(P.id, P.locale, P.summary, P.detail).join(table_of(PublicPath), PUBLIC.post_id == P.id)
    return statement.where(PUBLIC.path == bindparam("path"), visible(now))


STORY = Prepared(_story)


def _one_of_the_standard(format: str) -> str:
    if format not in ("json", "xml"):
        raise ValueError("must be json")
    return format


Pixels = Annotated[int | None, Query(ge=1, le=100_000, description="a larger picture is left out")]


@router.get(
    "",
    operation_id="getOEmbed",
    response_model=OEmbed,
    responses=problems(StoryNotFound, Invalid, NotImplementedFormat),
)
async def get_oembed(
    request: Request,
    db: Db,
    at: Now,
    url: Annotated[str, Query(max_length=2_000, examples=["https://news.example/en/voices-of-the-harbour"])],
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
    format: Annotated[str, Query(json_schema_extra={"enum": ["json"]}), AfterValidator(_one_of_the_standard)] = "json",
) -> Response:
    """The card of a public story or page by its address in the front end, old addresses included (oEmbed 1.0)."""
    if format != "json":
        raise NotImplementedFormat()
    card, story_id = await _card(db, url, at, (maxwidth, maxheight))
    body = card.model_dump_json(exclude_none=True).encode()
    etag = etag_of(body)
    keys = f"site posts post-{story_id}"
    headers = {
        "ETag": etag,
        "Cache-Control": CACHE_CONTROL.decode(),
        "Surrogate-Key": keys,
        "Cache-Tag": keys.replace(" ", ","),
    }
    if not_modified(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


async def _card(db: Database, url: str, at: datetime, most: tuple[int | None, int | None]) -> tuple[OEmbed, str]:
    settings = await site_queries.fast_settings(db)
    addresses = Addresses.of(settings, db.info["base_url"])
    base = addresses.public_url
    rows = await upcoming.look(db, STORY, {"path": _path(url, base), "now": at})
    if not rows:
        raise StoryNotFound("no public story has this address")
    _, locale, summary_text, detail_text = rows[0]
    summary, detail = json.loads(summary_text + "}"), json.loads("{" + detail_text + "}")
    authors = summary["authors"]
    card = OEmbed(
        title=summary["title"],
        author_name=_COMMAS[summary["dir"]].join(author["name"] for author in authors) or None,
        author_url=addresses.author_url(locale, authors[0]["slug"]) if len(authors) == 1 else None,
        provider_name=pick(settings.name, locale, settings.default_locale),
        provider_url=base,
        **_thumbnail(detail.get("open_graph", {}), most),
    )
    return card, summary["id"]


def _path(url: str, base: str) -> str:
    """The path below the front end's address. Raises StoryNotFound for other sites' addresses."""
    try:
        asked, ours = urlsplit(url), urlsplit(base)
    except ValueError:
        raise StoryNotFound("this is no address of ours") from None
    above = ours.path.rstrip("/")
    if asked.scheme not in ("http", "https") or asked.netloc.lower() != ours.netloc.lower():
        raise StoryNotFound("this is no address of ours")
    if not asked.path.startswith(f"{above}/"):
        raise StoryNotFound("this is no address of ours")
    return normalize("NFC", unquote(asked.path.removeprefix(above)))


def _thumbnail(graph: Mapping[str, str], most: tuple[int | None, int | None]) -> dict[str, Any]:
    """The picture of the story, when its size is known and not too large."""
    sizes = [int(graph.get(f"og:image:{name}", 0)) for name in ("width", "height")]
    fits = all(size and (limit is None or size <= limit) for size, limit in zip(sizes, most, strict=True))
    if not fits or "og:image" not in graph:
        return {}
    return {"thumbnail_url": graph["og:image"], "thumbnail_width": sizes[0], "thumbnail_height": sizes[1]}
