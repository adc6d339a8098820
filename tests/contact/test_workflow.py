"""The rules of the inbox, row by row as RULES.md has them."""

from datetime import UTC, datetime

import pytest

from app.contact import workflow
from app.contact.models import MessageKind, MessageState
from app.core.errors import IllegalMove

TABLE = {
    ("new", "open"): "contact.opened",
    ("new", "spam"): "contact.marked_spam",
    ("open", "waiting"): "contact.answered",
    ("open", "closed"): "contact.closed",
    ("waiting", "open"): "contact.reopened",
    ("waiting", "closed"): "contact.closed",
    ("closed", "open"): "contact.reopened",
    ("spam", "new"): "contact.cleared",
}


@pytest.mark.parametrize("to", MessageState)
@pytest.mark.parametrize("state", MessageState)
def test_moves(state: MessageState, to: MessageState) -> None:
    event = TABLE.get((state.value, to.value))
    if event is not None:
        assert workflow.move(state, to) == event
        return
    with pytest.raises(IllegalMove) as refused:
        workflow.move(state, to)
    assert refused.value.members["allowed"] == [after for before, after in TABLE if before == state]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (MessageKind.TIP, datetime(2026, 11, 22, tzinfo=UTC)),
        (MessageKind.MESSAGE, datetime(2026, 11, 22, 14, 37, 41, 123456, tzinfo=UTC)),
        (MessageKind.ABUSE, datetime(2026, 11, 22, 14, 37, 41, 123456, tzinfo=UTC)),
    ],
)
def test_of_a_tip_the_day_alone_is_told(kind: MessageKind, told: datetime) -> None:
    assert workflow.told_time(kind, datetime(2026, 11, 22, 14, 37, 41, 123456, tzinfo=UTC)) == told
