"""The tables of the desk, row by row, as RULES.md prints them."""

from typing import Any

import pytest

from app.posts import workflow
from app.posts.models import Life, State
from app.posts.workflow import Action
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS

REVIEW = [
    ("draft", "submit", "in_review"),
    ("in_review", "approve", "approved"),
    ("in_review", "request_changes", "draft"),
    ("in_review", "recall", "draft"),
    ("approved", "request_changes", "draft"),
    ("approved", "recall", "draft"),
]
LIFE = [
    ("unpublished", "publish", "published"),
    ("unpublished", "schedule", "scheduled"),
    ("unpublished", "trash", "trashed"),
    ("scheduled", "publish", "published"),
    ("scheduled", "schedule", "scheduled"),
    ("scheduled", "unschedule", "unpublished"),
    ("published", "publish", "published"),
    ("published", "unpublish", "unpublished"),
    ("published", "schedule", "published"),
    ("published", "unschedule", "published"),
    ("published", "correct", "published"),
    ("published", "withdraw", "withdrawn"),
    ("withdrawn", "withdraw", "withdrawn"),
    ("withdrawn", "reinstate", "unpublished"),
    ("trashed", "restore", "unpublished"),
]
QUIET = {"edit", "submit", "approve", "request_changes", "recall", "preview", "translate"}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", sorted(workflow.REVIEWING))
def test_the_review(state: State, action: Action) -> None:
    after = [end for start, move, end in REVIEW if (start, move) == (state, action)]
    assert (action in workflow.possible(state, Life.PUBLISHED, scheduled=False)) == bool(after)
    if after:
        assert workflow.state_after(action, state) == after[0]


@pytest.mark.parametrize("life", list(Life))
@pytest.mark.parametrize("action", list(Action))
def test_public_life(life: Life, action: Action) -> None:
    after = [end for start, move, end in LIFE if (start, move) == (life, action)]
    if action in QUIET and life is not Life.TRASHED and (life, action) != ("withdrawn", "preview"):
        after = [life.value]
    state = next((State(start) for start, move, _ in REVIEW if move == action), State.DRAFT)
    assert (action in workflow.possible(state, life, scheduled=True)) == bool(after)
    if after:
        assert workflow.after(action, life) == after[0]


@pytest.mark.parametrize("life", list(Life))
def test_only_a_schedule_is_taken_back(life: Life) -> None:
    with_one, without = (set(workflow.possible(State.DRAFT, life, scheduled=planned)) for planned in (True, False))
    assert with_one - without == ({"unschedule"} if life in ("scheduled", "published") else set())
    assert without <= with_one


# role, what a dossier of one's own in review and in public offers, and another's
OFFERS: list[tuple[str, str, str]] = [
    ("contributor", "edit recall preview translate", ""),
    ("author", "edit recall preview translate publish unpublish schedule unschedule correct", ""),
    ("moderator", "", ""),
    (
        "editor",
        "edit approve request_changes recall preview translate publish unpublish schedule unschedule correct withdraw",
        "edit approve request_changes recall preview translate publish unpublish schedule unschedule correct withdraw",
    ),
]


@pytest.mark.parametrize(("role", "own", "others"), OFFERS)
def test_what_is_offered_to_whom(role: Any, own: str, others: str) -> None:
    rights = PERMISSIONS[Role(role)]
    there = State.IN_REVIEW, Life.PUBLISHED
    assert workflow.allowed(*there, rights, own=True, scheduled=True) == own.split()
    assert workflow.allowed(*there, rights, own=False, scheduled=True) == others.split()
