"""The tables of the stack, row by row."""

import pytest

from app.abuse import workflow
from app.abuse.attempt import Ruling
from app.abuse.workflow import Traffic
from app.site.policies import ProofOfWork

AUTO, ALWAYS, NEVER = ProofOfWork
ASKED = [
    (AUTO, Traffic(0, 0), 0),
    (AUTO, Traffic(29, 3), 0),
    (AUTO, Traffic(30, 0), 40_000),
    (AUTO, Traffic(0, 4), 40_000),
    (AUTO, Traffic(100, 0), 120_000),
    (AUTO, Traffic(0, 8), 120_000),
    (AUTO, Traffic(300, 0), 400_000),
    (AUTO, Traffic(0, 24), 400_000),
    (ALWAYS, Traffic(0, 0), 40_000),
    (ALWAYS, Traffic(100, 0), 120_000),
    (NEVER, Traffic(300, 24), 0),
]


@pytest.mark.parametrize(("mode", "traffic", "largest"), ASKED)
def test_when_work_is_asked(mode: ProofOfWork, traffic: Traffic, largest: int) -> None:
    assert workflow.asked(mode, traffic) == largest


COPIES = [
    (0, 100, Ruling.PASS),
    (1, 7, Ruling.PASS),
    (1, 8, Ruling.HOLD),
    (4, 7, Ruling.PASS),
    (5, 7, Ruling.HOLD),
    (50, 7, Ruling.HOLD),
    (9, 8, Ruling.HOLD),
    (10, 8, Ruling.SPAM),
]


@pytest.mark.parametrize(("copies", "words", "ruling"), COPIES)
def test_how_many_copies_are_too_many(copies: int, words: int, ruling: Ruling) -> None:
    assert workflow.of_copies(copies, words) is ruling
