"""Dates at the edge of the calendar: what the desk takes, and what the archive makes of what stands there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, update

from app.publications import archive
from app.publications.models import Publication, PublicationTerm
from app.site.policies import Addresses, UrlPatterns
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened

pytestmark = pytest.mark.anyio

ANY = {"If-Match": "*"}
ZONES = ["Africa/Cairo", "America/New_York", "UTC"]


async def publish(desk: Desk, title: str, published_at: str) -> Any:
    post = await opened(desk, title=title, section="culture")
    url = f"{POSTS}/{post['id']}/publication"
    return await desk.put(url, json={"published_at": published_at}, headers=ANY)


async def culture(newsroom: Newsroom, zone: str) -> Desk:
    """An editor of a magazine in that time zone, with a section."""
    admin = await newsroom.staff("admin")
    assert (await admin.patch("/v1/editor/site", json={"timezone": zone}, headers=ANY)).status_code == 200
    await admin.post("/v1/editor/sections", json={"slug": "culture", "names": {"en": "Culture"}})
    return await newsroom.staff("editor")


async def months(newsroom: Newsroom, query: str = "") -> list[tuple[int, int, int]]:
    answer = await newsroom.reader.get(f"/v1/archive{query}")
    assert answer.status_code == 200, answer.text
    years = answer.json()["years"]
    return [(year["year"], month["month"], month["count"]) for year in years for month in year["months"]]


def backdate(session: Session, id_: str, moment: datetime) -> None:
    """What nothing refused once."""
    for table, key in ((Publication, Publication.id), (PublicationTerm, PublicationTerm.post_id)):
        session.execute(update(table).where(col(key) == UUID(id_)).values(published_at=moment))


async def test_no_story_is_older_than_newspapers(newsroom: Newsroom) -> None:
    desk = await culture(newsroom, "Africa/Cairo")
    for early in ("0001-01-01T00:00:00Z", "1599-12-31T23:59:59Z", "1600-01-01T01:00:00+02:00"):
        answer = await publish(desk, "Too early", early)
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"], error["detail"]) == (
            "/body/published_at",
            "too_early",
            "must not be before 1600",
        )
    first = await publish(desk, "First", "1600-01-01T00:00:00Z")
    assert (first.status_code, first.json()["published_at"]) == (200, "1600-01-01T00:00:00Z")
    assert await months(newsroom) == [(1600, 1, 1)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("query", ["", "?locale=en", "?section=culture", "?section=culture&locale=en"])
async def test_old_rows_break_no_archive(newsroom: Newsroom, zone: str, query: str) -> None:
    desk = await culture(newsroom, zone)
    await publish(desk, "Told", "2019-05-15T10:00:00Z")
    old = [(await publish(desk, title, "2018-05-15T10:00:00Z")).json()["id"] for title in ("One", "Two")]
    dates = (datetime(1, 1, 1, tzinfo=UTC), datetime(1599, 1, 1, tzinfo=UTC))
    for id_, moment in zip(old, dates, strict=True):
        await newsroom.db.write(backdate, id_, moment)
    assert await months(newsroom, query) == [(2019, 5, 1)]
    await desk.delete(f"{POSTS}/{old[0]}/publication", headers=ANY)
    assert await months(newsroom, query) == [(2019, 5, 1)]


@pytest.mark.parametrize("query", ["", "?section=culture"])
async def test_what_was_taken_back_makes_no_archive_longer(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    desk = await culture(newsroom, "UTC")
    gone = (await publish(desk, "Gone", "1700-01-01T00:00:00Z")).json()["id"]
    await publish(desk, "Told", "2019-05-15T10:00:00Z")
    await desk.delete(f"{POSTS}/{gone}/publication", headers=ANY)
    begins: list[datetime] = []
    lay_out = archive._months

    def seen(oldest: datetime, newest: datetime, zone: ZoneInfo) -> list[datetime]:
        begins.append(oldest)
        return lay_out(oldest, newest, zone)

    monkeypatch.setattr(archive, "_months", seen)
    assert await months(newsroom, query) == [(2019, 5, 1)]
    assert begins == [datetime(2019, 5, 15, 10, tzinfo=UTC)]


def test_years_have_four_digits() -> None:
    places = Addresses(public_url="https://news.example", patterns=UrlPatterns(article="/{yyyy}/{mm}/{slug}"))
    id_ = UUID(int=0)
    for year, shown in ((801, "0801"), (2026, "2026")):
        moment = datetime(year, 3, 1, tzinfo=UTC) + timedelta(days=1)
        assert places.path("article", "en", "harbour", moment, id_) == f"/{shown}/03/harbour"
