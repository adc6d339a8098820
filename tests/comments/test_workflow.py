"""The tables of the thread, row by row."""

from datetime import timedelta

import pytest

from app.comments import workflow
from app.comments.models import Status
from app.comments.workflow import Action, Facts
from app.core.errors import IllegalMove
from app.site.policies import Moderation

# from RULES: pending, published, rejected, spam, deleted, erased
TABLE = {
    Action.APPROVE: ("published", None, None, None, None, None),
    Action.REJECT: ("rejected", "rejected", None, None, None, None),
    Action.SPAM: ("spam", "spam", None, None, None, None),
    Action.UNPUBLISH: (None, "pending", None, None, None, None),
    Action.RESTORE: (None, None, "published", "published", None, None),
    Action.DELETE: ("deleted", "deleted", "deleted", "deleted", None, None),
}
ROWS = [(status, action, TABLE[action][place]) for place, status in enumerate(Status) for action in Action]


@pytest.mark.parametrize(("status", "action", "after"), ROWS)
def test_moves(status: Status, action: Action, after: str | None) -> None:
    if after is None:
        with pytest.raises(IllegalMove) as refused:
            workflow.after(action, status)
        assert refused.value.members["allowed"] == workflow.allowed(status)
        assert action.value not in workflow.allowed(status)
    else:
        assert workflow.after(action, status) == after
        assert action.value in workflow.allowed(status)


def test_every_decision_can_be_told_when_taken_and_when_taken_back() -> None:
    for (before, action), after in workflow.MOVES.items():
        assert workflow.EVENTS[action].startswith("comment.")
        if after is not Status.DELETED:
            assert (after, before) in workflow.EVENTS_OF_UNDO


TOLD = [("pending", "pending"), ("published", "published"), ("rejected", "rejected"), ("spam", "pending")]


@pytest.mark.parametrize(("status", "told"), TOLD)
def test_what_writers_are_told(status: str, told: str) -> None:
    assert workflow.told(Status(status)) == told


PRE, POST, SOME = Moderation.PREMODERATE, Moderation.POSTMODERATE, Moderation.SOMETIMES
OLD = timedelta(days=14)
VERDICTS = [
    (PRE, Facts(), "pending", ["site_policy"]),
    (PRE, Facts(links=2, known_writer=False, story_age=OLD * 2), "pending", ["site_policy"]),
    (POST, Facts(known_writer=False, story_age=OLD * 2), "published", []),
    (POST, Facts(links=1), "pending", ["link"]),
    (SOME, Facts(), "published", []),
    (SOME, Facts(known_writer=False), "pending", ["first_comment"]),
    (SOME, Facts(story_age=OLD), "published", []),
    (SOME, Facts(story_age=OLD + timedelta(seconds=1)), "pending", ["old_story"]),
    (SOME, Facts(links=1), "pending", ["link"]),
    (SOME, Facts(links=1, known_writer=False, story_age=OLD * 2), "pending", ["first_comment", "old_story", "link"]),
    (PRE, Facts(trapped=True), "spam", ["site_policy"]),
    (POST, Facts(trapped=True), "spam", ["content"]),
    (POST, Facts(trapped=True, links=1), "spam", ["link"]),
]


@pytest.mark.parametrize(("policy", "facts", "status", "reasons"), VERDICTS)
def test_verdicts(policy: Moderation, facts: Facts, status: str, reasons: list[str]) -> None:
    verdict = workflow.judge(policy, facts)
    assert (verdict.status, verdict.hold_reasons) == (status, reasons)
    assert len(verdict.evidence) >= len(reasons) - ("content" in reasons)


def test_links_are_evidence_even_where_they_hold_nothing() -> None:
    (_, found) = workflow.judge(PRE, Facts(links=3)).evidence
    assert found == {"phase": "links", "verdict": "flag", "detail": "links in the text: 3"}
