"""Feeds: valid by the rules of each format, in the right language, and never a moment behind."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

import feedparser
import pytest

from app.core.clock import now
from app.core.db import Prepared
from app.feeds.xml import fit
from tests.comments.talk import NOON
from tests.counting import counted_statements
from tests.feeds.reading import ANY, SPACES, done, fetched, setup, texts, tree
from tests.newsroom import BASE, Newsroom
from tests.posts.clockwork import in_hours, plan
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

FILES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
PLACES = ("", "/sections/culture", "/tags/sea", "/authors/layla", "/locales/ar")
HARBOUR = "أصوات الميناء"
each_file = pytest.mark.parametrize("file", FILES)


async def magazine(newsroom: Newsroom) -> Any:
    """An editor of a magazine in two languages, with a section below another and one story in each language."""
    await setup(
        newsroom,
        name={"en": "Harbour Post", "ar": "بريد الميناء"},
        tagline={"en": "By the sea", "ar": "على البحر"},
        public_url="https://front.example/mag",
        url_patterns={"author": "/{locale}/authors/{slug}"},
        logo="https://front.example/logo.png",
    )
    desk = await newsroom.staff("editor")
    terms: tuple[tuple[str, dict[str, Any]], ...] = (
        ("sections", {"slug": "culture", "names": {"en": "Culture", "ar": "ثقافة"}}),
        ("sections", {"slug": "books", "names": {"en": "Books", "ar": "كتب"}, "parent": "culture"}),
        ("tags", {"slug": "sea", "names": {"en": "Sea", "ar": "بحر"}}),
        ("authors", {"slug": "layla", "names": {"en": "Layla Haddad", "ar": "ليلى حداد"}}),
    )
    for kind, term in terms:
        answer = await desk.post(f"/v1/editor/{kind}", json=term)
        assert answer.status_code == 201, answer.text
    shared = {"section": "books", "tags": ["sea"], "authors": ["layla"]}
    await published(desk, title="Fish & <Chips>", slug="fish", dek="A dek", body="One *two* ]]> &amp;", **shared)
    await published(desk, title=HARBOUR, locale="ar", body="قبل **الفجر**.", **shared)
    return desk


def check_rss(root: Any) -> None:
    """The rules of RSS 2.0 and of the RSS Advisory Board."""
    (channel,) = root
    assert (root.tag, root.get("version"), channel.tag) == ("rss", "2.0", "channel")
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert len(channel.findall(name)) == 1, name
        assert channel.findtext(name), name
    parsedate_to_datetime(channel.findtext("lastBuildDate"))
    assert channel.xpath("atom:link[@rel='self']/@type", namespaces=SPACES) == ["application/rss+xml"]
    for image in channel.findall("image"):
        assert image.findtext("title") == channel.findtext("title")
        assert image.findtext("link") == channel.findtext("link")
    for item in channel.findall("item"):
        for name in ("title", "link", "guid", "pubDate", "description"):
            assert len(item.findall(name)) == 1, name
        assert item.find("guid").get("isPermaLink") == "false"
        assert item.findtext("pubDate").endswith(" GMT")
        parsedate_to_datetime(item.findtext("pubDate"))
        assert len(texts(item, "content:encoded")) == 1


def check_atom(root: Any) -> None:
    """The rules of RFC 4287, sections 4.1.1 and 4.1.2."""
    for element in (root, *root.findall("atom:entry", SPACES)):
        for name in ("id", "title", "updated"):
            assert len(texts(element, f"atom:{name}")) == 1, name
            assert texts(element, f"atom:{name}")[0], name
        assert texts(element, "atom:id")[0].startswith(("urn:uuid:", "https://"))
        for name in texts(element, "atom:updated") + texts(element, "atom:published"):
            assert datetime.fromisoformat(name).tzinfo is not None
        assert len(texts(element, "atom:link[@rel='alternate'][@type='text/html']/@href")) == 1
        assert element.get("{http://www.w3.org/XML/1998/namespace}lang")
    assert texts(root, "atom:link[@rel='self']/@type") == ["application/atom+xml"]
    assert texts(root, "atom:author/atom:name")[0]
    assert set(texts(root, "atom:entry/atom:content/@type")) <= {"html"}
    ids = texts(root, "atom:entry/atom:id")
    assert len(set(ids)) == len(ids)


def check_json(feed: Any) -> None:
    """The rules of JSON Feed 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"].startswith("https://")
    assert None not in feed.values()
    for item in feed["items"]:
        assert {"id", "url", "title", "content_html", "summary", "date_published", "date_modified"} <= set(item)
        assert all(isinstance(item[name], str) for name in ("id", "url", "content_html", "language"))
        assert all(author["name"] for author in item.get("authors", []))
        assert None not in item.values()


async def test_every_feed_is_valid_and_says_where_it_is(newsroom: Newsroom) -> None:
    await magazine(newsroom)
    for place in PLACES:
        for file in FILES:
            titles = await valid_titles(newsroom, f"/feeds{place}/{file}", file)
            assert titles == ([HARBOUR] if place == "/locales/ar" else [HARBOUR, "Fish & <Chips>"]), (place, file)


async def valid_titles(newsroom: Newsroom, path: str, file: str) -> list[str]:
    """Of a feed that keeps the rules of its format, whatever the request says about hosts."""
    answer = await newsroom.reader.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, FILES[file])
    assert "evil.example" not in answer.text
    assert f"{BASE}{path}" in answer.text
    if file == "feed.json":
        check_json(answer.json())
        return [item["title"] for item in answer.json()["items"]]
    (check_rss if file == "rss.xml" else check_atom)(await tree(newsroom, path))
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    return [entry.title for entry in read.entries]


async def test_what_readers_of_rss_get(newsroom: Newsroom) -> None:
    await magazine(newsroom)
    root = await tree(newsroom, "/feeds/sections/culture/rss.xml")
    assert texts(root, "channel/title") == ["Harbour Post – Culture"]
    assert texts(root, "channel/link") == ["https://front.example/mag/"]
    assert texts(root, "channel/description") == ["By the sea"]
    arabic, english = root.findall("channel/item")
    assert texts(arabic, "dc:creator") == ["ليلى حداد"]
    assert texts(arabic, "category") == ["كتب", "بحر"]
    assert texts(arabic, "dc:language") == ["ar"]
    assert texts(arabic, "content:encoded") == ['<div lang="ar" dir="rtl"><p>قبل <strong>الفجر</strong>.</p></div>']
    assert texts(arabic, "link") == ["https://front.example/mag/ar/" + quote("أصوات-الميناء")]
    assert texts(english, "description") == ["A dek"]
    assert texts(english, "content:encoded") == ['<div lang="en" dir="ltr"><p>One <em>two</em> ]]&gt; &amp;</p></div>']
    assert english.find("enclosure") is None


NAMES = {
    "": ("en", "Harbour Post", "/"),
    "/locales/ar": ("ar", "بريد الميناء", "/"),
    "/tags/sea": ("en", "Harbour Post – Sea", "/"),
    "/authors/layla": ("en", "Harbour Post – Layla Haddad", "/en/authors/layla"),
}


async def test_feeds_are_named_in_their_language(newsroom: Newsroom) -> None:
    await magazine(newsroom)
    front = "https://front.example/mag"
    for place, (language, title, home) in NAMES.items():
        feed = (await fetched(newsroom, f"/feeds{place}/feed.json")).json()
        assert (feed["language"], feed["title"], feed["home_page_url"]) == (language, title, front + home)
        assert feed["items"][0]["authors"] == [{"name": "ليلى حداد", "url": f"{front}/ar/authors/layla"}]
        atom = await tree(newsroom, f"/feeds{place}/atom.xml")
        assert (atom.get("{http://www.w3.org/XML/1998/namespace}lang"), texts(atom, "atom:title")) == (
            language,
            [title],
        )


@each_file
async def test_an_empty_feed_is_a_feed_that_stays_the_same(newsroom: Newsroom, file: str) -> None:
    first, second = [await fetched(newsroom, f"/feeds/{file}") for _ in range(2)]
    assert first.headers["ETag"] == second.headers["ETag"]
    if file == "atom.xml":
        check_atom(await tree(newsroom, "/feeds/atom.xml"))


NOWHERE = [
    "/feeds", "/feeds/", "/feeds/rss", "/feeds/rss.xml/", "/feeds/RSS.xml", "/feeds/rssXxml", "/feeds/tags/rss.xml",
    "/feeds/sections/none/rss.xml", "/feeds/tags/none/atom.xml", "/feeds/authors/none/feed.json",
    "/feeds/sections/sea/rss.xml", "/feeds/locales/fr/rss.xml", "/feeds/locales/AR/rss.xml",
    "/feeds/locales/%27%20OR%201/rss.xml", "/feeds/series/x/rss.xml", f"/feeds/tags/{'a' * 3000}/rss.xml",
    "/feeds/tags/a%00b/rss.xml", "/feeds/tags/%FF/rss.xml", "/feeds/tags/a,sea/rss.xml",
]  # fmt: skip


async def test_there_are_no_other_feeds(newsroom: Newsroom) -> None:
    await magazine(newsroom)
    for path in NOWHERE:
        answer = await newsroom.reader.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
        assert answer.headers["cache-control"] == "no-store"


@each_file
async def test_caches_know_them_by_their_path_alone(newsroom: Newsroom, file: str) -> None:
    await magazine(newsroom)
    path = f"/feeds/{file}"
    plain = await fetched(newsroom, path)
    for query in ("?utm_source=x", "?limit=0", "?a=1&a=2", "?locale=fr", "?%FF=1", "?" + "&".join("abc" * 50)):
        assert (await fetched(newsroom, path + query)).content == plain.content
    tag = plain.headers["ETag"]
    assert tag.startswith('"')
    again = await newsroom.reader.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    head = await newsroom.reader.head(path)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
    assert head.headers["content-length"] == str(len(plain.content))
    assert plain.headers["cache-control"].startswith("public, ")
    assert plain.headers["access-control-allow-origin"] == "*"
    assert plain.headers["surrogate-key"].split()[:2] == ["site", "posts"]
    assert plain.headers["cache-tag"] == plain.headers["surrogate-key"].replace(" ", ",")
    assert parsedate_to_datetime(plain.headers["last-modified"]) <= now()
    # a date alone keeps nobody on what was withdrawn in the same second
    dated = await newsroom.reader.get(path, headers={"If-Modified-Since": plain.headers["last-modified"]})
    assert dated.status_code == 200
    refused = await newsroom.reader.post(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert (await newsroom.reader.get(path, headers={"Authorization": "Bearer x"})).headers[
        "cache-control"
    ] == "no-store"


async def test_what_is_purged_when_a_term_or_language_changes(newsroom: Newsroom) -> None:
    desk = await magazine(newsroom)
    keys = {}
    for place in PLACES[1:]:
        keys[place] = (await fetched(newsroom, f"/feeds{place}/rss.xml")).headers["surrogate-key"].split()[2]
    assert keys["/locales/ar"] == "locale-ar"
    for kind, slug in (("section", "culture"), ("tag", "sea"), ("author", "layla")):
        found = (await desk.get(f"/v1/{kind}s/{slug}")).json()
        assert keys[f"/{kind}s/{slug}"] == f"{kind}-{found['id']}"


async def test_slugs_in_arabic(newsroom: Newsroom) -> None:
    desk = await magazine(newsroom)
    slug = "مَرفأ"
    await desk.post("/v1/editor/tags", json={"slug": normalize("NFC", "مرفأ"), "names": {"ar": "مرفأ"}})
    for form in ("NFC", "NFD"):
        path = f"/feeds/tags/{quote(normalize(form, 'مرفأ'))}/feed.json"
        feed = (await fetched(newsroom, path)).json()
        assert feed["title"] == "Harbour Post – مرفأ"
        assert feed["feed_url"] == f"{BASE}/feeds/tags/{quote(normalize('NFC', 'مرفأ'))}/feed.json"
    assert (await newsroom.reader.get(f"/feeds/tags/{quote(slug)}/rss.xml")).status_code == 404


async def test_a_renamed_slug_is_no_feed_any_more(newsroom: Newsroom) -> None:
    desk = await magazine(newsroom)
    id_ = (await newsroom.reader.get("/v1/sections/culture")).json()["id"]
    answer = await desk.patch(f"/v1/editor/sections/{id_}", json={"slug": "arts"}, headers=ANY)
    assert answer.status_code == 200, answer.text
    assert (await newsroom.reader.get("/feeds/sections/culture/rss.xml")).status_code == 404
    assert (await fetched(newsroom, "/feeds/sections/arts/rss.xml")).headers["ETag"]


async def test_a_story_keeps_its_id_and_moves_its_date(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk, title="Old")

    async def seen() -> tuple[str, str, str, str]:
        (item,) = (await fetched(newsroom, "/feeds/feed.json")).json()["items"]
        root = await tree(newsroom, "/feeds/rss.xml")
        assert texts(root, "channel/item/guid") == [item["id"]]
        assert texts(root, "channel/item/atom:updated") == [item["date_modified"]]
        return item["id"], item["title"], item["date_published"], item["date_modified"]

    assert await seen() == (f"urn:uuid:{post['id']}", "Old", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z")
    newsroom.set_clock(in_hours(1))
    await done(desk, "PATCH", post, body={"title": "New", "slug": "new"})
    assert (await seen())[1] == "Old"
    await done(desk, "PUT", post, "/publication")
    assert await seen() == (f"urn:uuid:{post['id']}", "New", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z")
    newsroom.set_clock(in_hours(2))
    await done(desk, "POST", post, "/corrections", {"kind": "correction", "text": "1931, not 1913."})
    assert (await seen())[3] == "2026-11-22T14:00:00Z"


@each_file
async def test_the_clock_and_the_desk_are_heard_at_once(newsroom: Newsroom, file: str) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    gone = await published(desk, title="Withdrawn soon")
    await published(desk, title="About us", kind="page")
    short = await published(desk, title="Ends soon")
    await plan(desk, short, end=2)
    later = await opened(desk, title="Appears soon")
    await plan(desk, later, publish=1)

    async def titles() -> list[str]:
        text = (await fetched(newsroom, f"/feeds/{file}")).text
        return [title for title in ("Appears soon", "Ends soon", "Withdrawn soon", "About us") if title in text]

    assert await titles() == ["Ends soon", "Withdrawn soon"]
    before = (await fetched(newsroom, f"/feeds/{file}")).headers["last-modified"]
    await done(desk, "PUT", gone, "/withdrawal", {"reason": "court", "notice": "Withdrawn."})
    assert await titles() == ["Ends soon"]
    newsroom.set_clock(in_hours(1))
    assert await titles() == ["Appears soon", "Ends soon"]
    newsroom.set_clock(in_hours(2))
    assert await titles() == ["Appears soon"]
    after = (await fetched(newsroom, f"/feeds/{file}")).headers["last-modified"]
    assert parsedate_to_datetime(after) - parsedate_to_datetime(before) == timedelta(hours=2)


async def test_at_most_twenty_stories_with_the_same_few_statements(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await newsroom.staff("editor")
    asked: list[Prepared] = []
    fast = newsroom.db.fast

    async def counting(statement: Prepared, *rest: Any) -> Any:
        asked.append(statement)
        return await fast(statement, *rest)

    monkeypatch.setattr(newsroom.db, "fast", counting)
    for stories in (1, 21):
        for _ in range(stories):
            await published(desk)
        asked.clear()
        with counted_statements() as seen:
            feed = (await fetched(newsroom, "/feeds/feed.json")).json()
        assert (len(feed["items"]), len(asked), seen) == (min(stories, 20), 2, [])


@pytest.mark.parametrize("bad", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_forbids_is_left_out(bad: str) -> None:
    assert fit(f"a{bad}b\t\n\r\x85أ😀") == "ab\t\n\r\x85أ😀"


async def test_the_site_points_to_its_feeds(newsroom: Newsroom) -> None:
    for query, place in (("", ""), ("?locale=ar", "/locales/ar"), ("?locale=AR", "/locales/ar")):
        links = (await fetched(newsroom, f"/v1/site{query}")).json()["feeds"]
        assert [link["url"] for link in links] == [f"{BASE}/feeds{place}/{file}" for file in FILES]
        for link in links:
            answer = await fetched(newsroom, link["url"].removeprefix(BASE))
            assert answer.headers["content-type"].startswith(link["type"])


async def test_old_dates_and_hostile_names_break_no_feed(newsroom: Newsroom) -> None:
    await setup(newsroom, name={"en": "</title><script>alert(1)</script>&]]>"})
    desk = await newsroom.staff("editor")
    post = await opened(desk, title="]]> & \"<b>\" 'x'", body="<![CDATA[x]]> <script>alert(1)</script> \u202eabc")
    url = f"{POSTS}/{post['id']}/publication"
    answer = await desk.put(url, json={"published_at": "1600-01-01T00:00:00Z"}, headers=ANY)
    assert answer.status_code == 200, answer.text
    root = await tree(newsroom, "/feeds/rss.xml")
    check_rss(root)
    assert texts(root, "channel/item/title") == ["]]> & \"<b>\" 'x'"]
    assert texts(root, "channel/item/pubDate") == ["Sat, 01 Jan 1600 00:00:00 GMT"]
    check_atom(await tree(newsroom, "/feeds/atom.xml"))
    assert "<script" not in (await fetched(newsroom, "/feeds/rss.xml")).text
