"""Templates become letters: in the right language and direction, with nothing in them that a stranger planted."""

import re
import time
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app.core.language import direction
from app.mail.rendering import OURS, render
from app.mail.workflow import TEMPLATES
from tests.mail.post import RENDERED as ARGS

LANGUAGES = ("en", "ar")
every_letter = pytest.mark.parametrize(("name", "locale"), [*product(TEMPLATES, LANGUAGES)])


class Page(HTMLParser):
    """The tags, attributes and words of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._title = tag == "title"

    def handle_data(self, data: str) -> None:
        if not self._title:
            self.words += data.split()

    def all(self, attribute: str) -> list[str]:
        return [value for name, value in self.attributes if name == attribute]


def page(name: str, locale: str = "en", **args: Any) -> Page:
    return Page(render(name, locale, ARGS[name] | args, "").html or "")


def test_there_is_a_text_and_a_page_in_both_languages_for_each_letter_and_for_no_other() -> None:
    expected = {f"{name}.{locale}.{form}" for name in TEMPLATES for locale in LANGUAGES for form in ("txt", "html")}
    shared = {"layout.html", "lines.html", "quote.html"}
    assert {path.name for path in OURS.iterdir()} == expected | shared


@every_letter
def test_the_subject_carries_the_reference_that_threads_the_conversation(name: str, locale: str) -> None:
    subject = render(name, locale, ARGS[name], "").subject
    assert subject.startswith("[7K3F-9QXT] ") is ("reference" in ARGS[name])


@every_letter
def test_text_and_page_say_the_same(name: str, locale: str) -> None:
    """They are two files: a change of one without the other is seen here."""
    said = render(name, locale, ARGS[name], "")
    signs = re.compile("[>\\s]+")
    text = signs.sub(" ", said.text).strip()
    shown = signs.sub(" ", " ".join(page(name, locale).words)).strip().removeprefix("The Harbour Times ")
    # a page parts words where it isolates them
    assert re.sub(r" ([.,،])", r"\1", shown) == text


@every_letter
def test_the_page_is_in_the_language_and_direction_of_the_letter(name: str, locale: str) -> None:
    assert page(name, locale).all("lang") == [locale] * 2
    assert page(name, locale).all("dir")[:2] == [direction(locale)] * 2


@every_letter
def test_the_page_loads_nothing_and_acts_on_nothing(name: str, locale: str) -> None:
    shown = page(name, locale)
    assert not {"img", "link", "script", "style", "form", "input", "button", "iframe", "object"} & set(shown.tags)
    assert not {"src", "background", "srcset", "action", "ping"} & {attribute for attribute, _ in shown.attributes}
    assert not any("url(" in style or "@import" in style for style in shown.all("style"))
    given = repr(ARGS[name])
    assert all(link in given for link in shown.all("href"))


HOSTILE = "</bdi></p><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7 * 7 }}{% raw %}<!--"


def hostile(arg: Any) -> Any:
    return [dict.fromkeys(item, HOSTILE) for item in arg] if isinstance(arg, list) else HOSTILE


@every_letter
def test_nothing_that_is_filled_in_becomes_part_of_the_page(name: str, locale: str) -> None:
    plain, planted = page(name, locale), page(name, locale, **{key: hostile(arg) for key, arg in ARGS[name].items()})
    assert set(planted.tags) <= set(plain.tags)
    assert "onerror" not in {attribute for attribute, _ in planted.attributes}
    assert "49" not in "".join(planted.words)


@pytest.mark.parametrize(
    ("locale", "language", "says"),
    [
        ("en", "en", "reached us"),
        ("ar", "ar", "وصلتنا رسالتكم"),
        ("ar-EG", "ar", "وصلتنا رسالتكم"),
        ("ary", "en", "reached us"),
        ("fr", "en", "reached us"),
        ("zh-Hant-TW", "en", "reached us"),
    ],
)
def test_arabic_where_it_is_read_and_english_everywhere_else(locale: str, language: str, says: str) -> None:
    said = render("contact_acknowledged", locale, ARGS["contact_acknowledged"], "")
    assert (said.locale, says in said.text) == (language, True)


def test_what_people_wrote_keeps_its_own_direction_and_its_lines() -> None:
    said = render("contact_received", "en", ARGS["contact_received"] | {"body": "متى يُفتتح الخط؟\r\n\r\nشكرًا"}, "")
    assert "\n> متى يُفتتح الخط؟\n>\n> شكرًا\n" in said.text
    assert '<blockquote dir="rtl"' in (said.html or "")
    assert "متى يُفتتح الخط؟<br>\n<br>\nشكرًا\n" in (said.html or "")
    assert page("contact_received", "ar").all("dir")[2] == "ltr"


def test_no_line_of_a_message_can_pass_for_one_of_ours() -> None:
    forged = "Hello\n\nThe newsroom asks for your password.\r-- \u2028Leila\x0bLeila\x85Leila"
    text = render("contact_received", "en", ARGS["contact_received"] | {"body": forged}, "").text
    ours = render("contact_received", "en", ARGS["contact_received"] | {"body": ""}, "").text
    assert [line for line in text.split("\n") if line and line not in ours.split("\n") and line[0] != ">"] == []


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("The tram\r\nBcc: victim@example.org\r\n\r\nBuy now", "The tram Bcc: victim@example.org Buy now"),
        ("The\u2028tram\u2029is\x85late\x0b!", "The tram is late !"),
        ("\u202egnirts desrever\u202c\u2066", "gnirts desrever"),
        ("nul\x00and\x1bescape\ttab", "nul and escape tab"),
        ("half \ud83d of a pair", "half of a pair"),
        ("{{ site_name }} {% endif %}", "{{ site_name }} {% endif %}"),
        ("متى يُفتتح\nالخط الثالث؟", "متى يُفتتح الخط الثالث؟"),
        ("", "your message"),
    ],
)
def test_a_subject_is_one_line_without_controls(subject: str, shown: str) -> None:
    said = render("contact_reply", "en", ARGS["contact_reply"] | {"subject": subject}, "")
    assert said.subject == f"[7K3F-9QXT] Re: {shown}"
    assert said.text == render("contact_reply", "en", ARGS["contact_reply"], "").text


def test_so_is_that_of_a_site(tmp_path: Path) -> None:
    (tmp_path / "contact_reply.en.txt").write_text("Subject: \tOne\u202e  {{ 'line\x1b\u2028' }} {{ body }}\n\nHello\n")
    said = render("contact_reply", "en", ARGS["contact_reply"] | {"body": "b"}, str(tmp_path))
    assert (said.subject, said.complaint) == ("One line b", "")
    several = render("contact_reply", "en", ARGS["contact_reply"] | {"body": "b\n\nBcc: c"}, str(tmp_path))
    assert (several.subject, several.text) == ("One line b", "Bcc: c\n\nHello\n")


def test_control_characters_of_a_body_stay_behind() -> None:
    said = render("contact_reply", "en", ARGS["contact_reply"] | {"body": "a\x00b\x1bc\r\nd\ud83de"}, "")
    assert said.text.startswith("abc\nde\n")
    assert "abc<br>\nde" in (said.html or "")


# --- a site's own folder

TEXT = "Subject: [{{ reference }}] Merci\n\nNous avons bien reçu votre message ({{ site_name }}).\n"
PAGE = '{% extends "layout.html" %}{% block letter %}<p>Q&amp;A: {{ reference }}</p>{% endblock %}'
ACKNOWLEDGED = "contact_acknowledged"


def acknowledged(folder: Path, locale: str = "en") -> tuple[str, str, bool, str]:
    said = render(ACKNOWLEDGED, locale, ARGS[ACKNOWLEDGED], str(folder))
    return said.locale, said.subject, said.html is not None, said.complaint


def test_a_text_of_the_site_wins_and_speaks_more_languages(tmp_path: Path) -> None:
    (tmp_path / "contact_acknowledged.fr.txt").write_text(TEXT)
    assert acknowledged(tmp_path, "fr-CA") == ("fr", "[7K3F-9QXT] Merci", False, "")
    assert acknowledged(tmp_path, "en") == ("en", "[7K3F-9QXT] We have received your message", True, "")
    (tmp_path / "contact_acknowledged.en.txt").write_text(TEXT.replace("Merci", "Thanks"))
    assert acknowledged(tmp_path, "en") == ("en", "[7K3F-9QXT] Thanks", False, "")
    assert acknowledged(tmp_path, "de") == ("en", "[7K3F-9QXT] Thanks", False, "")
    assert acknowledged(tmp_path, "ar") == ("ar", "[7K3F-9QXT] وصلتنا رسالتكم", True, "")


def test_a_page_of_the_site_wins_and_may_stand_in_our_layout(tmp_path: Path) -> None:
    (tmp_path / "contact_acknowledged.ar.html").write_text(PAGE)
    said = render(ACKNOWLEDGED, "ar", ARGS[ACKNOWLEDGED], str(tmp_path))
    assert said.subject == "[7K3F-9QXT] وصلتنا رسالتكم"
    assert said.html
    assert 'dir="rtl"' in said.html
    assert "<p>Q&amp;A: 7K3F-9QXT</p>" in said.html


def test_a_layout_of_the_site_goes_around_our_pages(tmp_path: Path) -> None:
    (tmp_path / "layout.html").write_text("<body dir={{ dir }}><h1>ours</h1>{% block letter %}{% endblock %}</body>")
    html = render(ACKNOWLEDGED, "ar", ARGS[ACKNOWLEDGED], str(tmp_path)).html or ""
    assert html.startswith("<body dir=rtl><h1>ours</h1><p>شكرًا لتواصلكم")


def test_templates_are_read_again_when_they_change(tmp_path: Path) -> None:
    own = tmp_path / "contact_acknowledged.en.txt"
    assert acknowledged(tmp_path)[1] == "[7K3F-9QXT] We have received your message"
    own.write_text(TEXT)
    assert acknowledged(tmp_path)[1] == "[7K3F-9QXT] Merci"
    while acknowledged(tmp_path)[1] != "[7K3F-9QXT] Shukran":  # files know their time in steps
        own.write_text(TEXT.replace("Merci", "Shukran"))
        assert time.time() - own.stat().st_mtime < 5
    own.unlink()
    assert acknowledged(tmp_path)[1] == "[7K3F-9QXT] We have received your message"


BROKEN = {
    "syntax": TEXT + "{% if %}",
    "unknown argument": TEXT + "{{ sender }}",
    "attribute": TEXT + "{{ site_name.nothing }}",
    "no subject": "Hello {{ site_name }}\n",
    "no empty line": "Subject: Hello\nHello\n",
    "empty subject": "Subject: {{ '' }}\n\nHello\n",
    "way out": TEXT + "{{ ''.__class__.__mro__ }}",
    "without end": TEXT + "{% for a in range(10000000000) %}{{ a }}{% endfor %}",
    "includes itself": TEXT + '{% include "contact_acknowledged.en.txt" %}',
    "not there": TEXT + '{% include "../secret_key" %}',
    "a sum": TEXT + "{{ site_name / 2 }}",
    "no number": TEXT + "{{ site_name[1:] | filesizeformat }}",
    "no member": TEXT + "{{ {}[site_name] }}",
}


@pytest.mark.parametrize("written", BROKEN.values(), ids=BROKEN)
def test_a_broken_template_is_passed_over_and_complained_about(tmp_path: Path, written: str) -> None:
    (tmp_path / "contact_acknowledged.en.txt").write_text(written)
    said = render(ACKNOWLEDGED, "en", ARGS[ACKNOWLEDGED] | {"site_name": "canary"}, str(tmp_path))
    assert said._replace(complaint="") == render(ACKNOWLEDGED, "en", ARGS[ACKNOWLEDGED] | {"site_name": "canary"}, "")
    assert said.complaint
    assert "anary" not in said.complaint


def test_so_are_bytes_that_are_no_text_and_folders_that_are_not_there(tmp_path: Path) -> None:
    assert acknowledged(tmp_path / "nowhere")[1:3] == ("[7K3F-9QXT] We have received your message", True)
    assert "FileNotFoundError" in acknowledged(tmp_path / "nowhere")[3]
    (tmp_path / "contact_acknowledged.en.txt").write_bytes(b"Subject: \xff\xfe\n\nx\n")
    assert acknowledged(tmp_path)[1] == "[7K3F-9QXT] We have received your message"
    assert "UnicodeDecodeError" in acknowledged(tmp_path)[3]


def test_a_complaint_says_where(tmp_path: Path) -> None:
    (tmp_path / "contact_acknowledged.en.txt").write_text("Subject: Hello\n\nFine.\n{% if %}\n")
    assert acknowledged(tmp_path)[3].startswith("contact_acknowledged.en.txt:4 TemplateSyntaxError ")


def test_only_pages_escape_what_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / "contact_acknowledged.en.txt").write_text(TEXT)
    (tmp_path / "contact_acknowledged.en.html").write_text("{{ site_name }}")
    said = render(ACKNOWLEDGED, "en", {"site_name": "Tom & <Jerry>", "reference": "7K3F-9QXT"}, str(tmp_path))
    assert "(Tom & <Jerry>)" in said.text
    assert said.html == "Tom &amp; &lt;Jerry&gt;\n"
