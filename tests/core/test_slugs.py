"""Slugs are readable in their own script, never empty, never ids, and stay what they are."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.slugs import Slug, check_slug, slugify

ZWNJ = "\u200c"
UUID_TEXT = "0190b5a3-7c1e-7d42-9a31-3f6f6f1c2b7d"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Council votes: what now?", "council-votes-what-now"),
        ("Don't panic — 1,000 laid off", "dont-panic-1000-laid-off"),
        ("Café Über", "café-über"),
        ("مُدَرِّسٌ في القاهرة", "مدرس-في-القاهرة"),
        ("عـــاجل: الميزانيّة ٢٠٢٦", "عاجل-الميزانية-٢٠٢٦"),
        ("أخبار BBC اليوم", "أخبار-bbc-اليوم"),
        (f"می{ZWNJ}خواهم", "می-خواهم"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("ﻻ جديد", "لا-جديد"),
        ("ab\u202ecd", "abcd"),
        ("AT&amp;T", "at-amp-t"),
        ("🎉🎉", "untitled"),
        ("", "untitled"),
        (UUID_TEXT, f"s-{UUID_TEXT}"),
        (UUID_TEXT.replace("-", ""), "s-" + UUID_TEXT.replace("-", "")),
        ("report " * 17 + "extraordinary b", "-".join(["report"] * 17)),
        ("خبر " * 40, "-".join(["خبر"] * 30)),
        ("x" * 130, "x" * 120),
    ],
)
def test_slugs_of_titles(title: str, slug: str) -> None:
    assert slugify(title) == slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Café Über", "cafe-uber"),
        ("أخبار BBC", "khbr-bbc"),
        ("٢٠٢٦", "2026"),
        ("東京", "dong-jing"),
        ("🎉", "untitled"),
    ],
)
def test_transliterated_slugs(title: str, slug: str) -> None:
    assert slugify(title, transliterate=True) == slug


@given(st.text() | st.text("-0123456789abcdef'\u2019 \u0651\u0640\u0627\u0654ی\u200c"), st.booleans())
def test_slugs_keep_their_promises(title: str, transliterate: bool) -> None:
    slug = slugify(title, transliterate=transliterate)
    assert slugify(slug, transliterate=transliterate) == slug == check_slug(slug)
    assert 1 <= len(slug) <= 120
    with pytest.raises(ValueError, match="UUID"):
        UUID(slug)


@pytest.mark.parametrize("asked", ["spring-budget-2026", "ميزانية-الربيع", "café", "a", "x" * 120, "東京"])
def test_good_slugs_are_taken_as_asked(asked: str) -> None:
    assert check_slug(asked) == asked


def test_an_asked_slug_comes_back_in_nfc() -> None:
    assert check_slug("cafe\u0301") == "caf\u00e9"


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("", "such as spring-budget-2026"),
        ("Budget", "lower-case"),
        ("two words", "single hyphens"),
        ("two--hyphens", "single hyphens"),
        ("-edge", "single hyphens"),
        ("مُدرس", "vowel marks"),
        ("a/b", "letters and digits"),
        ("a_b", "letters and digits"),
        ("x" * 121, "at most 120"),
        (UUID_TEXT, "UUID"),
        ("\u0660" * 32, "UUID"),
    ],
)
def test_bad_slugs_are_refused_with_advice_and_without_echo(asked: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice) as refusal:
        check_slug(asked)
    assert not asked or asked not in str(refusal.value)


@pytest.mark.parametrize("asked", ["Two Words", 7, "x" * 121, ""])
def test_the_slug_type_refuses(asked: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Slug).validate_python(asked)


def test_the_slug_type_passes_native_script_and_shows_its_bounds() -> None:
    assert TypeAdapter(Slug).validate_python("ميزانية-٢٠٢٦") == "ميزانية-٢٠٢٦"
    schema = TypeAdapter(Slug).json_schema()
    assert (schema["minLength"], schema["maxLength"]) == (1, 120)
