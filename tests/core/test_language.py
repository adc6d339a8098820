"""Codes, directions, names and the choice of a text, for the languages of the newsroom and their neighbours."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.language import (
    LOCALE_PATTERN,
    Direction,
    Locale,
    canonical_locale,
    direction,
    language_name,
    pick,
    text_direction,
)

FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures" / "rtl"
LOCALE = TypeAdapter(Locale)


@pytest.mark.parametrize(
    ("code", "canonical"),
    [
        ("en", "en"),
        ("AR", "ar"),
        ("ar-eg", "ar-EG"),
        ("PT-br", "pt-BR"),
        ("zh-HANT-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ckb", "ckb"),
    ],
)
def test_codes_get_their_usual_case(code: str, canonical: str) -> None:
    assert LOCALE.validate_python(code) == canonical
    assert re.fullmatch(LOCALE.json_schema()["pattern"], code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "e",
        "english",
        "ar_EG",
        "ar-",
        "-ar",
        "ar-EGY",
        "zh-Han",
        "a1",
        "عر",
        "en\n",
        "en-US-x-y",
        "\u017fr",
        5,
        None,
    ],
)
def test_other_codes_are_refused(code: object) -> None:
    with pytest.raises(ValidationError):
        LOCALE.validate_python(code)


@given(st.from_regex(LOCALE_PATTERN, fullmatch=True))
def test_canonical_codes_stay(code: str) -> None:
    assert canonical_locale(canonical_locale(code)) == canonical_locale(code)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("he-IL", "rtl"),
        ("fa", "rtl"),
        ("ur-PK", "rtl"),
        ("ckb", "rtl"),
        ("dv", "rtl"),
        ("pt-BR", "ltr"),
        ("az", "ltr"),
        ("az-Arab", "rtl"),
        ("pa-Arab-PK", "rtl"),
        ("ar-Latn", "ltr"),
        ("ks-Deva", "ltr"),
        ("zh-Hant", "ltr"),
        ("arn", "ltr"),
    ],
)
def test_direction_of_a_locale(locale: str, expected: Direction) -> None:
    assert direction(locale) == expected


@pytest.mark.parametrize(
    ("text", "default", "expected"),
    [
        ("Good story", "rtl", "ltr"),
        ("خبر جيد", "ltr", "rtl"),
        ("2026: ميزانية", "ltr", "rtl"),
        ("«BBC» تقول", "rtl", "ltr"),
        ("שלום world", "ltr", "rtl"),
        ("١٢٣ 👍", "rtl", "rtl"),
        ("123 👍", "ltr", "ltr"),
    ],
)
def test_direction_of_a_text_is_that_of_its_first_strong_character(
    text: str, default: Direction, expected: Direction
) -> None:
    assert text_direction(text, default) == expected


@pytest.mark.parametrize(("name", "locale"), [("ar_Arab", "ar"), ("he_Hebr", "he")])
def test_sample_texts_run_from_right_to_left(name: str, locale: str) -> None:
    path = FIXTURES / f"{name}.textproto"
    if not path.exists():
        pytest.skip("the shared fixtures are not here")
    samples = re.findall(r'^  (?:styles|tester|poster_sm|specimen_16): "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
    assert len(samples) >= 3
    assert {text_direction(sample, "ltr") for sample in samples} == {direction(locale)} == {"rtl"}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", "English"),
        ("ar", "العربية"),
        ("fr", "Français"),
        ("ar-EG", "العربية (EG)"),
        ("zh-Hant", "繁體中文"),
        ("zh-Hant-TW", "繁體中文 (TW)"),
        ("tlh", "tlh"),
    ],
)
def test_languages_are_named_in_their_own_words(code: str, name: str) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize(
    ("texts", "locale", "chosen"),
    [
        ({"ar-EG": "مصر", "ar": "عام", "en": "Any"}, "ar-EG", "مصر"),
        ({"ar": "عام", "en": "Any"}, "ar-EG", "عام"),
        ({"zh-Hant": "繁", "en": "Any"}, "zh-Hant-TW", "繁"),
        ({"en": "Any", "fr": "Tous"}, "ar", "Any"),
        ({"ar": "", "en": "Any"}, "ar", "Any"),
        ({"sv": "Alla", "fr": "Tous"}, "ar", "Tous"),
        ({"ar": ""}, "ar", ""),
        ({}, "ar", ""),
    ],
)
def test_the_nearest_text_is_picked(texts: dict[str, str], locale: str, chosen: str) -> None:
    assert pick(texts, locale, "en-GB") == chosen
