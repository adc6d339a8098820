"""What crawlers are told: sitemaps with every language of a story, news of two days, and what to leave alone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.feeds import crawling, queries
from app.feeds.sitemap_files import news_language
from app.publications.service import take_back
from tests.comments.talk import NOON
from tests.counting import counted_queries
from tests.feeds.reading import SPACES, done, fetched, setup, texts, tree
from tests.house.doors import routes
from tests.make import live_story
from tests.newsroom import BASE, Newsroom
from tests.posts.clockwork import in_hours, plan
from tests.posts.desk import opened, published

pytestmark = pytest.mark.anyio

XML = ("/sitemap.xml", "/sitemaps/1.xml", "/news-sitemap.xml")


async def locations(newsroom: Newsroom, path: str) -> list[str]:
    return [text.removeprefix(BASE) for text in texts(await tree(newsroom, path), "*/map:loc")]


async def test_stories_and_pages_with_their_languages(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await setup(newsroom, public_url="https://front.example/mag", default_locale="ar")
    desk = await newsroom.staff("editor")
    english = await published(desk, title="Harbour")
    await published(desk, title="ميناء", locale="ar", translation_of=english["id"])
    await published(desk, title="About", kind="page")
    alone = await published(desk, title="Alone")
    gone = await published(desk, title="Gone", locale="ar", translation_of=alone["id"])
    await done(desk, "DELETE", gone, "/publication")
    root = await tree(newsroom, "/sitemaps/1.xml")
    front = "https://front.example/mag"
    arabic = f"{front}/ar/%D9%85%D9%8A%D9%86%D8%A7%D8%A1"
    assert texts(root, "map:url/map:loc") == [
        f"{front}/", f"{front}/en/harbour", arabic, f"{front}/en/about", f"{front}/en/alone",
    ]  # fmt: skip
    assert texts(root, "map:url/map:lastmod") == ["2026-11-22T12:00:00Z"] * 4
    each = [("ar", arabic), ("x-default", arabic), ("en", f"{front}/en/harbour")]
    for url, links in zip(root, ([], each, each, [], []), strict=True):
        found = url.findall("xhtml:link[@rel='alternate']", SPACES)
        assert [(link.get("hreflang"), link.get("href")) for link in found] == links


async def test_the_index_says_what_changed_when(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "URLS_IN_SITEMAP", 2)
    monkeypatch.setattr(crawling, "URLS_IN_SITEMAP", 2)

    def put(session: Session) -> None:
        for number in range(5):
            live_story(session, slug=f"s-{number}", published_at=NOON + timedelta(hours=number))

    await newsroom.db.write(put)
    newsroom.set_clock(in_hours(5))
    root = await tree(newsroom, "/sitemap.xml")
    assert texts(root, "*/map:loc") == [f"{BASE}/sitemaps/{number}.xml" for number in (1, 2, 3)]
    assert texts(root, "*/map:lastmod") == [f"2026-11-22T{hour}:00:00Z" for hour in (13, 15, 16)]
    pages = {number: await locations(newsroom, f"/sitemaps/{number}.xml") for number in (1, 2, 3)}
    assert pages == {1: ["/", "/en/s-0", "/en/s-1"], 2: ["/en/s-2", "/en/s-3"], 3: ["/en/s-4"]}
    assert (await newsroom.reader.get("/sitemaps/4.xml")).status_code == 404
    for slug in ("s-2", "s-3"):
        post_id = UUID((await newsroom.reader.get(f"/v1/posts/{slug}")).json()["id"])
        await newsroom.db.write(take_back, post_id, at=in_hours(5))
    assert await locations(newsroom, "/sitemap.xml") == ["/sitemaps/1.xml", "/sitemaps/3.xml"]
    assert await locations(newsroom, "/sitemaps/3.xml") == ["/en/s-4"]
    assert (await newsroom.reader.get("/sitemaps/2.xml")).status_code == 404


async def test_what_lives_elsewhere_is_left_to_that_site(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    own = await published(desk, title="Own", body='"canonical_url":"https://elsewhere.example/"')
    elsewhere = {"seo": {"canonical_url": "https://agency.example/story"}}
    await published(desk, title="ضيف", slug="guest", locale="ar", translation_of=own["id"], **elsewhere)
    assert await locations(newsroom, "/sitemaps/1.xml") == ["/", "/en/own"]
    assert texts(await tree(newsroom, "/sitemaps/1.xml"), "map:url/xhtml:link/@href") == []
    assert await locations(newsroom, "/news-sitemap.xml") == ["/en/own"]


async def test_the_clock_and_the_desk_are_heard_at_once(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    await plan(desk, await opened(desk, title="Later"), publish=1)
    short = await published(desk, title="Short")
    await plan(desk, short, end=2)
    told = {0: ["/en/short"], 1: ["/en/later", "/en/short"], 2: ["/en/later"], 49: ["/en/later"], 50: []}
    for hours, stories in told.items():
        newsroom.set_clock(in_hours(hours))
        assert sorted(await locations(newsroom, "/news-sitemap.xml")) == stories, hours
        if hours < 49:
            assert sorted(await locations(newsroom, "/sitemaps/1.xml")) == ["/", *stories]
    changed = texts(await tree(newsroom, "/sitemap.xml"), "*/map:lastmod")
    assert changed == ["2026-11-22T14:00:00Z"]


async def test_news_are_named_in_their_language(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await setup(newsroom, name={"en": "Harbour Post", "ar": "بريد الميناء"})
    desk = await newsroom.staff("editor")
    await published(desk, title="Fish & chips")
    newsroom.set_clock(in_hours(1))
    await published(desk, title="أصوات", locale="ar")
    await published(desk, title="About", kind="page")
    root = await tree(newsroom, "/news-sitemap.xml")
    assert texts(root, "*//news:name") == ["بريد الميناء", "Harbour Post"]
    assert texts(root, "*//news:language") == ["ar", "en"]
    assert texts(root, "*//news:title") == ["أصوات", "Fish & chips"]
    assert texts(root, "*//news:publication_date") == ["2026-11-22T13:00:00Z", "2026-11-22T12:00:00Z"]


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en", "en"), ("ar-EG", "ar"), ("ckb", "ckb"), ("zh", "zh-cn"), ("zh-Hans", "zh-cn"), ("zh-Hant", "zh-tw"),
     ("zh-TW", "zh-tw"), ("zh-Hant-HK", "zh-tw")],
)  # fmt: skip
def test_languages_as_news_search_knows_them(locale: str, language: str) -> None:
    assert news_language(locale) == language


@pytest.mark.parametrize("number", ["0", "01", "-1", "1.5", "x", "2", "99999", "100000", "9" * 400, "١", "1%0A"])
async def test_there_are_no_other_sitemaps(newsroom: Newsroom, number: str) -> None:
    answer = await newsroom.reader.get(f"/sitemaps/{number}.xml")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_an_empty_site_has_a_front_page(newsroom: Newsroom) -> None:
    assert await locations(newsroom, "/sitemap.xml") == ["/sitemaps/1.xml"]
    assert await locations(newsroom, "/sitemaps/1.xml") == ["/"]
    assert await locations(newsroom, "/news-sitemap.xml") == []


async def test_caches_know_them_by_their_path_alone(newsroom: Newsroom) -> None:
    await published(await newsroom.staff("editor"))
    for path in (*XML, "/robots.txt"):
        plain = await fetched(newsroom, path)
        other = await newsroom.reader.get(f"{path}?a=1&a=2&locale=fr", headers={"Host": "evil.example"})
        assert other.content == plain.content
        tag = plain.headers["ETag"]
        again = await newsroom.reader.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        head = await newsroom.reader.head(path)
        assert (head.content, head.headers["ETag"]) == (b"", tag)
        assert plain.headers["cache-control"].startswith("public, ")
        assert plain.headers["access-control-allow-origin"] == "*"
        assert plain.headers["surrogate-key"] == ("site" if path == "/robots.txt" else "site posts")


async def test_each_is_read_by_the_same_few_statements(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for _ in range(2):
        await published(desk)
        for path in XML:
            with counted_queries() as seen:
                await fetched(newsroom, path)
            assert len(seen) == 1, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL scans a table of no rows
@pytest.mark.parametrize("statement", ["SITEMAPS", "SITEMAP", "NEWS"])
async def test_no_piece_is_looked_for_without_an_index(newsroom: Newsroom, statement: str) -> None:
    prepared = getattr(queries, statement)
    shape = () if statement == "SITEMAPS" else ("sqlite",)

    def plan_of(session: Session) -> list[str]:
        built = prepared.build(*shape).compile(dialect=session.get_bind().dialect)
        values: Any = tuple(None for _ in built.positiontup or ())
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {built}", values)
        return [row[3] for row in rows]

    lines = [line for line in await newsroom.stored(plan_of) if " publication" in line or " language" in line]
    assert lines
    assert [line for line in lines if " INDEX " not in line] == []


async def test_robots_are_told_what_to_leave_alone(newsroom: Newsroom) -> None:
    text = (await fetched(newsroom, "/robots.txt")).text
    assert text.startswith("User-agent: *\nDisallow: /v1/editor/\n")
    assert [line for line in text.splitlines() if line.startswith("Sitemap")] == [
        f"Sitemap: {BASE}/sitemap.xml",
        f"Sitemap: {BASE}/news-sitemap.xml",
    ]
    paths = [route.path for route in routes(newsroom.app)]
    for left in crawling.LEFT_ALONE:
        assert [path for path in paths if path.startswith(left)], left
    open_to_all = ("/v1/posts", "/v1/site", "/feeds/rss.xml", "/sitemap.xml", "/embed/posts/x/comments")
    assert [path for path in open_to_all if path.startswith(crawling.LEFT_ALONE)] == []
