"""What readers find, in both languages and with whatever they type; nothing of what is not public."""

from typing import Any

import pytest
from sqlmodel import Session, delete, select

from app.core.clock import now
from app.publications.models import Publication, Unindexed
from app.search import service
from app.search.models import SearchEntry
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANY = {"If-Match": "*"}
STORIES: dict[str, dict[str, Any]] = {
    "school": {"locale": "ar", "title": "مدرسةٌ في القاهرة", "body": "أحمد يقرأ في المستشفى."},
    "games": {"locale": "ar", "title": "ألعاب الميناء", "body": "مؤتمر عـــاجل عن الإسلام."},
    "cafe": {"title": "The Café at dawn", "dek": "Zoë's “quiet” place",
             "body": "It's NEAR the harbour, not far; AND or."},
    "harbour": {"title": "Harbour news", "body": "C++ (and) a*b:c^d — 50% 🚢 ships.", "tags": ["Lighthouses"]},
}  # fmt: skip
# what is typed, and what is found, best first
ASKED: list[tuple[str, list[str]]] = [
    ("مدرسه", ["school"]), ("المدرسة", ["school"]), ("والمدرسة", ["school"]), ("بالقاهرة", ["school"]),
    ("للقاهرة", ["school"]), ("احمد", ["school"]), ("مستشفي", ["school"]), ("أَحْمَد", ["school"]),
    ("العاب", ["games"]), ("فالألعاب", ["games"]), ("كالميناء", ["games"]), ("موتمر", ["games"]),
    ("عاجل", ["games"]), ("اسلام", ["games"]), ("cafe", ["cafe"]), ("CAFÉ dawn", ["cafe"]), ("zoe", ["cafe"]),
    ("harbour", ["harbour", "cafe"]), ("harb", ["harbour", "cafe"]), ("arbour", []), ("lighthouse", ["harbour"]),
    ("NEAR", ["cafe"]), ("AND", ["harbour", "cafe"]), ("harbour AND", ["harbour", "cafe"]), ("NOT", ["cafe"]),
    ("harbour NOT far", ["cafe"]), ("harbour OR ships", []), ('"quiet"', ["cafe"]), ("it's", ["cafe"]),
    ("a*b:c^d", ["harbour"]), ("(and)", ["harbour", "cafe"]), ("words:harbour", []), ("-harbour", ["harbour", "cafe"]),
    ("harbour*", ["harbour", "cafe"]), ("50%", ["harbour"]), ("🚢", []), ("🚢 ships", ["harbour"]), ("!؟«»", []),
    ("=ar", []), ("' | 'x", []), ("\\", []), ("م" * 200, []),
]  # fmt: skip


async def told(newsroom: Newsroom, *slugs: str) -> Desk:
    """The stories of the table, or some, published and read by the night shift."""
    desk = await newsroom.staff("editor")
    for slug in slugs or STORIES:
        await published(desk, slug=slug, **STORIES[slug])
    await newsroom.night()
    return desk


async def found(newsroom: Newsroom, q: str, **more: Any) -> list[str]:
    answer = await newsroom.reader.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, (q, answer.text)
    return [item["slug"] for item in answer.json()["items"]]


async def test_both_databases_find_the_same(newsroom: Newsroom) -> None:
    await told(newsroom)
    assert {q: await found(newsroom, q) for q, _ in ASKED} == dict(ASKED)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/query/q"), ("q=", "/query/q"), ("q=%20%C2%A0", "/query/q"), ("q=" + "x" * 201, "/query/q"),
        ("q=" + "x" * 10_000, "/query/q"), ("q=a%00b", "/query"), ("q=%ED%A0%80", "/query"), ("q=a&q=b", "/query/q"),
        ("q=a&x=1", "/query/x"), ("q=a&limit=0", "/query/limit"), ("q=a&limit=101", "/query/limit"),
        ("q=a&cursor=x", "/query/cursor"), ("q=a&locale=xx", "/query/locale"), ("q=a&sort=title", "/query/sort"),
        ("q=a&fields=body_html", "/query/fields"), ("q=a&include=body", "/query/include"),
    ],
)  # fmt: skip
async def test_what_is_refused(newsroom: Newsroom, query: str, pointer: str) -> None:
    answer = await newsroom.reader.get(f"/v1/search?{query}")
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_titles_weigh_most_and_the_newer_comes_first(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    places: dict[str, dict[str, Any]] = {
        "body": {"body": "saffron"},
        "dek": {"dek": "saffron"},
        "title": {"title": "Saffron"},
    }
    places |= {"begins": {"title": "Saffrons"}, "twice": {"body": "saffron saffron"}, "tag": {"tags": ["saffron"]}}
    for slug, facts in places.items():
        await published(desk, slug=slug, **facts)
    await newsroom.night()
    assert await found(newsroom, "saffron") == ["title", "begins", "tag", "dek", "twice", "body"]
    assert await found(newsroom, "saffron", sort="-published_at") == list(places)[::-1]


async def test_highlights_are_safe_and_facets_count(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await desk.post("/v1/editor/sections", json={"names": {"en": "City", "ar": "المدينة"}, "slug": "city"})
    body = 'First words. <script>alert(1)</script>\n\nA *boat* & `<b>Harbour</b>` of "harbours".'
    await published(desk, slug="x", title="<b>Harbour</b> & 'co'", body=body, section="city", tags=["Boats"])
    await published(desk, slug="y", title="ميناء harbour", locale="ar", section="city")
    await newsroom.night()
    answer = await newsroom.reader.get("/v1/search?q=harbour")
    first = {item["slug"]: item for item in answer.json()["items"]}["x"]
    marked = first["highlights"]
    assert marked["title"] == "&lt;b&gt;<mark>Harbour</mark>&lt;/b&gt; &amp; &#x27;co&#x27;"
    (passage,) = marked["body"]
    assert "<mark>Harbour</mark>" in passage
    assert "<mark>harbours</mark>" in passage
    assert "<" not in passage.replace("<mark>", "").replace("</mark>", "")
    facets = answer.json()["facets"]
    assert [(section["slug"], section["count"]) for section in facets["sections"]] == [("city", 2)]
    assert facets["tags"] == [{"slug": "boats", "name": "Boats", "count": 1}]
    assert facets["locales"] == [{"code": "ar", "count": 1}, {"code": "en", "count": 1}]
    picked = (await newsroom.reader.get("/v1/search?q=harbour&fields=title")).json()["items"][0]
    assert set(picked) == {"id", "title"}


async def test_filters_of_lists_filter_here_too(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for slug in ("city", "port"):
        body = {"names": {"en": slug}, "slug": slug} | ({"parent": "city"} if slug == "port" else {})
        assert (await desk.post("/v1/editor/sections", json=body)).status_code == 201
    await desk.post("/v1/editor/authors", json={"names": {"en": "Salma"}, "slug": "salma"})
    old = await published(desk, slug="old", section="city", featured=True)
    await published(desk, slug="new", section="port", tags=["Boats"], authors=["salma"])
    await published(desk, slug="arabic", locale="ar")
    await newsroom.night()
    since = old["published_at"]
    table: dict[str, list[str]] = {
        "section=city": ["new", "old"], "section=port": ["new"], "section=none": [], "tag=boats": ["new"],
        "author=salma": ["new"], "locale=ar": ["arabic"], "locale=ar,en": ["arabic", "new", "old"],
        "featured=true": ["old"], "featured=false": ["arabic", "new"], f"ids={old['id']}": ["old"],
        f"published_after={since}": ["arabic", "new", "old"], f"published_before={since}": [],
        f"updated_after={since}": ["arabic", "new", "old"], "updated_after=2126-01-01T00:00:00Z": [],
        "section=city&tag=boats": ["new"], "locale=ar&section=city": [],
        "published_before=9999-12-31T23:59:59Z&tag=boats": ["new"],
    }  # fmt: skip
    for filters, slugs in table.items():
        answer = await newsroom.reader.get(f"/v1/search?q=voices&count=true&{filters}")
        assert [item["slug"] for item in answer.json()["items"]] == slugs, filters
        assert answer.json()["total"] == len(slugs)


@pytest.mark.parametrize("sort", ["relevance", "-published_at"])
async def test_pages_and_their_cursors(newsroom: Newsroom, sort: str) -> None:
    desk = await newsroom.staff("editor")
    for number in range(5):
        await published(desk, slug=f"s{number}", body="Told. " + "voices " * (number % 3))
    await newsroom.night()
    path, walked = f"/v1/search?q=voices&sort={sort}&limit=2", []
    everything = await found(newsroom, "voices", sort=sort)
    answer = await newsroom.reader.get(path)
    cursor = answer.json()["next"]
    for other in (
        "q=other",
        "q=voices&sort=" + ("relevance" if sort[0] == "-" else "-published_at"),
        "q=voices&locale=en",
    ):
        assert (await newsroom.reader.get(f"/v1/search?{other}&cursor={cursor}")).status_code == 422
    while True:
        walked += [item["slug"] for item in answer.json()["items"]]
        if "next" not in answer.links:
            break
        answer = await newsroom.reader.get(answer.links["next"]["url"])
    assert walked == everything
    assert len(walked) == 5


async def test_it_is_a_cacheable_public_answer(newsroom: Newsroom) -> None:
    await told(newsroom, "harbour")
    answer = await newsroom.reader.get("/v1/search?q=ships", headers={"Origin": "https://any.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"].startswith("public")
    assert f"post-{answer.json()['items'][0]['id']}" in answer.headers["surrogate-key"].split()
    again = await newsroom.reader.get("/v1/search?q=ships", headers={"If-None-Match": answer.headers["etag"]})
    head = await newsroom.reader.head("/v1/search?q=ships")
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    assert (await newsroom.reader.post("/v1/search?q=ships")).status_code == 405


def _fails(_session: Session, **_: Any) -> None:
    raise RuntimeError("the index cannot be written")


async def test_what_goes_is_not_found_whatever_the_index_still_holds(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await told(newsroom, "harbour", "cafe")
    with monkeypatch.context() as stuck:
        stuck.setattr(service, "catch_up", _fails)
        ids = {item["slug"]: item["id"] for item in (await newsroom.reader.get("/v1/posts")).json()["items"]}
        await desk.delete(f"{POSTS}/{ids['cafe']}/publication", headers=ANY)
        assert await found(newsroom, "harbour") == ["harbour"]
        await desk.put(f"{POSTS}/{ids['harbour']}/withdrawal", json={"reason": "x"}, headers=ANY)
        answer = (await newsroom.reader.get("/v1/search?q=harbour&count=true")).json()
        assert (answer["items"], answer["total"], answer["facets"]["locales"]) == ([], 0, [])
    await newsroom.night()
    assert await newsroom.stored(lambda session: session.exec(select(SearchEntry.id)).all()) == []
    await desk.put(f"{POSTS}/{ids['cafe']}/publication", headers=ANY)
    await newsroom.night()
    assert await found(newsroom, "harbour") == ["cafe"]


async def test_new_words_and_names_are_found_and_old_ones_are_not(newsroom: Newsroom) -> None:
    desk = await told(newsroom, "harbour")
    (item,) = (await newsroom.reader.get("/v1/posts")).json()["items"]
    await desk.patch(f"{POSTS}/{item['id']}", json={"body": "Trains."}, headers=ANY)
    await newsroom.night()
    assert (await found(newsroom, "ships"), await found(newsroom, "trains")) == (["harbour"], [])
    await desk.put(f"{POSTS}/{item['id']}/publication", headers=ANY)
    tag = (await desk.get("/v1/editor/tags")).json()["items"][0]
    await desk.patch(f"/v1/editor/tags/{tag['id']}", json={"names": {"en": "Beacons"}}, headers=ANY)
    await newsroom.night()
    assert (await found(newsroom, "ships"), await found(newsroom, "trains")) == ([], ["harbour"])
    assert (await found(newsroom, "lighthouse"), await found(newsroom, "beacon")) == ([], ["harbour"])


async def test_what_was_just_published_is_found_before_the_night_shift(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await published(desk, slug="first", title="Ferry timetable")
    assert await found(newsroom, "ferry") == ["first"]
    await published(desk, slug="second", title="Ferry timetable, the new one")
    assert await found(newsroom, "ferry") == ["second", "first"]


async def test_back_dated_stories_stand_where_they_belong(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for slug, day in (("b", "2019-01-02"), ("c", "2019-01-03"), ("a", "1600-01-01"), ("b2", "2019-01-02")):
        post = await opened(desk, slug=slug)
        moment = {"published_at": f"{day}T00:00:00Z"}
        assert (await desk.put(f"{POSTS}/{post['id']}/publication", json=moment, headers=ANY)).status_code == 200
    await newsroom.night()
    assert await found(newsroom, "voices", sort="-published_at") == ["c", "b2", "b", "a"]


async def test_an_index_that_was_lost_is_built_again(newsroom: Newsroom) -> None:
    """As an upgrade leaves it: every piece waits, more than one batch of them."""
    desk = await told(newsroom)

    def wait(session: Session) -> None:
        session.add_all(Unindexed(post_id=id_) for id_ in session.exec(select(Publication.id)).all())

    await newsroom.db.write(wait)
    for _ in range(2):  # twice the same
        await newsroom.db.write(service.catch_up, at=now())
        assert await found(newsroom, "harbour") == ["harbour", "cafe"]
    assert await newsroom.stored(lambda session: session.exec(select(Unindexed.post_id)).all()) == []
    page = await opened(desk, kind="page", slug="about", title="About the harbour")
    await desk.put(f"{POSTS}/{page['id']}/publication", headers=ANY)
    await newsroom.night()
    assert await found(newsroom, "about") == []


async def test_the_index_forgets_what_was_purged(newsroom: Newsroom) -> None:
    await told(newsroom, "cafe")

    def purge(session: Session) -> None:
        id_ = session.exec(select(Publication.id)).one()
        session.execute(delete(Publication))
        session.add(Unindexed(post_id=id_))

    await newsroom.db.write(purge)
    assert await found(newsroom, "cafe") == []
    await newsroom.db.write(service.catch_up, at=now())
    assert await newsroom.stored(lambda session: session.exec(select(SearchEntry.id)).all()) == []
