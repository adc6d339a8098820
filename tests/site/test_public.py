"""The magazine's card as every front end reads it."""

from typing import Any

import pytest

from tests.newsroom import BASE, Newsroom

pytestmark = pytest.mark.anyio

URL = "/v1/site"

MEMBERS = {
    "name", "tagline", "publisher", "locale", "dir", "logo", "locales", "default_locale", "timezone", "public_url",
    "links", "feeds", "comments", "contact",
}  # fmt: skip


async def setup(newsroom: Newsroom, **members: Any) -> None:
    answer = await (await newsroom.staff("admin")).patch("/v1/editor/site", json=members, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def test_a_new_site(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.get(URL)
    assert answer.headers["Surrogate-Key"] == "site"
    card = answer.json()
    assert set(card) == MEMBERS
    assert (card["name"], card["locale"], card["dir"], card["public_url"]) == ("Masthead", "en", "ltr", BASE)
    assert card["locales"] == [
        {"code": "en", "name": "English", "dir": "ltr"},
        {"code": "ar", "name": "العربية", "dir": "rtl"},
    ]
    assert set(card["comments"]) == {
        "policy", "name_required", "email_required", "close_after_days", "thread_scope", "edit_window_minutes",
    }  # fmt: skip
    assert set(card["contact"]) == {"kinds"}


@pytest.mark.parametrize(
    ("query", "name", "tagline", "dir_"),
    [
        ("", "Harbour Post", "By the sea", "ltr"),
        ("?locale=en", "Harbour Post", "By the sea", "ltr"),
        ("?locale=ar", "بريد الميناء", "By the sea", "rtl"),
        ("?locale=AR", "بريد الميناء", "By the sea", "rtl"),
    ],
)
async def test_texts_come_in_the_language_asked_for(
    newsroom: Newsroom, query: str, name: str, tagline: str, dir_: str
) -> None:
    await setup(newsroom, name={"en": "Harbour Post", "ar": "بريد الميناء"}, tagline={"en": "By the sea"})
    card = (await newsroom.reader.get(URL + query)).json()
    assert (card["name"], card["tagline"], card["dir"]) == (name, tagline, dir_)


@pytest.mark.parametrize("query", ["locale=fr", "locale=", "locale=../en", "language=en"])
async def test_other_languages_are_refused(newsroom: Newsroom, query: str) -> None:
    answer = await newsroom.reader.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/" + query.partition("=")[0]


async def test_what_is_changed_shows_at_once_under_a_new_tag(newsroom: Newsroom) -> None:
    before = await newsroom.reader.get(URL)
    await setup(newsroom, public_url="https://front.example", links=[{"label": "قناة", "url": "https://v.example"}])
    same = {"If-None-Match": before.headers["ETag"]}
    after = await newsroom.reader.get(URL, headers=same)
    assert (after.status_code, after.json()["public_url"]) == (200, "https://front.example")
    assert after.json()["links"] == [{"label": "قناة", "url": "https://v.example"}]
    assert (await newsroom.reader.get(URL, headers={"If-None-Match": after.headers["ETag"]})).status_code == 304
