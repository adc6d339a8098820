"""The letter box without JavaScript: 303 for what was taken, the form again with what was written for what was not."""

import pytest

from app.core.http.pages import THANKS_PATH
from app.site.policies import ContactPolicy, SiteSettings
from tests.contact.letters import ARABIC, LETTER, NOON, URL, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BLANK = {"kind": "", "locale": "", "sealed": "", "homepage": "", "altcha": "", "render_token": ""}


@pytest.mark.parametrize("letter", [LETTER, ARABIC], ids=["en", "ar"])
async def test_a_form_is_taken_as_json_is(newsroom: Newsroom, letter: dict[str, str]) -> None:
    answer = await newsroom.reader.post(URL, data=BLANK | letter, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, THANKS_PATH)
    (row,) = await stored(newsroom)
    assert {name: getattr(row, name) for name in letter} == letter
    thanks = await newsroom.reader.get(THANKS_PATH)
    assert thanks.status_code == 200


RETURNS = [
    ("https://paper.example/thanks?x=1#top", "https://paper.example/thanks?x=1#top"),
    ("https://PAPER.example/شكرا", "https://paper.example/%D8%B4%D9%83%D8%B1%D8%A7"),
    ("https://paper.example", "https://paper.example/"),
    ("https://paper.example:443/a", "https://paper.example/a"),
    ("https://shop.example:8443/a", "https://shop.example:8443/a"),
    ("https://shop.example/a", None),
    ("http://paper.example/", None),
    ("https://paper.example:8080/", None),
    ("https://evil.example/", None),
    ("//evil.example/", None),
    ("/\\evil.example", None),
    ("https:\\\\paper.example", None),
    ("https://paper.example\\@evil.example/", None),
    ("https://paper.example@evil.example/", None),
    ("https://me:pass@paper.example/", None),
    ("https://paper.example.evil.example/", None),
    ("https://evilpaper.example/", None),
    ("https://paper.example%2f@evil.example/", None),
    ("https://[::1]/", None),
    ("https://paper.example:99999/", None),
    ("javascript:alert(1)//paper.example", None),
    ("data:text/html,x", None),
    ("https://paper.example/\r\nSet-Cookie: a=b", None),
    (" https://paper.example/", None),
    ("/relative", None),
    ("https://paper.example/" + "a" * 3_000, None),
]


@pytest.mark.parametrize(("return_to", "location"), RETURNS)
async def test_where_a_form_leads(newsroom: Newsroom, return_to: str, location: str | None) -> None:
    policy = ContactPolicy(return_origins=("https://shop.example:8443",))
    await set_site(newsroom, SiteSettings(public_url="https://paper.example", contact=policy))
    answer = await newsroom.reader.post(URL, data=LETTER | {"return_to": return_to})
    assert answer.status_code == 303
    assert answer.headers.get_list("location") == [location or THANKS_PATH]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"body": ""}, "/body/body"),
        ({"email": "nobody"}, "/body/email"),
        ({"kind": "praise"}, "/body/kind"),
        ({"locale": "fr"}, "/body/locale"),
        ({"sealed": "x"}, "/body/sealed"),
        ({"subscribe": "on"}, "/body/subscribe"),
    ],
)
async def test_a_program_that_sends_a_form_reads_problems(
    newsroom: Newsroom, changes: dict[str, str], pointer: str
) -> None:
    answer = await newsroom.reader.post(URL, data=LETTER | changes, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_person_gets_the_form_back_as_they_filled_it_in(newsroom: Newsroom) -> None:
    hostile = '"><script>alert(1)</script>'
    letter = ARABIC | {"email": "ليس عنوانًا", "subject": hostile, "return_to": hostile}
    answer = await newsroom.reader.post(URL, data=letter, headers=HTML)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert all(text in answer.text for text in (ARABIC["body"], ARABIC["name"], "ليس عنوانًا", "بريدك الإلكتروني"))
    assert "<script>" not in answer.text
    assert await stored(newsroom) == []


async def test_what_is_wrong_and_not_seen_is_named_and_never_makes_a_tip_a_letter(newsroom: Newsroom) -> None:
    await set_site(newsroom, SiteSettings(contact=ContactPolicy(kinds=("message",))))
    letter = LETTER | {"kind": "tip", "locale": "en"}
    answer = await newsroom.reader.post(URL, data=letter, headers=HTML)
    assert (answer.status_code, "The kind of message: is not taken here</li>" in answer.text) == (422, True)
    assert '<input type="hidden" name="kind" value="tip">' in answer.text
    sealed = await newsroom.reader.post(URL, data={"kind": "tip", "sealed": "x", "locale": "ar"}, headers=HTML)
    assert "الرسالة المختومة: غير صحيح</li>" in sealed.text


async def test_what_stands_before_the_door_is_told_as_pages_too(newsroom: Newsroom) -> None:
    parts = {name: (None, value) for name, value in ARABIC.items()}
    files = await newsroom.reader.post(URL, files=parts, headers=HTML)
    assert (files.status_code, f"{ARABIC['body']}</textarea>" in files.text) == (415, True)
    key = await newsroom.reader.post(URL, data=LETTER, headers=HTML | {"Idempotency-Key": "a b"})
    assert (key.status_code, f"{LETTER['body']}</textarea>" in key.text) == (400, True)
    plain = await newsroom.reader.post(URL, data=LETTER, headers={"Idempotency-Key": "a b"})
    assert (plain.status_code, plain.headers["content-type"]) == (400, "application/problem+json")


async def test_a_duplicate_and_a_flood_are_told_as_pages_too(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)  # within one minute
    await newsroom.reader.post(URL, data=LETTER)
    duplicate = await newsroom.reader.post(URL, data=LETTER, headers=HTML)
    assert (duplicate.status_code, "You have sent this already." in duplicate.text) == (409, True)
    for number in range(9):
        await newsroom.reader.post(URL, data=LETTER | {"body": f"Letter {number}"})
    flood = await newsroom.reader.post(URL, data=LETTER | {"body": "One more"}, headers=HTML)
    assert (flood.status_code, "Retry-After" in flood.headers) == (429, True)


async def test_a_field_given_twice_is_refused(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.post(
        URL,
        content="body=a&body=b&email=a%40b.example",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/body/body", "repeated")]
