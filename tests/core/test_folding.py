"""Spellings which readers take for the same word must meet in search, in Arabic and in Latin script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.folding import fold, search_terms, search_text
from tests.timing import at_most

ZWNJ = "\u200c"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("أحمد إحسان آمال ٱسم", "احمد احسان امال اسم"),
        ("مستشفى", "مستشفي"),
        ("مدرسة", "مدرسه"),
        ("مؤتمر وئام", "موتمر ويام"),
        ("مُدَرِّسٌ", "مدرس"),
        ("الرحمٰن", "رحمن"),
        ("عـــاجل", "عاجل"),
        ("بسم ۝ الله", "بسم الله"),
        ("القاهرة والقاهرة فالقاهرة بالقاهرة كالقاهرة للقاهرة", " ".join(["قاهره"] * 6)),
        ("الأب لله ولد", "الاب لله ولد"),
        ("ﻻ ﷲ", "لا الله"),
        ("Café MÜNCHEN straße Ångström", "cafe munchen strasse angstrom"),
        ("ﬁnance ①", "finance 1"),
        ("don't — stop, (really)_now!", "don t stop really now"),
        (f"می{ZWNJ}خواهم so\u00adft", "میخواهم soft"),
        ("हिन्दी", "हिन्दी"),
        ("Ἀθῆναι", "αθηναι"),
        ("!؟،", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "spellings",
    [
        ("ألعاب", "العاب", "الألعاب", "والالعاب"),
        ("الآلات", "آلات"),
        ("Zoë", "ZOE", "zoe\u0308"),
        ("إسلام", "اسلام", "الإسلام"),
    ],
)
def test_spellings_of_one_word_meet(spellings: tuple[str, ...]) -> None:
    assert len(set(map(fold, spellings))) == 1


@pytest.mark.parametrize("different", [("علم", "عمل"), ("cat", "cart"), ("الله", "له")])
def test_different_words_stay_apart(different: tuple[str, ...]) -> None:
    assert len(set(map(fold, different))) == len(different)


@given(st.text() | st.text("اأإآلفوبكىةؤئٱءنم \u064b\u0651\u0640ABé\u0301"))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_search_terms_are_different_words_and_at_most_ten() -> None:
    assert search_terms("The the مدرسة المدرسةُ café") == ("the", "مدرسه", "cafe")
    assert search_terms(" ".join(f"w{number}" for number in range(12))) == tuple(f"w{number}" for number in range(10))
    assert search_terms("%_'\"") == ()


def test_search_text_puts_a_space_before_every_word() -> None:
    assert search_text("Café, tonight", "", "في القاهرة") == " cafe tonight في قاهره"
    assert search_text("", "—") == ""


@pytest.mark.parametrize("parted_by", ["", "\u0640"])
def test_piles_of_marks_fold_quickly(parted_by: str) -> None:
    with at_most(seconds=1):
        fold("a" + ("\u05b0\u05c1\u05b4\u05bc" * 7 + parted_by) * 3_000)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_folds_as_it_does_beside_other_letters(text: str) -> None:
    assert f"{fold(text)} e".strip() == fold(f"{text} é")
