"""The rules of the stack that are tables: when work is asked for, and how much; how many copies are too many."""

from datetime import timedelta
from typing import NamedTuple

from app.abuse.attempt import Ruling
from app.core.render_tokens import FormKind
from app.site.policies import ProofOfWork

WINDOW = timedelta(hours=24)
RISK_WINDOW = timedelta(minutes=5)
NEAR = 0.5
LONG_TEXT = 8
MOST_LINKS_IN_LETTERS = 3


class Traffic(NamedTuple):
    """What guests wrote lately: on the whole site in five minutes, from one network in this minute and the last."""

    site: int
    network: int


class Step(NamedTuple):
    """From how much traffic on a challenge of this size is asked; half of it are tried before a hit."""

    site: int
    network: int
    largest_number: int


# a quarter of a second, one second and three on a telephone
STEPS: tuple[Step, ...] = (Step(300, 24, 400_000), Step(100, 8, 120_000), Step(30, 4, 40_000))
MOST_COUNTED = STEPS[0].site


def asked(mode: ProofOfWork, traffic: Traffic) -> int:
    """The largest number of the challenge that is asked now; 0 when none is."""
    if mode is ProofOfWork.NEVER:
        return 0
    for step in STEPS:
        if traffic.site >= step.site or traffic.network >= step.network:
            return step.largest_number
    return STEPS[-1].largest_number if mode is ProofOfWork.ALWAYS else 0


# (copies in a day, words) that are needed → what becomes of the next one, strongest first; short thanks are all alike
COPIES: tuple[tuple[int, int, Ruling], ...] = (
    (10, LONG_TEXT, Ruling.SPAM),
    (1, LONG_TEXT, Ruling.HOLD),
    (5, 0, Ruling.HOLD),
)
MOST_COPIES = 50


def of_copies(copies: int, words: int) -> Ruling:
    """What becomes of a text of which so many near copies came in a day."""
    for needed, length, ruling in COPIES:
        if copies >= needed and words >= length:
            return ruling
    return Ruling.PASS


def spam_in(form: FormKind) -> Ruling:
    """Spam below a story; a letter may quote it, so a person reads it."""
    return Ruling.SPAM if form is FormKind.COMMENT else Ruling.HOLD
