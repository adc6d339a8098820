"""The same words again: word for word in the thread, or nearly the same on the whole site within a day."""

from sqlmodel import Session

from app.abuse import queries, service, workflow
from app.abuse.attempt import Attempt, Finding, Ruling
from app.abuse.sketch import sketch_of
from app.core.folding import fold


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Refuses a twin, holds near copies, takes a flood of them for spam; leaves a trace of its own."""
    if attempt.twin:
        return Finding("duplicates", Ruling.REFUSE, "the same words stand in this thread")
    own = sketch_of(_own_words(attempt), attempt.keys)
    copies = 0
    if own is not None:
        copies = queries.count_copies(session, own, attempt.form, attempt.id, at=attempt.at)
    service.leave_trace(session, attempt.id, attempt.form, own, at=attempt.at)
    ruling = workflow.of_copies(copies, attempt.folded.count(" ") + 1)
    if ruling is Ruling.PASS:
        return None
    if ruling is Ruling.SPAM:
        ruling = workflow.spam_in(attempt.form)
    detail = f"near copies in 24 hours: {copies}"
    return Finding("duplicates", ruling, detail, "flood" if copies > 1 else "content", "duplicate")


def _own_words(attempt: Attempt) -> str:
    """What stands beside quoted lines: whoever answers may quote; a comment that quotes only is taken whole."""
    if "\n>" not in f"\n{attempt.body}":
        return attempt.folded
    lines = [line for line in attempt.body.split("\n") if not line.lstrip().startswith(">")]
    return fold("\n".join(lines)) or attempt.folded
