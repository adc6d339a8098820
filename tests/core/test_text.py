"""What counts as text: cleaning, lengths, excerpts and word counts, in Arabic and English."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.core.text import (
    Line,
    Prose,
    clean_line,
    clean_prose,
    count_words,
    excerpt,
    is_blank,
    reading_minutes,
    without_piles,
)
from tests.timing import at_most

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
RLO, RLM, ZWNJ, ZWJ = "\u202e", "\u200f", "\u200c", "\u200d"
FLAG_OF_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("given_text", "line"),
    [
        ("  City   council \u00a0votes ", "City council votes"),
        ("مجلس\u3000مدينة  يصوّت", "مجلس مدينة يصوّت"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\u0627\u0653لقدس", "\u0622لقدس"),
        (f"ab{RLO}cd", "abcd"),
        (f"{RLM}خبر{RLM}", "خبر"),
        ("e\u200e\u0301", "\u00e9"),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        (f"👩{ZWJ}🚀 lands", f"👩{ZWJ}🚀 lands"),
        (FLAG_OF_ENGLAND, FLAG_OF_ENGLAND),
        (f"{ZWNJ} title {ZWJ}\ufeff", "title"),
        (" \u200b\u00ad ", ""),
        ("\u3164\u2800\ufe0f", ""),
        ("", ""),
    ],
)
def test_a_line_is_cleaned(given_text: str, line: str) -> None:
    assert clean_line(given_text) == line


@pytest.mark.parametrize(
    ("unwanted", "complaint"),
    [
        ("\n", "a line break (U+000A) is not allowed"),
        ("\u2029", "a line break (U+2029) is not allowed"),
        ("\x85", "a line break (U+0085) is not allowed"),
        ("\t", "a tab (U+0009) is not allowed"),
        ("\x00", "a control character (U+0000) is not allowed"),
        ("\x9f", "a control character (U+009F) is not allowed"),
        ("\ud83d", "half of a surrogate pair (U+D83D) is not allowed"),
        ("\ufdd0", "a code point that is no character (U+FDD0) is not allowed"),
        ("\U0010ffff", "a code point that is no character (U+10FFFF) is not allowed"),
    ],
)
@pytest.mark.parametrize("around", ["secret{}plan", "خطة{}سرية"])
def test_a_line_refuses_what_is_no_text_and_does_not_repeat_it(unwanted: str, complaint: str, around: str) -> None:
    with pytest.raises(ValueError, match="is not allowed") as refusal:
        clean_line(around.format(unwanted))
    assert str(refusal.value) == complaint


@pytest.mark.parametrize(
    ("given_text", "prose"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\n \n    code\nخبر\n\u200b\n", "    code\nخبر"),
        (f"اقتباس {RLO}x", f"اقتباس {RLO}x"),
        ("a\tb", "a\tb"),
        ("Cafe\u0301", "Caf\u00e9"),
        (" \n\u200b\n", ""),
    ],
)
def test_prose_is_cleaned(given_text: str, prose: str) -> None:
    assert clean_prose(given_text) == prose


@pytest.mark.parametrize("unwanted", ["\x00", "\x0b", "\x1b", "\x80", "\udc00", "\ufffe"])
def test_prose_refuses_control_characters(unwanted: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(unwanted):04X}"):
        clean_prose(f"a{unwanted}b")


@pytest.mark.parametrize("clean", [clean_line, clean_prose])
@given(text=ANY_TEXT)
def test_cleaning_again_changes_nothing(clean: object, text: str) -> None:
    assert callable(clean)
    try:
        cleaned = clean(text)
    except ValueError:
        return
    assert clean(cleaned) == cleaned
    assert not cleaned or not is_blank(cleaned)


@pytest.mark.parametrize("before", range(64))
def test_thirty_marks_in_a_row_are_allowed_and_no_more_wherever_they_stand(before: int) -> None:
    text = "ن" * before + "\u0651" * 30
    assert without_piles(text + "و") == text + "و"
    assert without_piles(text + "\u0651و") == "ن" * before + "و"


@pytest.mark.parametrize("clean", [clean_line, clean_prose])
@pytest.mark.parametrize("parted_by", ["", RLM])
def test_piles_of_marks_are_refused_quickly(clean: object, parted_by: str) -> None:
    assert callable(clean)
    with at_most(seconds=1), pytest.raises(ValueError, match="combining marks"):
        clean("a" + ("\u0301\u0323" * 15 + parted_by) * 3_000 + "\u0301" * 31)


class Piece(BaseModel):
    title: Annotated[str, Line(10, min_length=2)]
    dek: Annotated[str, Line(10)] | None = None
    body: Annotated[str, Prose(20)] = "x"


@pytest.mark.parametrize(
    ("member", "value", "kind", "message"),
    [
        ("title", 12, "string_type", "Input should be a valid string"),
        ("title", b"ab", "string_type", "Input should be a valid string"),
        ("title", " x \u200b", "string_too_short", "String should have at least 2 characters"),
        ("dek", "\u200b", "string_too_short", "String should have at least 1 character"),
        ("title", "x" * 11, "string_too_long", "String should have at most 10 characters"),
        ("title", "خبر\nجديد", "value_error", "Value error, a line break (U+000A) is not allowed"),
        ("body", "\n\n", "string_too_short", "String should have at least 1 character"),
        ("body", "س" * 21, "string_too_long", "String should have at most 20 characters"),
    ],
)
def test_annotated_members_refuse(member: str, value: object, kind: str, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Piece.model_validate({"title": "fine", member: value})
    assert [(error["type"], error["msg"]) for error in refusal.value.errors()] == [(kind, message)]


def test_annotated_members_measure_after_cleaning_and_keep_their_schema() -> None:
    assert Piece.model_validate({"title": " " * 30 + "خبر", "body": "\r\nنص" + "\n" * 30}).model_dump() == {
        "title": "خبر",
        "dek": None,
        "body": "نص",
    }
    title = Piece.model_json_schema()["properties"]["title"]
    assert title == {"title": "Title", "type": "string", "minLength": 2, "maxLength": 10}


def test_an_annotation_around_an_optional_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="annotate str itself"):
        type("Wrong", (BaseModel,), {"__annotations__": {"title": Annotated[str | None, Line(3)]}})


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Short enough", 12, "Short enough"),
        ("The council, after a long night, voted", 13, "The council…"),
        ("صوّت المجلس، بعد ليلة طويلة", 14, "صوّت المجلس…"),
        ("one\n two", 8, "one two"),
        ("Donaudampfschiff", 6, "Donau…"),
        ("abcde\u0301f", 6, "abcd…"),
    ],
)
def test_excerpts_end_between_words(text: str, limit: int, short: str) -> None:
    assert excerpt(text, limit) == short


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_excerpts_keep_their_limit(text: str, limit: int) -> None:
    assert len(excerpt(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The co-op's 3.5% — or not", 5),
        ("صوّتَ المجلسُ، أمسِ", 3),
        ("either/or", 2),
        ("東京 2020 です", 5),
        ("… — !", 0),
        ("", 0),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (220, 1), (221, 2), (2200, 10)])
def test_reading_takes_whole_minutes(words: int, minutes: int) -> None:
    assert reading_minutes(words) == minutes
