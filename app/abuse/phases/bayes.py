"""Phase 8: does it read like what moderators filed as spam? It may hold a text back, it never lets one through."""

from typing import NamedTuple

from sqlmodel import Session

from app.abuse import bayes
from app.abuse.attempt import Attempt, Finding, Ruling
from app.core.render_tokens import FormKind

PHASE = "bayes"


class Step(NamedTuple):
    """From which probability on, learnt from how many texts of each kind, by how many telling words, what is said."""

    probability: float
    experience: int
    words: int
    ruling: Ruling


# the strictest first; nobody looks at spam again, so that word takes much more than a look at a held comment costs
STEPS = (
    Step(0.9995, 50, 5, Ruling.SPAM),
    Step(0.95, 10, 2, Ruling.HOLD),
    Step(0.8, 10, 1, Ruling.FLAG),
)
_SHOWN_WORDS = 6


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Compare the words with those that were judged before in this language."""
    found = bayes.opinion(session, attempt.folded, attempt.locale)
    ruling = rule(found)
    if ruling is None:
        return None
    if ruling is Ruling.SPAM and attempt.form is FormKind.CONTACT:
        ruling = Ruling.HOLD  # a message to the newsroom is not lost because of its words
    words = ", ".join(found.telling[:_SHOWN_WORDS])
    detail = f"{found.probability:.1%} like what was filed as spam: {words}"
    return Finding(PHASE, ruling, detail, "content" if ruling is not Ruling.FLAG else None, "bayes")


def rule(found: bayes.Opinion) -> Ruling | None:
    """The strictest step that the opinion reaches."""
    for step in STEPS:
        enough = found.experience >= step.experience and len(found.telling) >= step.words
        if enough and found.probability >= step.probability:
            return step.ruling
    return None
