"""Comments without JavaScript: 303 for what was taken, the form again with what was written for what was not."""

from html import escape, unescape
from typing import Any
from uuid import UUID

import pytest

from app.comments.models import Status
from app.core.http.pages import THANKS_PATH
from app.publications import service as publications_service
from app.publications.models import CommentsMode
from app.site.policies import ContactPolicy, SiteSettings
from tests.comments.talk import ARABIC, DRAFT, NOON, THREAD, open_thread, plant, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BLANK = {"author_email": "", "parent_id": "", "locale": "", "homepage": "", "altcha": "", "render_token": ""}


@pytest.mark.parametrize("draft", [DRAFT, ARABIC], ids=["en", "ar"])
async def test_a_form_is_taken_as_json_is(newsroom: Newsroom, draft: dict[str, str]) -> None:
    post_id = await open_thread(newsroom)
    parent = await plant(newsroom, post_id, "Parent.")
    answer = await newsroom.reader.post(THREAD, data=BLANK | draft | {"parent_id": str(parent)}, headers=HTML)
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, THANKS_PATH, b"")
    row = (await stored(newsroom))[-1]
    assert (row.body, row.author_name, row.parent_id, row.status) == (
        draft["body"],
        draft["author_name"],
        parent,
        Status.PENDING,
    )
    thanks = await newsroom.reader.get(THANKS_PATH)
    assert (thanks.status_code, "default-src 'none'" in thanks.headers["content-security-policy"]) == (200, True)
    assert "شكرًا" in thanks.text
    assert "Thank you" in thanks.text


RETURNS = [
    ("https://paper.example/a#comments", "https://paper.example/a#comments"),
    ("https://forum.example/", "https://forum.example/"),
    ("https://paper.example/مقال", "https://paper.example/%D9%85%D9%82%D8%A7%D9%84"),
    ("https://paper.example.evil.example/", None),
    ("https://paper.example@evil.example/", None),
    ("https://paper.example\\@evil.example/", None),
    ("https://user:pass@paper.example/", None),
    ("http://paper.example/", None),
    ("https://paper.example:444/", None),
    ("//paper.example/", None),
    ("/en/harbour", None),
    ("javascript:alert(1)", None),
    ("https://paper.example/\r\nX-Evil: 1", None),
    ("\thttps://paper.example/", None),
    ("", None),
]


@pytest.mark.parametrize(("return_to", "location"), RETURNS)
async def test_where_a_form_leads(newsroom: Newsroom, return_to: str, location: str | None) -> None:
    await open_thread(newsroom)
    contact = ContactPolicy(return_origins=("https://forum.example",))
    await set_site(newsroom, SiteSettings(public_url="https://paper.example", contact=contact))
    answer = await newsroom.reader.post(THREAD, data=DRAFT | {"return_to": return_to})
    assert (answer.status_code, answer.headers["location"]) == (303, location or THANKS_PATH)


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"body": ""}, 422, "Your comment: is needed"),
    ({"author_name": ""}, 422, "Your name: is needed"),
    ({"body": "س" * 10_001}, 422, "Your comment: is too long"),
    ({"author_email": "nobody"}, 422, "(never shown): is no e-mail address"),
    ({"author_name": "S\x07"}, 422, "Your name: has characters in it that we cannot take"),
    ({"author_name": "S" * 121}, 422, "Your name: is too long"),
    ({"body": "Said before."}, 409, "sent this already"),
]


@pytest.mark.parametrize(("members", "status", "said"), WRONG)
async def test_errors_show_the_form_again(newsroom: Newsroom, members: dict[str, Any], status: int, said: str) -> None:
    post_id = await open_thread(newsroom)
    await plant(newsroom, post_id, "Said before.")
    sent = {
        "body": 'Fish & "chips" </textarea><script>',
        "author_name": "O'Hara",
        "return_to": "https://news.example/a",
    }
    sent |= {"notify": "none"} | members
    answer = await newsroom.reader.post(THREAD, data=sent, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self' https://news.example;" in policy
    assert "script" not in policy
    assert said in unescape(answer.text)
    assert "<script>" not in answer.text
    for name, value in sent.items():
        assert f'name="{name}"' in answer.text
        assert escape(value) in answer.text
    plain = await newsroom.reader.post(THREAD, data=sent)
    assert (plain.status_code, plain.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "body", ["\U0001f6a2" * 9_990, "مرفأ " * 4_001 + "مم", "a%&=+;" * 1_600], ids=["ship", "ar", "signs"]
)
async def test_long_texts_come_back_whole_with_every_field(newsroom: Newsroom, body: str) -> None:
    await open_thread(newsroom)
    sent = {"author_name": "", "body": body, "notify": "replies", "locale": "en", "return_to": "https://news.example/a"}
    answer = await newsroom.reader.post(THREAD, data=sent, headers=HTML)
    assert answer.status_code == 422
    area = answer.text.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0]
    assert unescape(area) == body
    for name in ("notify", "locale", "return_to"):
        assert f'<input type="hidden" name="{name}" value="{escape(sent[name])}">' in answer.text


async def test_a_form_of_too_many_fields_keeps_the_first_hundred(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    sent = DRAFT | {f"field{number}": "x" for number in range(100)} | {"locale": "en"}
    answer = await newsroom.reader.post(THREAD, data=sent, headers=HTML)
    assert (answer.status_code, DRAFT["body"] in answer.text, 'name="locale"' in answer.text) == (400, True, False)


async def test_a_repeated_form_says_so(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    key = {"Idempotency-Key": "form-1"}
    first, again = [await newsroom.reader.post(THREAD, data=DRAFT, headers=key) for _ in range(2)]
    assert (first.status_code, first.headers.get("idempotent-replayed")) == (303, None)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (303, "true")
    assert (again.headers["location"], len(await stored(newsroom))) == (first.headers["location"], 1)


UNSEEN = [
    ("parent_id", "nope", "The comment that you answer: is not here", "التعليق الذي ترد عليه: غير موجود"),
    ("parent_id", str(UUID(int=7)), "The comment that you answer: is not here", "التعليق الذي ترد عليه: غير موجود"),
    ("locale", "fr", "The language: is none of the languages of this site", "اللغة: ليست من لغات هذا الموقع"),
    ("notify", "daily", "When to write to you: is not right", "متى نراسلك: غير صحيح"),
    ("submit", "Send", "<bdi>submit</bdi>: is no field of this form", "<bdi>submit</bdi>: ليس من حقول هذا النموذج"),
]


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize(("name", "value", "english", "arabic"), UNSEEN)
async def test_what_a_reader_cannot_put_right_is_said_plainly_and_left_out(
    newsroom: Newsroom, locale: str, name: str, value: str, english: str, arabic: str
) -> None:
    await open_thread(newsroom, locale=locale)
    answer = await newsroom.reader.post(THREAD, data=DRAFT | {name: value}, headers=HTML)
    assert (answer.status_code, f'name="{name}"' in answer.text) == (422, False)
    said = answer.text.partition("<ul>")[2].partition("</ul>")[0]
    assert said.startswith(f"<li>{arabic if locale == 'ar' else english}")
    assert said.endswith(f"({'يُترك إذا أرسلت من جديد' if locale == 'ar' else 'left out if you send again'})</li>")
    assert (await newsroom.reader.post(THREAD, data=DRAFT, headers=HTML)).status_code == 303


@pytest.mark.parametrize(
    ("locale", "said"), [(None, "copy them to keep them"), ("en", "copy them to keep them"), ("ar", "انسخها إن أردت")]
)
async def test_a_story_that_went_away_gives_the_words_back(newsroom: Newsroom, locale: str | None, said: str) -> None:
    sent = {"body": "Fish & <chips>", "author_name": "O'Hara"} | ({"locale": locale} if locale else {})
    unknown = await newsroom.reader.post("/v1/posts/nope/comments", data=sent, headers=HTML)
    post_id = await open_thread(newsroom)
    await newsroom.db.write(publications_service.withdraw, post_id, "Taken down <for now>.", at=NOON)
    withdrawn = await newsroom.reader.post(THREAD, data=sent, headers=HTML)
    for answer, status in ((unknown, 404), (withdrawn, 410)):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert f'<html lang="{locale or "en"}"' in answer.text
        assert said in answer.text
        assert "Fish &amp; &lt;chips&gt;</textarea>" in answer.text
        assert escape("O'Hara") in answer.text
        assert "<button>" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert "Taken down &lt;for now&gt;." in withdrawn.text
    program = await newsroom.reader.post("/v1/posts/nope/comments", data=sent)
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
    script = await newsroom.reader.post("/v1/posts/nope/comments", json=sent, headers=HTML)
    assert (script.status_code, script.headers["content-type"]) == (404, "application/problem+json")


async def test_a_page_below_no_story_speaks_the_language_of_the_site(newsroom: Newsroom) -> None:
    await set_site(newsroom, SiteSettings(default_locale="ar"))
    answer = await newsroom.reader.post("/v1/posts/nope/comments", data=DRAFT, headers=HTML)
    assert '<html lang="ar" dir="rtl">' in answer.text


@pytest.mark.parametrize("header", [{"Reader-Key": "junk"}, {"Idempotency-Key": "a b"}])
async def test_headers_that_are_not_ours_give_the_words_back(newsroom: Newsroom, header: dict[str, str]) -> None:
    await open_thread(newsroom)
    answer = await newsroom.reader.post(THREAD, data=DRAFT, headers=HTML | header)
    assert (answer.status_code, f"{DRAFT['body']}</textarea>" in answer.text) == (400, True)
    assert "This could not be taken." in answer.text
    plain = await newsroom.reader.post(THREAD, data=DRAFT, headers=header)
    assert (plain.status_code, plain.headers["content-type"]) == (400, "application/problem+json")


async def test_a_parameter_in_the_address_of_a_form_is_told_on_a_page(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    answer = await newsroom.reader.post(f"{THREAD}?utm=1", data=DRAFT, headers=HTML)
    assert (answer.status_code, f"{DRAFT['body']}</textarea>" in answer.text) == (422, True)
    assert "<bdi>utm</bdi>: is no field of this form" in answer.text


async def test_a_form_made_for_files_is_shown_again_to_be_sent_rightly(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    parts: Any = {name: (None, value) for name, value in (ARABIC | {"submit": "x"}).items()}
    parts["file"] = ("a.txt", b"a file")
    answer = await newsroom.reader.post(THREAD, files=parts, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "text/html; charset=utf-8")
    assert "ويمكنك إرساله من هنا" in answer.text
    assert f"{ARABIC['body']}</textarea>" in answer.text
    assert "a file" not in answer.text
    assert (await newsroom.reader.post(THREAD, files=parts)).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain"])
async def test_what_cannot_be_read_is_told_on_a_page_too(newsroom: Newsroom, content_type: str) -> None:
    await open_thread(newsroom)
    headers = HTML | {"Content-Type": content_type}
    answer = await newsroom.reader.post(THREAD, content=b"--y\r\nbody", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "text/html; charset=utf-8")


async def test_the_form_speaks_the_language_of_the_story(newsroom: Newsroom) -> None:
    await open_thread(newsroom, "المرفأ", locale="ar")
    answer = await newsroom.reader.post("/v1/posts/المرفأ/comments", data={"body": "نص"}, headers=HTML)
    assert (answer.status_code, '<html lang="ar" dir="rtl">' in answer.text) == (422, True)
    assert "اسمك: مطلوب" in answer.text


async def test_a_closed_thread_gives_the_words_back(newsroom: Newsroom) -> None:
    await open_thread(newsroom, comments=CommentsMode.CLOSED)
    answer = await newsroom.reader.post(THREAD, data=DRAFT, headers=HTML)
    assert (answer.status_code, DRAFT["body"] in answer.text) == (403, True)


async def test_the_eleventh_form_waits(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    for number in range(10):
        await newsroom.reader.post(THREAD, data=DRAFT | {"body": f"{number}"})
    late = await newsroom.reader.post(THREAD, data=DRAFT, headers=HTML)
    assert (late.status_code, late.headers["retry-after"], DRAFT["body"] in late.text) == (429, "60", True)
