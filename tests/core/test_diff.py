"""Words that changed: both texts can be read back from the pieces, words stay whole, and no text takes long."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import diff
from app.core.diff import Op

CASES = [
    ("The day begins before dawn.", "The day begins at noon.", "The day begins [-before dawn-]{+at noon+}."),
    ("قَالَ الرجلُ، ثم مضى", "قَالَ الرجلُ؛ ثم مضى", "قَالَ الرجلُ[-،-]{+؛+} ثم مضى"),
    ("كَتَبَ", "كُتِبَ", "[-كَتَبَ-]{+كُتِبَ+}"),
    ("don't go", "don't stay", "don't [-go-]{+stay+}"),
    ("می‌روم خانه", "می‌روم کتابخانه", "می‌روم [-خانه-]{+کتابخانه+}"),
    ("私は本を読む", "私は水を読む", "私は[-本-]{+水+}を読む"),
    ("one\ntwo\nthree\n", "one\nthree\n", "one\n[-two\n-]three\n"),
    ("", "new", "{+new+}"),
    ("same", "same", "same"),
    ("", "", ""),
]


def written(before: str, after: str) -> str:
    signs = {Op.EQUAL: "{}", Op.DELETE: "[-{}-]", Op.INSERT: "{{+{}+}}"}
    return "".join(signs[op].format(text) for op, text in diff.word_diff(before, after, until=diff.deadline()))


@pytest.mark.parametrize(("before", "after", "shown"), CASES)
def test_words(before: str, after: str, shown: str) -> None:
    assert written(before, after) == shown


TEXT = st.text(alphabet=st.sampled_from("ab ء،\n.\U0001f3f4"), max_size=60)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    hunks = diff.word_diff(before, after, until=diff.deadline())
    assert "".join(text for op, text in hunks if op is not Op.INSERT) == before
    assert "".join(text for op, text in hunks if op is not Op.DELETE) == after
    assert all(text for _, text in hunks)
    assert all(one[0] is not other[0] for one, other in pairwise(hunks))


HOSTILE = [
    ("a b " * 125_000, "b a " * 125_000),
    ("a\n" * 250_000, "b\na\n" * 125_000),
    (" ".join(map(str, range(80_000))), " ".join(map(str, range(80_000, 0, -1)))),
]


@pytest.mark.parametrize(("before", "after"), HOSTILE, ids=["shifted", "lines", "reversed"])
def test_the_longest_bodies_are_compared_in_bounded_time(before: str, after: str) -> None:
    """The processor time of this process: a busy machine takes longer, and is not what is tested."""
    began = time.process_time()
    hunks = diff.word_diff(before, after, until=diff.deadline())
    assert time.process_time() - began < 10
    assert "".join(text for op, text in hunks if op is not Op.DELETE) == after
