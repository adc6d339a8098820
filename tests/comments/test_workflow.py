"""The tables of the thread, row by row."""

import pytest

from app.comments import workflow
from app.comments.models import Status
from app.comments.workflow import Action
from app.core.errors import IllegalMove

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
