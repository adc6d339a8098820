"""The pages of sealed tips: one file each under a policy made of hashes, no word in one language only."""

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.sealing import pages

PAGES = (pages.NEW_PATH, pages.OPEN_PATH)
MODULES = (pages.SEAL_PATH, pages.OPENER_PATH)
each_page = pytest.mark.parametrize("path", PAGES)


def ask(path: str) -> httpx.Response:
    async def send() -> httpx.Response:
        app = FastAPI()
        app.include_router(pages.router)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://herald.test") as client:
            return await client.get(path)

    return anyio.run(send)


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    rules = (rule.split() for rule in answer.headers["content-security-policy"].split(";"))
    return {rule[0]: rule[1:] for rule in rules}


@pytest.mark.parametrize("path", [*PAGES, *MODULES])
def test_nothing_is_kept_sniffed_or_referred(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert path in pages.SILENT_PATHS


@each_page
def test_the_policy_lets_in_our_script_and_style_and_nothing_else(path: str) -> None:
    answer = ask(path)
    hashes = {
        name: [
            f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
            for text in re.findall(rf"<{name}(?: [^>]*)?>(.*?)</{name}>", answer.text, re.DOTALL)
        ]
        for name in ("script", "style")
    }
    assert [len(found) for found in hashes.values()] == [1, 1]
    assert policy(answer) == {
        "default-src": ["'none'"],
        "script-src": hashes["script"],
        "style-src": hashes["style"],
        "img-src": ["data:"],
        "connect-src": ["'self'" if path == pages.NEW_PATH else "'none'"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "frame-ancestors": ["'none'"],
    }


def test_a_saved_copy_brings_its_policy_along() -> None:
    answer = ask(pages.OPEN_PATH)
    (written,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', answer.text)
    assert f"{written}; frame-ancestors 'none'" == answer.headers["content-security-policy"]


@each_page
@pytest.mark.parametrize(
    ("query", "opening"),
    [
        ("", '<html lang="en" dir="ltr"'),
        ("?locale=en", '<html lang="en" dir="ltr"'),
        ("?locale=ar", '<html lang="ar" dir="rtl"'),
        ("?locale=ar-LB", '<html lang="ar" dir="rtl"'),
        ("?locale=%22%3E%3Cscript%3E", '<html lang="en" dir="ltr"'),
        ("?utm_source=x", '<html lang="en" dir="ltr"'),
    ],
)
def test_a_page_begins_in_the_language_asked_for(path: str, query: str, opening: str) -> None:
    answer = ask(path + query)
    assert answer.status_code == 200
    assert opening in answer.text
    assert "{{" not in answer.text


@pytest.mark.parametrize("path", MODULES)
def test_modules_depend_on_nothing(path: str) -> None:
    answer = ask(path)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert not re.search(r"\bimport\b(?!Key)|\bfetch\b|XMLHttpRequest|WebSocket|sendBeacon|localStorage", answer.text)


FORBIDDEN = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "localStorage",
    "sessionStorage",
)


@each_page
def test_text_is_never_made_into_markup_or_kept(path: str) -> None:
    assert [word for word in FORBIDDEN if word in ask(path).text] == []


class Words(HTMLParser):
    """Which messages a page can show, in which languages, and fields that a form without script would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.path: list[tuple[str, dict[str, str | None]]] = []
        self.messages: dict[str, set[str]] = {}
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.sent_in_clear: list[str] = []
        self.lonely: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag in ("input", "textarea", "output"):
            self.fields.add(found["id"] or "")
        if "name" in found and tag in ("input", "textarea", "button"):
            self.sent_in_clear.append(tag)
        if tag == "label":
            self.labelled.add(found["for"] or "")
        if tag not in ("meta", "link", "input"):
            self.path.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.path]
        if not data.strip() or {"script", "style", "title"} & set(tags):
            return
        language = next((found["lang"] for _, found in reversed(self.path) if found.get("lang")), "")
        if tags[-1] == "html" or language not in ("en", "ar") or len(self.path) < 3:
            self.lonely.append(data)
        if bool(re.search("[\u0600-\u06ff]", data)) != (language == "ar"):
            self.lonely.append(data)
        for _, found in self.path:
            if name := found.get("data-say"):
                self.messages.setdefault(name, set()).add(str(language))


@each_page
def test_every_word_is_there_in_both_languages(path: str) -> None:
    text = ask(path).text
    words = Words(text)
    assert words.lonely == []
    assert {name for name, languages in words.messages.items() if languages != {"en", "ar"}} == set()
    assert text.count('<span lang="en"') + text.count('<p lang="en"') == text.count('<span lang="ar"') + text.count(
        '<p lang="ar"'
    )


@each_page
def test_every_message_that_a_script_names_exists_and_no_other(path: str) -> None:
    text = ask(path).text
    script = text[text.index("<script") :]
    named = set(re.findall(r'(?:TipError|\bsay)\("([a-z-]+)"', script))
    assert named | {"failed"} == set(Words(text).messages)


@each_page
def test_every_field_has_a_label_and_is_sent_by_no_plain_form(path: str) -> None:
    words = Words(ask(path).text)
    assert words.fields
    assert words.fields == words.labelled
    assert words.sent_in_clear == []
