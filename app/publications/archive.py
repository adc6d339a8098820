"""The archive: how many stories each month of each year has, in the magazine's own time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.core.errors import Invalid
from app.core.http.deps import Db, Now
from app.core.http.problems import problems
from app.core.http.ready import Ready
from app.core.http.routes import HotRoute
from app.core.language import Locale
from app.core.text import Line
from app.publications import archive_queries, upcoming
from app.publications.workflow import OLDEST
from app.site import queries as site_queries
from app.site.policies import offered_locale

router = APIRouter(prefix="/v1/archive", tags=["stories"], route_class=HotRoute)


class ArchiveQuery(BaseModel):
    """Which stories are counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Annotated[Locale | None, Field(description="a locale of the site; else all languages")] = None
    section: Annotated[Annotated[str, Line(160)] | None, Field(description="a slug; subsections are included")] = None


class Month(BaseModel):
    """A month that has stories; its bounds are parameters of `/v1/posts`."""

    month: Annotated[int, Field(ge=1, le=12)]
    count: int
    published_after: datetime
    published_before: datetime


class Year(BaseModel):
    """A year that has stories."""

    year: int
    count: int
    months: list[Month]


class Archive(BaseModel):
    """Years and their months, newest first, in the time zone of the site."""

    timezone: Annotated[str, Field(examples=["Africa/Cairo"])]
    years: list[Year]


@router.get("", operation_id="getArchive", response_model=Archive, responses=problems(Invalid))
async def get_archive(db: Db, at: Now, query: Annotated[ArchiveQuery, Query()]) -> Ready:
    """How many stories each month has. The stories of a month are
    `/v1/posts?published_after=…&published_before=…` with its bounds and the same `locale` and `section`.
    """
    await upcoming.settle(db, at)
    archive: Archive = await db.study(_counted, query, at)
    keys = ("site", "posts", *([f"locale-{query.locale}"] if query.locale else []))
    return Ready(archive.model_dump_json().encode(), keys)


def _counted(session: Session, query: ArchiveQuery, at: datetime) -> Archive:
    """Counts by index; what was taken back is subtracted, as it is little."""
    settings = site_queries.get_settings(session)
    if query.locale is not None:
        offered_locale(settings, query.locale)
    section = normalize("NFC", query.section) if query.section is not None else None
    where = archive_queries.Where(query.locale, section)
    oldest = archive_queries.find_oldest(session, where, at)
    bounds = _months(oldest, at, ZoneInfo(settings.timezone)) if oldest is not None else []
    appeared = archive_queries.count_between(session, where, bounds, at) if bounds else []
    gone = Counter(bisect_right(bounds, moment) - 1 for moment in archive_queries.list_gone(session, where, at))
    counts = [number - gone[place] for place, number in enumerate(appeared)]
    return Archive(timezone=settings.timezone, years=_years(bounds, counts, ZoneInfo(settings.timezone)))


def _months(oldest: datetime, newest: datetime, zone: ZoneInfo) -> list[datetime]:
    """The beginnings of all months from the oldest story to now, and of the month that follows. What was dated before
    all newspapers, when nothing refused it, is in none: at the edge of the calendar time zones overflow.
    """
    first, last = max(oldest, OLDEST).astimezone(zone), newest.astimezone(zone)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC) for number in numbers]


def _years(bounds: Sequence[datetime], counts: Sequence[int], zone: ZoneInfo) -> list[Year]:
    spans = zip(bounds[:-1], bounds[1:], counts, strict=True)
    full: list[Any] = [(begin.astimezone(zone), begin, end, count) for begin, end, count in spans if count]
    years = []
    for year, months in groupby(reversed(full), key=lambda span: span[0].year):
        shown = [
            Month(month=local.month, count=count, published_after=begin, published_before=end)
            for local, begin, end, count in months
        ]
        years.append(Year(year=year, count=sum(month.count for month in shown), months=shown))
    return years
