"""The settings behind the fence: who may, what is refused, how they merge, what is recorded."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from app.core.actor import Actor, system
from app.core.errors import Invalid
from app.events.models import Event
from app.site import queries, service
from app.site.policies import SiteSettings, kept_from
from tests.newsroom import Newsroom
from tests.pieces import NOON, add_dossier
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

URL = "/v1/editor/site"
ANY = {"If-Match": "*"}


async def change(desk: httpx.AsyncClient, etag: str = "*", **members: Any) -> httpx.Response:
    return await desk.patch(URL, json=members, headers={"If-Match": etag})


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("contributor", 200, 403),
        ("author", 200, 403),
        ("moderator", 200, 403),
        ("editor", 200, 403),
        ("admin", 200, 200),
    ],
)
async def test_who_may(newsroom: Newsroom, role: str, reads: int, writes: int) -> None:
    desk = await newsroom.staff(role)
    assert (await desk.get(URL)).status_code == reads
    assert (await change(desk, timezone="Africa/Cairo")).status_code == writes


@pytest.mark.parametrize(
    ("role", "sees"),
    [("contributor", False), ("author", False), ("moderator", True), ("editor", True), ("admin", True)],
)
async def test_words_and_addresses_are_for_those_who_need_them(newsroom: Newsroom, role: str, sees: bool) -> None:
    admin, desk = await newsroom.staff("admin"), await newsroom.staff(role)
    comments = {"banned_words": ["casino"], "suspect_words": ["loan"], "moderation_mail_to": ["admin0@news.example"]}
    contact = {"recipients": {"tip": ["desk@news.example"]}}
    whole = await change(admin, comments=comments, contact=contact)
    assert whole.status_code == 200, whole.text
    answer = await desk.get(URL)
    expected = whole.json()
    if not sees:
        for member in comments:
            del expected["comments"][member]
        del expected["contact"]["recipients"]
    assert (answer.json(), answer.headers["ETag"]) == (expected, whole.headers["ETag"])


@pytest.mark.parametrize(
    ("held", "left_out"),
    [
        ([], ["comments", "contact"]),
        (["comments.moderate.own"], ["comments", "contact"]),
        (["comments.moderate.any"], ["contact"]),
        (["contact.read"], ["comments"]),
        (["site.write"], []),
    ],
)
def test_each_permission_opens_its_own_members(held: list[str], left_out: list[str]) -> None:
    assert list(kept_from(Actor(None, "Someone", "user", permissions=frozenset(held)))) == left_out


async def test_strangers_are_stopped_before_the_body_is_read(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.patch(URL, content=b"{no json", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 401


async def test_a_new_site_is_version_1_of_the_defaults(newsroom: Newsroom) -> None:
    answer = await (await newsroom.staff("admin")).get(URL)
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    document = answer.json()
    assert document == SiteSettings().model_dump(mode="json")
    assert (document["locales"], document["default_locale"]) == (["en", "ar"], "en")


@pytest.mark.parametrize(
    ("sent", "shows"),
    [
        ({"name": {"en": "The Harbour Post"}}, {"name": {"en": "The Harbour Post", "ar": "ترويسة"}}),
        ({"name": {"ar": "بريد الميناء", "en": None}}, {"name": {"ar": "بريد الميناء"}}),
        ({"tagline": {"ar": "  حكايات   من البحر "}}, {"tagline": {"ar": "حكايات من البحر"}}),
        ({"publisher": None}, {"publisher": {}}),
        ({"comments": {"close_after_days": 30}}, {"comments": {"close_after_days": 30, "policy": "premoderate"}}),
        ({"comments": {"close_after_days": None}}, {"comments": {"close_after_days": None}}),
        ({"contact": {"kinds": ["tip"]}}, {"contact": {"kinds": ["tip"], "return_origins": []}}),
        (
            {"contact": {"return_origins": ["https://Forms.example:443/"]}},
            {"contact": {"return_origins": ["https://forms.example"]}},
        ),
        (
            {"contact": {"recipients": {"tip": ["desk@news.example", "تحرير@news.example"], "abuse": []}}},
            {"contact": {"recipients": {"tip": ["desk@news.example", "تحرير@news.example"], "abuse": []}}},
        ),
        ({"contact": {"recipients": {"tip": None}}}, {"contact": {"recipients": {}}}),
        ({"contact": {"recipients": None}}, {"contact": {"recipients": {}}}),
        ({"contact": {"acknowledge": False}}, {"contact": {"acknowledge": False}}),
        (
            {"contact": {"retention": {"spam_days": 7}}},
            {"contact": {"retention": {"closed_days": 180, "spam_days": 7, "sealed_days": 30}}},
        ),
        ({"url_patterns": {"article": "/{yyyy}/{mm}/{slug}"}}, {"url_patterns": {"page": "/{locale}/{slug}"}}),
        ({"public_url": "https://news.example/magazine"}, {"public_url": "https://news.example/magazine"}),
        ({"public_url": None}, {"public_url": None}),
        ({"logo": "https://img.example/logo.svg?v=2"}, {"logo": "https://img.example/logo.svg?v=2"}),
        ({"links": [{"label": "قناتنا", "url": "https://video.example/@us"}]}, {"links": [{"label": "قناتنا"}]}),
        ({"locales": ["ar", "pt-br", "en"], "default_locale": "pt-BR"}, {"locales": ["ar", "pt-BR", "en"]}),
        ({"locales": ["en"]}, {"name": {"en": "Masthead"}, "locales": ["en"]}),
        ({"slugs": "transliterated", "open_tags": False}, {"slugs": "transliterated", "open_tags": False}),
        ({}, SiteSettings().model_dump(mode="json")),
    ],
)
async def test_a_patch_merges(newsroom: Newsroom, sent: dict[str, Any], shows: dict[str, Any]) -> None:
    admin = await newsroom.staff("admin")
    answer = await change(admin, '"1"', **sent)
    assert (answer.status_code, answer.headers.get("ETag")) == (200, '"2"'), answer.text
    document = answer.json()
    for member, value in shows.items():
        assert within(value, document[member]), member
    assert (await admin.get(URL)).json() == document


def within(part: Any, whole: Any) -> bool:
    """Whether every member of the part stands in the whole; texts per locale must be equal."""
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    if isinstance(part, dict) and not set(whole) <= {"en", "ar"}:
        return all(within(value, whole[name]) for name, value in part.items())
    return bool(part == whole)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"name": None}, "/body/name"),
        ({"name": {"en": None, "ar": None}}, "/body/name"),
        ({"name": {"fr": "Le Port"}}, "/body/name/fr"),
        ({"name": {"a/b~": "x"}}, "/body/name/a~1b~0"),
        ({"name": {"en": "two\nlines"}}, "/body/name/en"),
        ({"name": {"en": ""}}, "/body/name/en"),
        ({"tagline": {"de": "Hafen"}, "locales": ["en"]}, "/body/tagline/de"),
        ({"locales": []}, "/body/locales"),
        ({"locales": None}, "/body/locales"),
        ({"locales": ["en", "EN"]}, "/body/locales"),
        ({"locales": ["en", "english!"]}, "/body/locales/1"),
        ({"locales": ["ar"]}, "/body/default_locale"),
        ({"default_locale": "fr"}, "/body/default_locale"),
        ({"default_locale": None}, "/body/default_locale"),
        ({"timezone": "Mars/Olympus"}, "/body/timezone"),
        ({"timezone": "../../etc/passwd"}, "/body/timezone"),
        ({"public_url": "ftp://news.example"}, "/body/public_url"),
        ({"public_url": "//news.example"}, "/body/public_url"),
        ({"public_url": "https://"}, "/body/public_url"),
        ({"public_url": "https://news.example?x=1"}, "/body/public_url"),
        ({"public_url": "https://news.example#top"}, "/body/public_url"),
        ({"public_url": "https://me:pw@news.example"}, "/body/public_url"),
        ({"public_url": "https://news.example:99999"}, "/body/public_url"),
        ({"public_url": "https://[::1"}, "/body/public_url"),
        ({"public_url": "https://ne ws.example"}, "/body/public_url"),
        ({"public_url": "https://news.example\\@evil.example"}, "/body/public_url"),
        ({"logo": "javascript:alert(1)"}, "/body/logo"),
        ({"links": [{"label": "x", "url": "javascript:alert(1)"}]}, "/body/links/0/url"),
        ({"links": [{"label": "x", "url": "https://x.example", "rel": "me"}]}, "/body/links/0/rel"),
        ({"url_patterns": {"article": "/{locale}"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"article": "{slug}"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"article": "//{slug}"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"article": "/{slug}/{author}"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"article": "/{slug!r}/{slug}"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"article": "/{slug}/{"}}, "/body/url_patterns/article"),
        ({"url_patterns": {"page": "/{slug}?x"}}, "/body/url_patterns/page"),
        ({"url_patterns": {"comment": "/{slug}"}}, "/body/url_patterns/comment"),
        ({"comments": {"policy": "never"}}, "/body/comments/policy"),
        ({"comments": {"name_required": "true"}}, "/body/comments/name_required"),
        ({"comments": {"close_after_days": 0}}, "/body/comments/close_after_days"),
        ({"comments": {"close_after_days": True}}, "/body/comments/close_after_days"),
        ({"contact": {"kinds": ["message", "gossip"]}}, "/body/contact/kinds/1"),
        ({"contact": {"kinds": ["tip", "tip"]}}, "/body/contact/kinds"),
        ({"contact": {"return_origins": ["https://forms.example/path"]}}, "/body/contact/return_origins/0"),
        ({"contact": {"return_origins": ["null"]}}, "/body/contact/return_origins/0"),
        ({"contact": {"recipients": {"gossip": ["desk@news.example"]}}}, "/body/contact/recipients/gossip"),
        ({"contact": {"recipients": {"tip": ["desk"]}}}, "/body/contact/recipients/tip/0"),
        (
            {"contact": {"recipients": {"tip": ["a@news.example\nBcc: b@news.example"]}}},
            "/body/contact/recipients/tip/0",
        ),
        ({"contact": {"recipients": {"tip": ["a@news.example"] * 2}}}, "/body/contact/recipients/tip"),
        ({"contact": {"recipients": {"tip": "a@news.example"}}}, "/body/contact/recipients/tip"),
        ({"contact": {"acknowledge": "yes"}}, "/body/contact/acknowledge"),
        ({"contact": {"acknowledge": None}}, "/body/contact/acknowledge"),
        ({"contact": {"retention": None}}, "/body/contact/retention"),
        ({"contact": {"retention": {"closed_days": 0}}}, "/body/contact/retention/closed_days"),
        ({"contact": {"retention": {"spam_days": "30"}}}, "/body/contact/retention/spam_days"),
        ({"contact": {"retention": {"sealed_days": 36_501}}}, "/body/contact/retention/sealed_days"),
        ({"contact": {"retention": {"open_days": 3}}}, "/body/contact/retention/open_days"),
        ({"open_tags": 1}, "/body/open_tags"),
        ({"version": 7}, "/body/version"),
    ],
)
async def test_what_is_refused_is_named(newsroom: Newsroom, sent: dict[str, Any], pointer: str) -> None:
    admin = await newsroom.staff("admin")
    answer = await change(admin, **sent)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await admin.get(URL)).headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [
        ({}, {"timezone": "UTC"}, 428),
        ({"If-Match": '"7"'}, {"timezone": "UTC"}, 412),
        ({"If-Match": "1"}, {"timezone": "UTC"}, 400),
        ({}, {"timezone": "Nowhere"}, 422),
        ({"If-Match": 'W/"1"'}, {"timezone": "UTC"}, 200),
        ({"If-Match": '"9", "1-gzip"'}, {"timezone": "UTC"}, 200),
    ],
)
async def test_a_change_names_its_version(
    newsroom: Newsroom, headers: dict[str, str], sent: dict[str, Any], status: int
) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.patch(URL, json=sent, headers=headers)
    assert answer.status_code == status


async def test_the_slower_admin_is_told_what_is_there(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await change(admin, '"1"', timezone="Africa/Cairo")
    answer = await change(admin, '"1"', timezone="Asia/Beirut")
    assert answer.status_code == 412
    current = answer.json()["current"]
    assert (current["etag"], current["revision"], current["updated_by"]) == ('"2"', 2, str(admin.user_id))


async def test_two_first_changes_at_once_leave_one_winner(newsroom: Newsroom) -> None:
    first, second = await newsroom.staff("admin"), await newsroom.staff("admin")
    answers = await asyncio.gather(
        change(first, '"1"', timezone="Africa/Cairo"), change(second, '"1"', timezone="Asia/Beirut")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_two_first_changes_without_a_version_both_hold(newsroom: Newsroom) -> None:
    first, second = await newsroom.staff("admin"), await newsroom.staff("admin")
    await asyncio.gather(change(first, timezone="Africa/Cairo"), change(second, open_tags=False))
    answer = await first.get(URL)
    assert (answer.headers["ETag"], answer.json()["timezone"], answer.json()["open_tags"]) == (
        '"3"',
        "Africa/Cairo",
        False,
    )


async def test_the_event_names_members_but_no_values(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await change(admin, name={"en": "Harbour Post"}, timezone="UTC", comments={"email_required": True})
    events = await newsroom.stored(
        lambda session: session.exec(select(Event).where(col(Event.name) == "site.changed")).all()
    )
    assert [(event.data, event.actor_id) for event in events] == [({"keys": ["name", "comments"]}, admin.user_id)]


@pytest.mark.parametrize("kind", ["article", "page"])
@pytest.mark.parametrize("life", ["draft", "published", "trashed"])
async def test_a_language_that_something_is_written_in_stays(newsroom: Newsroom, kind: str, life: str) -> None:
    admin = await newsroom.staff("admin")
    verb = published if life == "published" else opened
    post = await verb(admin, kind=kind, locale="ar", title="أصوات الميناء")
    if life == "trashed":
        assert (await admin.delete(f"{POSTS}/{post['id']}", headers=ANY)).is_success
    before = await admin.get(URL)
    answer = await change(admin, locales=["en"], tagline={"en": "New"})
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert answer.json()["used_by"] == [{"kind": kind, "id": post["id"], "title": "أصوات الميناء"}]
    after = await admin.get(URL)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
    assert (await change(admin, '"7"', locales=["en"])).status_code == 412
    assert (await change(admin, locales=["en"], default_locale="ar")).status_code == 422


async def test_a_language_goes_when_nothing_is_written_in_it(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    await opened(admin, locale="en")
    assert (await change(admin, locales=["ar", "en", "fr"])).status_code == 200
    answer = await change(admin, locales=["en"])
    assert (answer.status_code, answer.json()["name"]) == (200, {"en": "Masthead"})


async def test_twenty_of_what_is_written_in_it_are_named_the_latest_first(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    for number in range(21):
        await newsroom.db.write(add_dossier, f"قصة {number}", locale="ar")
    used_by = (await change(admin, locales=["en"])).json()["used_by"]
    assert [use["title"] for use in used_by] == [f"قصة {number}" for number in range(20, 0, -1)]


@pytest.mark.parametrize("way", ["a story", "a translation"])
async def test_who_begins_a_story_while_its_language_goes(newsroom: Newsroom, way: str) -> None:
    admin = await newsroom.staff("admin")
    original = await opened(admin, locale="en")
    kept = ["en", "ar"]
    for code in ("fr", "de", "es", "it", "pt", "tr", "fa", "ur"):
        assert (await change(admin, locales=[*kept, code])).status_code == 200
        path = POSTS if way == "a story" else f"{POSTS}/{original['id']}/translations"
        begun = admin.post(path, json={"title": "أصوات", "locale": code})
        made, dropped = await asyncio.gather(begun, change(admin, locales=kept))
        assert (made.status_code, dropped.status_code) in {(201, 409), (422, 200)}
        kept += [code] if made.status_code == 201 else []


async def test_configure_replaces_the_document(newsroom: Newsroom) -> None:
    settings = SiteSettings(name={"ar": "فانوس المرفأ"}, locales=("ar",), default_locale="ar")
    await newsroom.db.write(service.configure, settings, by=system("demo"), at=NOON, into=lambda site: site.version)
    assert await newsroom.stored(queries.get_settings) == settings


async def test_configure_refuses_what_does_not_fit_together(newsroom: Newsroom) -> None:
    with pytest.raises(Invalid, match="default_locale"):
        await newsroom.db.write(service.configure, SiteSettings(default_locale="fr"), by=system("demo"), at=NOON)
    assert await newsroom.stored(queries.find_site) is None
