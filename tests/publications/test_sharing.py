"""What search engines and other sites are told: schema.org, Open Graph, oEmbed; and that an upgrade tells it anew."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.images import images_in
from app.posts import publishing
from app.publications.models import Publication
from app.publications.projection import DOC_VERSION
from app.publications.sharing import Told, json_ld, og_locale, open_graph
from app.site.policies import Addresses, SiteSettings, UrlPatterns
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened, published

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANY = {"If-Match": "*"}
SITE = {
    "name": {"en": "The Harbour Post", "ar": "بريد الميناء"},
    "publisher": {"ar": "دار الميناء"},
    "logo": "https://img.example/logo.png",
    "url_patterns": {"author": "/{locale}/authors/{slug}"},
}
PICTURE = '<figure><img src="https://img.example/quay.jpg" alt="الرصيف" width="1200" height="800"></figure>'


async def magazine(newsroom: Newsroom) -> dict[str, Any]:
    """A story with all that can be told of one."""
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    assert (await admin.patch("/v1/editor/site", json=SITE, headers=ANY)).status_code == 200
    await admin.post("/v1/editor/sections", json={"slug": "culture", "names": {"ar": "ثقافة"}})
    await admin.post("/v1/editor/authors", json={"slug": "layla", "names": {"ar": "ليلى حداد"}})
    post = await published(
        admin, title="أصوات الميناء", locale="ar", dek="صباح في السوق", body=f"<p>قبل الفجر.</p>{PICTURE}",
        body_format="html", section="culture", authors=["layla"], tags=["الميناء"],
    )  # fmt: skip
    story: dict[str, Any] = (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()
    return story


@pytest.mark.anyio
async def test_a_whole_story_is_told(newsroom: Newsroom) -> None:
    story = await magazine(newsroom)
    url, byline = story["url"], "https://news.example/ar/authors/layla"
    assert story["json_ld"] == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": "أصوات الميناء",
        "description": "صباح في السوق",
        "image": ["https://img.example/quay.jpg"],
        "inLanguage": "ar",
        "datePublished": "2026-03-01T12:00:00Z",
        "dateModified": "2026-03-01T12:00:00Z",
        "author": [{"@type": "Person", "name": "ليلى حداد", "url": byline}],
        "publisher": {
            "@type": "Organization",
            "name": "دار الميناء",
            "url": "https://news.example",
            "logo": {"@type": "ImageObject", "url": "https://img.example/logo.png"},
        },
        "isPartOf": {"@type": "WebSite", "name": "بريد الميناء", "url": "https://news.example"},
        "isAccessibleForFree": True,
        "keywords": ["الميناء"],
        "articleSection": "ثقافة",
        "wordCount": 2,
    }
    assert story["open_graph"] == {
        "og:title": "أصوات الميناء",
        "og:type": "article",
        "og:url": url,
        "og:description": "صباح في السوق",
        "og:site_name": "بريد الميناء",
        "og:locale": "ar_AR",
        "og:image": "https://img.example/quay.jpg",
        "og:image:alt": "الرصيف",
        "og:image:width": "1200",
        "og:image:height": "800",
        "article:published_time": "2026-03-01T12:00:00Z",
        "article:modified_time": "2026-03-01T12:00:00Z",
        "article:section": "ثقافة",
        "article:author": [byline],
        "article:tag": ["الميناء"],
    }


TITLE = "</script><script>alert(1)</script><!-- & "


def as_written(text: str) -> str:
    """The member as it stands in an answer."""
    return text[text.index('"json_ld":') : text.index('"open_graph":')]


@pytest.mark.anyio
async def test_no_headline_ends_the_script_element(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    live = await published(desk, title=TITLE, dek="</SCRIPT>")
    later = await opened(desk, title=TITLE, tags=["</script>"])
    url = f"{POSTS}/{later['id']}"
    wish = {"publish_at": (NOON + timedelta(days=1)).isoformat(), "embargoed": True}
    assert (await desk.put(f"{url}/schedule", json=wish, headers=ANY)).status_code == 200
    token = (await desk.post(f"{url}/previews")).json()["token"]
    for path in (f"/v1/posts/{live['slug']}", f"/v1/previews/{token}", f"/v1/editor/embargoes/{later['id']}"):
        answer = await desk.get(path)
        assert answer.status_code == 200, answer.text
        assert "<" not in as_written(answer.text)
        assert "\\u003c/script>\\u003cscript>alert(1)" in as_written(answer.text)
        story = answer.json()
        assert story["title"] == story["json_ld"]["headline"] == TITLE.strip()


SUMMARY: dict[str, Any] = {
    "kind": "article", "locale": "en", "url": "https://news.example/en/x", "title": "Voices", "dek": "",
    "excerpt": "Before dawn.", "published_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
    "authors": [{"slug": "layla", "name": "Layla"}], "tags": [], "section": None,
}  # fmt: skip
PLACES = Addresses(public_url="https://news.example", patterns=UrlPatterns())


def told_of(body: str = "", **facts: Any) -> Told:
    seo = {"title": "Voices", "description": "Before dawn.", "canonical_url": "https://news.example/en/x"}
    return Told(SUMMARY | facts, seo, [], 2, images_in(body))


def test_what_is_not_known_is_left_out() -> None:
    plain = json_ld(told_of(), SiteSettings(), PLACES)
    assert not {"image", "keywords", "articleSection", "correction"} & set(plain)
    assert plain["author"] == [{"@type": "Person", "name": "Layla"}]
    assert plain["publisher"] == {"@type": "Organization", "name": "Masthead", "url": "https://news.example"}
    graph = open_graph(told_of(), SiteSettings(), PLACES)
    assert graph["article:author"] == ["Layla"]
    assert not {"og:image", "article:section", "article:tag"} & set(graph)


def test_pages_are_no_articles() -> None:
    page = told_of(kind="page")
    assert json_ld(page, SiteSettings(), PLACES)["@type"] == "WebPage"
    assert not {"wordCount", "articleSection"} & set(json_ld(page, SiteSettings(), PLACES))
    graph = open_graph(page, SiteSettings(), PLACES)
    assert graph["og:type"] == "website"
    assert not [name for name in graph if name.startswith("article:")]


def test_long_headlines_are_cut_between_words() -> None:
    headline = json_ld(told_of(title="كلمة " * 60), SiteSettings(), PLACES)["headline"]
    assert len(headline) <= 110
    assert headline.endswith("كلمة…")


def test_the_first_picture_that_can_be_fetched_is_shown() -> None:
    body = '<img src="data:image/png;base64,xx"><img src="https://img.example/b.jpg" alt="">'
    assert open_graph(told_of(body), SiteSettings(), PLACES)["og:image"] == "https://img.example/b.jpg"
    assert json_ld(told_of(body), SiteSettings(), PLACES)["image"] == ["https://img.example/b.jpg"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("ar", "ar_AR"), ("ar-EG", "ar_EG"), ("en", "en_US"), ("zh-Hant-TW", "zh_TW"), ("pt-BR", "pt_BR"), ("nqo", None)],
)
def test_locales_as_open_graph_spells_them(locale: str, said: str | None) -> None:
    assert og_locale(locale) == said


async def card(newsroom: Newsroom, url: str, **more: Any) -> httpx.Response:
    return await newsroom.reader.get("/oembed", params={"url": url, **more})


@pytest.mark.anyio
async def test_a_card_by_the_address_of_a_story(newsroom: Newsroom) -> None:
    story = await magazine(newsroom)
    answer = await card(newsroom, story["url"])
    thumbnail = {
        "thumbnail_url": "https://img.example/quay.jpg", "thumbnail_width": 1200, "thumbnail_height": 800,
    }  # fmt: skip
    plain = {
        "version": "1.0",
        "type": "link",
        "title": "أصوات الميناء",
        "author_name": "ليلى حداد",
        "author_url": "https://news.example/ar/authors/layla",
        "provider_name": "بريد الميناء",
        "provider_url": "https://news.example",
        "cache_age": 3600,
    }
    assert (answer.status_code, answer.json()) == (200, plain | thumbnail)
    assert answer.headers["content-type"] == "application/json"
    assert f"post-{story['id']}" in answer.headers["cache-tag"].split(",")
    seen = await newsroom.reader.get(
        "/oembed", params={"url": story["url"]}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert seen.status_code == 304
    typed = "http://NEWS.example/ar/أصوات-الميناء?utm_source=x#end"
    assert (await card(newsroom, typed, format="json", maxwidth=1200, whatever="1")).json() == plain | thumbnail
    assert (await card(newsroom, story["url"], maxwidth=1199)).json() == plain
    assert (await card(newsroom, story["url"], maxheight=799)).json() == plain
    assert (await card(newsroom, story["url"], format="xml")).status_code == 501


@pytest.mark.anyio
async def test_old_addresses_lead_to_the_card_and_hidden_ones_to_none(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    post = await published(admin, title="Voices", body="Before dawn.")
    await admin.patch(f"{POSTS}/{post['id']}", json={"slug": "voices-of-the-harbour"}, headers=ANY)
    await admin.put(f"{POSTS}/{post['id']}/publication", headers=ANY)
    for slug in ("voices", "voices-of-the-harbour"):
        assert (await card(newsroom, f"https://news.example/en/{slug}")).json()["title"] == "Voices"
    await admin.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)
    assert (await card(newsroom, "https://news.example/en/voices")).status_code == 404


@pytest.mark.anyio
async def test_addresses_of_others_have_no_card(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    post = await published(admin, title="Voices")
    base = {"public_url": "https://news.example/magazine"}
    assert (await admin.patch("/v1/editor/site", json=base, headers=ANY)).status_code == 200
    assert (await card(newsroom, f"https://news.example/magazine/en/{post['slug']}")).status_code == 200
    for url in (
        f"https://evil.example/magazine/en/{post['slug']}", f"https://news.example/en/{post['slug']}",
        f"https://news.example/magazineen/{post['slug']}", f"//news.example/magazine/en/{post['slug']}",
        f"https://news.example:81/magazine/en/{post['slug']}", "https://[", "javascript:alert(1)", "x", "%00", "\x00",
        f"https://news.example@evil.example/magazine/en/{post['slug']}", f"https://news.example/magazine/{quote('؟')}",
    ):  # fmt: skip
        assert (await card(newsroom, url)).status_code in (404, 422), url
    assert (await newsroom.reader.get("/oembed")).status_code == 422


@pytest.mark.anyio
async def test_an_upgrade_writes_old_documents_anew(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "REFRESHED_AT_ONCE", 2)
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    posts = [await published(admin, title=f"قصة {number}", locale="ar") for number in range(5)]
    gone = await published(admin, title="Gone")
    await admin.delete(f"{POSTS}/{gone['id']}/publication", headers=ANY)
    paths = [f"/v1/posts/{post['slug']}" for post in posts]
    fresh = [(await newsroom.reader.get(path)).json() for path in paths]

    def age(session: Session) -> None:
        old = {"detail": '"body_text":"","word_count":0,"corrections":[],"seo":{},"json_ld":{}', "doc_version": 0}
        session.execute(update(Publication).values(old))

    await newsroom.db.write(age)
    assert "open_graph" not in (await newsroom.reader.get(paths[0])).json()
    newsroom.set_clock(NOON.replace(day=2))
    await newsroom.db.write(publishing.renew, at=NOON.replace(day=2))
    await newsroom.night()
    assert [(await newsroom.reader.get(path)).json() for path in paths] == fresh
    left = select(Publication.id).where(col(Publication.doc_version) < DOC_VERSION)
    assert [str(id_) for id_ in await newsroom.stored(lambda session: session.exec(left).all())] == [gone["id"]]
